"""Text messages: the gateway, what it tells us, and a stand-in for it on the desk."""
