"""Incoming texts: stored, interpreted, handled."""
