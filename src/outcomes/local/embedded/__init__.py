"""The private PostgreSQL and Redis of `outcomes run`: real servers, on free ports of our own."""
