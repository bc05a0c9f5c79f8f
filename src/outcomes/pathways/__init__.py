"""The contact agreed with each survivor: the pathway, its schedule, its reviews."""
