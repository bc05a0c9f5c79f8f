"""From a request to a caller and a Struct."""
