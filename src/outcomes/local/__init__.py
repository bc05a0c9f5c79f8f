"""Everything that only `make run` needs."""
