"""A demo provider, created by the product's own verbs under a shifted clock.

Nothing in it is real: names are invented, telephone numbers are those that Ofcom reserves for drama.
"""
