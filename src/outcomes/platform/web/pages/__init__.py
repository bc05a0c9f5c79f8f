"""Server-rendered pages: forms, templates, charts, dates."""
