"""One gateway per channel, and what the product asks of each."""
