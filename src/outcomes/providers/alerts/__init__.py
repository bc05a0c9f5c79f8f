"""Alerts to colleagues."""
