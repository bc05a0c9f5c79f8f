"""Sending what is due: claim, call, outcome, sweep."""
