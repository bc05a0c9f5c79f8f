"""The handset: a local server that speaks Twilio's HTTP, and the phones at its other end.

It takes what the real client sends, shows it on a phone-like page, and posts statuses and replies
as webhooks signed the way Twilio signs them. Messages live in its memory only and are never logged.
For practice and tests on one machine: `python -m outcomes.local.handset`.
"""
