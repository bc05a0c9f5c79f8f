"""Only for `make run`: set-up, servers, demo, handset."""
