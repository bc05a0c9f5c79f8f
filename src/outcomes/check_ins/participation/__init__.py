"""Drop-ins, and work or learning that began or ended."""
