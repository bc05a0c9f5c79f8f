"""Survivors: the pseudonymous row, their encrypted identity, safe contact, consents."""
