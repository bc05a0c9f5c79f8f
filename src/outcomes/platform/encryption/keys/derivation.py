"""Keys made from keys, and keyed digests."""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outcomes.platform.encryption.protected import Protected

COMMITMENT = "outcomes/data-key-commitment/v1"


def derive(key: bytes, label: str) -> bytes:
    """A 32-byte key for the one purpose that `label` names (HKDF-SHA256, RFC 5869, no salt)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(key)


def sub_key(key: Protected[bytes], label: str) -> Protected[bytes]:
    return Protected(derive(key.reveal(), label))


def digest(key: Protected[bytes], message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key.reveal(), message, "sha256")


def commitment(data_key: bytes) -> bytes:
    """32 bytes that are derived from this key only.

    AES-GCM alone does not commit to its key: one blob can be made to open under two.
    """
    return derive(data_key, COMMITMENT)
