"""One survivor's (or one provider's staff's) key, and the blobs it makes.

Blob v1: `01 | algorithm | key id (16) | nonce (12) | ciphertext‖tag (16)`. Bound to it as
associated data, each behind its 4-byte length: 'outcomes/field', version, algorithm, key id,
provider id, table, column, row id. A blob moved to another row, column or provider does not open.

A structure is stored as JSON, `[schema, content]`. Release 0.1.0 stored the content alone, which is
schema 1.
"""

import os
from functools import lru_cache
from typing import ClassVar, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from outcomes.errors import Invalid
from outcomes.platform.encryption.cipher import NONCE_BYTES, CipherKey
from outcomes.platform.encryption.encoding import pad, parts, unpad
from outcomes.platform.encryption.errors import DecryptionError, SchemaError

VERSION = 1
HEADER_BYTES = 18
CANNOT_BE_STORED = "Take out the characters that are not real text; they cannot be stored."


class Stored(msgspec.Struct, frozen=True):
    """A structure that is stored encrypted. Never printed with what it holds.

    `schema` numbers its shape. A change that the release before cannot read takes the next number.
    """

    schema: ClassVar[int] = 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<protected>)"


S = TypeVar("S", bound=Stored)


class Field(msgspec.Struct, frozen=True):
    """The table and column of a blob. It is bound to both, so a renamed column needs re-encryption."""

    table: str
    column: str


class DataKey:
    """Encrypts and decrypts the fields of one subject of one provider.

    Every decryption that fails, for whatever reason, raises DecryptionError. No exception from
    here carries or chains anything of the plaintext.
    """

    __slots__ = ("_bound", "_header", "_key", "id")

    def __init__(self, id_: UUID, provider_id: UUID, algorithm: int, key: CipherKey) -> None:
        version_and_algorithm = bytes((VERSION,)), bytes((algorithm,))
        self.id = id_
        self._key = key
        self._header = b"".join(version_and_algorithm) + id_.bytes
        self._bound = parts(b"outcomes/field", *version_and_algorithm, id_.bytes, provider_id.bytes)

    def encrypt(self, field: Field, row_id: UUID, plaintext: bytes) -> bytes:
        """The blob to store; its length tells only the plaintext's bucket (`encoding.pad`)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._key.encrypt(nonce, pad(plaintext), self._binding(field, row_id))
        return self._header + nonce + sealed

    def decrypt(self, field: Field, row_id: UUID, blob: bytes) -> bytes:
        """The plaintext of a blob made by `encrypt` for the same field and row."""
        content: bytes | None = None
        if blob.startswith(self._header):
            nonce_end = HEADER_BYTES + NONCE_BYTES
            nonce, sealed = blob[HEADER_BYTES:nonce_end], blob[nonce_end:]
            content = self._open(nonce, sealed, self._binding(field, row_id))
        if content is None:
            raise DecryptionError
        return content

    def encrypt_text(self, field: Field, row_id: UUID, text: str) -> bytes:
        """Raises Invalid, naming the column, for lone surrogates: they have no UTF-8."""
        content = _utf8(text)
        if content is None:
            raise Invalid.field(field.column, CANNOT_BE_STORED)
        return self.encrypt(field, row_id, content)

    def decrypt_text(self, field: Field, row_id: UUID, blob: bytes) -> str:
        text = _text(self.decrypt(field, row_id, blob))
        if text is None:
            raise DecryptionError
        return text

    def encrypt_json(self, field: Field, row_id: UUID, value: Stored) -> bytes:
        """The blob to store, with the number of the structure's schema.

        Raises Invalid for lone surrogates, TypeError for what JSON cannot hold.
        """
        return self.encrypt(field, row_id, _json(field, value))

    def decrypt_json(self, field: Field, row_id: UUID, blob: bytes, shape: type[S]) -> S:
        """Raises SchemaError too, when what is stored has a later schema or another shape."""
        value = _structure(self.decrypt(field, row_id, blob), shape)
        if value is None:
            raise SchemaError
        return value

    def _binding(self, field: Field, row_id: UUID) -> bytes:
        return self._bound + _field_parts(field) + parts(row_id.bytes)

    def _open(self, nonce: bytes, sealed: bytes, binding: bytes) -> bytes | None:
        try:
            return unpad(self._key.decrypt(nonce, sealed, binding))
        except (InvalidTag, ValueError):
            return None


@lru_cache(maxsize=1024)
def _field_parts(field: Field) -> bytes:
    return parts(field.table.encode(), field.column.encode())


# Python's own errors hold the text they stumbled over, and `raise … from None` keeps them as
# context. So the functions below leave their `except` before anything is raised.


def _utf8(text: str) -> bytes | None:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _structure(content: bytes, shape: type[S]) -> S | None:
    try:
        if content.startswith(b"{"):
            return msgspec.json.decode(content, type=shape)
        schema, value = msgspec.json.decode(content, type=tuple[int, msgspec.Raw])
        return msgspec.json.decode(value, type=shape) if schema <= shape.schema else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _json(field: Field, value: Stored) -> bytes:
    try:
        return msgspec.json.encode((value.schema, value))
    except UnicodeEncodeError:
        problem: Exception = Invalid.field(field.column, CANNOT_BE_STORED)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        problem = TypeError(f"{field.table}.{field.column} was given what JSON cannot hold")
    raise problem
