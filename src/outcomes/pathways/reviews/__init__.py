"""Pathway reviews."""
