"""The approved wordings and their acceptance by a provider."""
