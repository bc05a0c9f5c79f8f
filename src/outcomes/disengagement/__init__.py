"""When contact is lost: signals with evidence for a person to look at, never a status."""
