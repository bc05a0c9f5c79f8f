"""How scores and needs have changed, and how pages show it."""
