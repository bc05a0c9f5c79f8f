"""The handset: a local server with Twilio's HTTP API, and practice phones.

It accepts what the real client sends, shows it on a phone-like page, and posts statuses and replies as
webhooks with Twilio's signature. Messages are in memory only and are never logged.
For practice and tests on one machine: `python -m outcomes.local.handset`.
"""
