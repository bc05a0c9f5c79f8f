"""Outcome assessments that settle planned follow-ups."""
