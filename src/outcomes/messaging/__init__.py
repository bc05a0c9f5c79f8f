"""Outgoing messages: one lifecycle for every recipient and channel."""
