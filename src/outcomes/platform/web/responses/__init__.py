"""Headers, errors, static files and the API description."""
