"""Organisations that support survivors: their people, teams, cover, numbers, tasks and alerts."""
