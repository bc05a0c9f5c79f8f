"""When a prompt may go out, in which words, and what follows from its final state."""
