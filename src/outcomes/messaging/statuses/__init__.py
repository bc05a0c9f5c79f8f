"""What the gateway reports about a message after it took it."""
