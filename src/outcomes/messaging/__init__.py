"""One life for every outgoing message, whoever receives it and whichever channel carries it."""
