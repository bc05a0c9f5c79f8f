"""Headers, errors, static files and the API's own description."""
