"""HTTP and pages: requests, forms, templates, errors, headers."""
