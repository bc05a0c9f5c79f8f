"""When and how it is safe to reach a survivor."""
