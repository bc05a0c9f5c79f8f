"""What can go wrong with keys and ciphertext.

    Unavailable
    ├── KeyUnavailable     a provider's keys are absent or unreadable
    └── DecryptionError    the one answer to every failed decryption

Neither says why: telling a wrong key from a moved or altered blob would help only an attacker.
"""

from outcomes.errors import Unavailable


class KeyUnavailable(Unavailable):
    """The keys that protect these records cannot be reached just now. Nothing was changed."""


class DecryptionError(Unavailable):
    """This record cannot be read. Nothing was changed."""
