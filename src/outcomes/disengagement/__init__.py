"""Flags when contact is lost: signals with evidence for a person to review, never a status."""
