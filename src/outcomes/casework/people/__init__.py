"""The People list and the search by name."""
