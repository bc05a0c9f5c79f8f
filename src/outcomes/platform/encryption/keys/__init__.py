"""Key storage, and the keys of one provider."""
