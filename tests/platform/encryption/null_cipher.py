"""A cipher that hides nothing, for tests only.

It proves that a search for leaked plaintext would find it, and measures what encryption costs.
Product code must never contain one: tests pass it in from entry modules of their own.
"""

TAG = bytes(16)


class NullCipher:
    """Its algorithm number is in no released blob, so the product refuses what it wrote."""

    algorithm = 0xFF

    def ready(self, key: bytes, /) -> "NullCipher":
        return self

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        return data + TAG

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        if not data.endswith(TAG):
            raise ValueError("not the null cipher's")
        return data[: -len(TAG)]


NULL_CIPHER = NullCipher()
