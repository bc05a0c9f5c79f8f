"""When a prompt may be sent, in which words, and what follows from its final state."""
