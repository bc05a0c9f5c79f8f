"""Survivors: the pseudonymous row, who they are as ciphertext, how it is safe to reach them, consent."""
