"""Outcomes: how survivors of modern slavery are doing, and nobody forgotten."""
