"""Telephone numbers: recorded, replaced, on hold, and decrypted one by one."""
