"""What becomes of a prompt after the gateway accepted it."""
