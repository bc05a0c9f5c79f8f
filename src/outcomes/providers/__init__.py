"""Organisations that support survivors: accounts, teams, cover, sender numbers."""
