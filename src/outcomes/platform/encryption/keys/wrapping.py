"""Keys under keys: `01 | nonce (12) | ciphertext‖tag`, AES-256-GCM, never another cipher."""

import os

from cryptography.exceptions import InvalidTag

from outcomes.platform.encryption.cipher import AES_GCM, NONCE_BYTES, CipherKey
from outcomes.platform.encryption.encoding import parts
from outcomes.platform.encryption.protected import Protected

VERSION = b"\x01"


class WrappingKey:
    """A key that only wraps other keys. `purpose` names what is wrapped and for whom; a key asked
    for under another purpose does not open."""

    __slots__ = ("_key",)

    def __init__(self, secret: Protected[bytes]) -> None:
        self._key: CipherKey = AES_GCM.ready(secret.reveal())

    def wrap(self, secret: Protected[bytes], *purpose: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._key.encrypt(nonce, secret.reveal(), parts(*purpose))

    def unwrap(self, wrapped: bytes, *purpose: bytes) -> Protected[bytes] | None:
        """None when it cannot be opened, for whatever reason."""
        if not wrapped.startswith(VERSION):
            return None
        nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        try:
            return Protected(self._key.decrypt(nonce, sealed, parts(*purpose)))
        except (InvalidTag, ValueError):
            return None
