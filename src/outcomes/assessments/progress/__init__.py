"""How scores and needs have changed, and what pages say of it."""
