"""What can go wrong with keys and ciphertext.

    Unavailable
    ├── KeyUnavailable     a provider's keys are absent or unreadable
    ├── DecryptionError    the one answer to every failed decryption
    └── SchemaError        decrypted, but not in a shape that this release knows

The first two never say why: to tell a wrong key from a moved or altered blob would only help an
attacker. A schema error is no damage: a release that knows the schema can read the record.
"""

from outcomes.errors import Unavailable


class KeyUnavailable(Unavailable):
    """The keys that protect these records are not available. Nothing was changed."""


class DecryptionError(Unavailable):
    """This record cannot be read. Nothing was changed."""


class SchemaError(Unavailable):
    """This record was written by another release of Outcomes. Nothing was changed."""
