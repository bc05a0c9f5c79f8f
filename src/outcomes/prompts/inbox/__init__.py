"""Incoming texts: stored, read, and put away."""
