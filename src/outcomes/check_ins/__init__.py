"""Calls, visits, drop-ins and activities: what happened, and how the person is."""
