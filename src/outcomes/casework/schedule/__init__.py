"""The schedule of one person."""
