"""Outcome assessments that complete planned follow-ups."""
