"""The page of a survivor's telephone number."""
