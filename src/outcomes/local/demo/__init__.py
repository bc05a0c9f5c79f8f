"""A believable provider to practise with, made by the product's own verbs under a moved clock.

Nothing in it is real: names are invented, telephone numbers are those that Ofcom keeps for drama.
"""
