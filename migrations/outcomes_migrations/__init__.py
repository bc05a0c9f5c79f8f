"""The schema's history: plain SQL, one statement each, forward only."""
