"""The private PostgreSQL and Redis of `outcomes run`, on free ports."""
