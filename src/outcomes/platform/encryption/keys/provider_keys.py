"""The keys of one provider. They come from a scope, never from a row."""

import os
from hmac import compare_digest
from uuid import UUID, uuid4

from outcomes.platform.encryption.cache import DataKeyCache
from outcomes.platform.encryption.cipher import KEY_BYTES, FieldCipher
from outcomes.platform.encryption.errors import DecryptionError
from outcomes.platform.encryption.fields import DataKey
from outcomes.platform.encryption.keys.derivation import commitment, digest, sub_key
from outcomes.platform.encryption.keys.wrapping import WrappingKey
from outcomes.platform.encryption.models import KeyKind, NewKey, ProviderSecrets, WrappedKey
from outcomes.platform.encryption.protected import Protected

TOKEN_BYTES = 16


class ProviderKeys:
    """Creates and unwraps data keys, and makes the keyed tokens by which rows are found."""

    def __init__(self, secrets: ProviderSecrets, cipher: FieldCipher, cache: DataKeyCache) -> None:
        index = secrets.epochs[secrets.current].index
        self.provider_id = secrets.provider_id
        self._cipher = cipher
        self._cache = cache
        self._current = secrets.current
        self._keks = {version: WrappingKey(e.kek) for version, e in secrets.epochs.items()}
        self._phone = sub_key(index, "outcomes/phone-index/v1")
        self._body = sub_key(index, "outcomes/body-mac/v1")
        self._pseudonym = sub_key(index, "outcomes/export-pseudonym/v1")
        self._nationality = sub_key(secrets.tally, "outcomes/nationality-tally/v1")

    def new_data_key(self, kind: KeyKind, subject_id: UUID) -> NewKey:
        """A random key for this subject: the row to store, and the key ready for use."""
        secret, key_id = Protected(os.urandom(KEY_BYTES)), uuid4()
        purpose = self._purpose(kind, subject_id, self._current, key_id)
        wrapped = WrappedKey(
            id=key_id,
            kind=kind,
            subject_id=subject_id,
            kek_version=self._current,
            wrapped=self._keks[self._current].wrap(secret, *purpose),
            commitment=commitment(secret.reveal()),
        )
        return NewKey(wrapped, self._ready(key_id, secret))

    def unwrap(self, wrapped: WrappedKey) -> DataKey:
        """The key in this row, from the cache when it was used in the last minutes.

        Raises DecryptionError when the row was altered, belongs to another provider, or is under
        a version of the provider's key that this process does not have.
        """
        key = self._cache.find(self.provider_id, wrapped)
        if key is None:
            key = self._ready(wrapped.id, self._secret(wrapped))
            self._cache.keep(self.provider_id, wrapped, key)
        return key

    def evict(self, key_id: UUID) -> None:
        """Forgets a key in this process. To be called once its row is gone."""
        self._cache.evict(self.provider_id, key_id)

    def phone_index(self, e164: str) -> bytes:
        """16 bytes by which a phone number is found again inside this provider only."""
        return digest(self._phone, e164.encode())[:TOKEN_BYTES]

    def nationality_token(self, iso: str) -> bytes:
        """16 bytes for an ISO 3166-1 alpha-2 code, always the same for this provider."""
        return digest(self._nationality, iso.encode())[:TOKEN_BYTES]

    def body_mac(self, body: bytes) -> bytes:
        """32 bytes that identify a request body. A plain hash would let telephone numbers be guessed."""
        return digest(self._body, body)

    def export_pseudonym(self, export_id: UUID, subject_id: UUID) -> bytes:
        """16 bytes for a person in one export, different in every export."""
        return digest(self._pseudonym, export_id.bytes + subject_id.bytes)[:TOKEN_BYTES]

    def _secret(self, wrapped: WrappedKey) -> Protected[bytes]:
        kek = self._keks.get(wrapped.kek_version)
        purpose = self._purpose(wrapped.kind, wrapped.subject_id, wrapped.kek_version, wrapped.id)
        secret = kek.unwrap(wrapped.wrapped, *purpose) if kek else None
        if secret is None or not compare_digest(commitment(secret.reveal()), wrapped.commitment):
            raise DecryptionError
        return secret

    def _purpose(
        self, kind: KeyKind, subject_id: UUID, version: int, key_id: UUID
    ) -> tuple[bytes, ...]:
        return (
            b"outcomes/data-key",
            self.provider_id.bytes,
            kind.encode(),
            subject_id.bytes,
            version.to_bytes(4, "big"),
            key_id.bytes,
        )

    def _ready(self, key_id: UUID, secret: Protected[bytes]) -> DataKey:
        key = self._cipher.ready(secret.reveal())
        return DataKey(key_id, self.provider_id, self._cipher.algorithm, key)
