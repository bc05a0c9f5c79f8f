"""The interface between blobs and the cipher. The product has one cipher only."""

from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class CipherKey(Protocol):
    """One prepared key. `decrypt` raises InvalidTag or ValueError on any mismatch."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class FieldCipher(Protocol):
    """An authenticated cipher: 32-byte keys, 12-byte nonces, a 16-byte tag after the text.

    `algorithm` (0–255) is written into each blob; a blob of another algorithm is refused.
    """

    @property
    def algorithm(self) -> int: ...

    def ready(self, key: bytes, /) -> CipherKey:
        """A prepared key. Callers keep it, because preparing costs as much as one use."""
        ...


class AesGcm:
    """AES-256-GCM (NIST SP 800-38D), through OpenSSL."""

    algorithm = 1

    def ready(self, key: bytes, /) -> CipherKey:
        if len(key) != KEY_BYTES:
            raise ValueError("AES-256-GCM takes keys of 32 bytes")
        return AESGCM(key)


AES_GCM = AesGcm()
