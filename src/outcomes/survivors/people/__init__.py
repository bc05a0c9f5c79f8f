"""The People list, the search and the registration."""
