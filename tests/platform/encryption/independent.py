"""Our formats written a second time, from the design and not from the product, on pycryptodome.

Shares no code with the product: an error in one of the two shows as a disagreement.
"""

import hashlib
import hmac
from struct import pack
from uuid import UUID

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

BUCKETS = (32, 64, 128, 256, 512, 1024, 2048, 4096)


def length_prefixed(*items: bytes) -> bytes:
    out = b""
    for item in items:
        out += pack(">I", len(item)) + item
    return out


def field_binding(
    *,
    provider: UUID,
    table: str,
    column: str,
    row: UUID,
    key_id: UUID,
    version: int = 1,
    algorithm: int = 1,
) -> bytes:
    return length_prefixed(
        b"outcomes/field",
        pack("B", version),
        pack("B", algorithm),
        key_id.bytes,
        provider.bytes,
        table.encode("utf-8"),
        column.encode("utf-8"),
        row.bytes,
    )


def open_gcm(key: bytes, nonce: bytes, sealed: bytes, binding: bytes) -> bytes:
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    cipher.update(binding)
    return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])


def seal_gcm(key: bytes, nonce: bytes, content: bytes, binding: bytes) -> bytes:
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    cipher.update(binding)
    ciphertext, tag = cipher.encrypt_and_digest(content)
    return ciphertext + tag


def open_blob(
    key: bytes, blob: bytes, *, provider: UUID, table: str, column: str, row: UUID
) -> bytes:
    assert blob[0] == 1
    assert blob[1] == 1
    binding = field_binding(
        provider=provider, table=table, column=column, row=row, key_id=UUID(bytes=blob[2:18])
    )
    padded = open_gcm(key, blob[18:30], blob[30:], binding)
    assert len(padded) in BUCKETS or (len(padded) > 4096 and len(padded) % 4096 == 0)
    length = int.from_bytes(padded[:4], "big")
    content, filling = padded[4 : 4 + length], padded[4 + length :]
    assert filling == bytes(len(filling))
    return content


def pad(content: bytes) -> bytes:
    framed = pack(">I", len(content)) + content
    size = next((b for b in BUCKETS if b >= len(framed)), None)
    if size is None:
        size = 4096 * ((len(framed) + 4095) // 4096)
    return framed + bytes(size - len(framed))


def unwrap_stored_key(
    root: bytes, wrapped: bytes, role: bytes, provider: UUID, version: int
) -> bytes:
    binding = length_prefixed(b"outcomes/stored-key", role, provider.bytes, pack(">I", version))
    return open_gcm(root, wrapped[1:13], wrapped[13:], binding)


def wrap_stored_key(root: bytes, key: bytes, role: bytes, provider: UUID, version: int) -> bytes:
    binding = length_prefixed(b"outcomes/stored-key", role, provider.bytes, pack(">I", version))
    nonce = hashlib.sha256(key).digest()[:12]
    return b"\x01" + nonce + seal_gcm(root, nonce, key, binding)


def unwrap_installation_key(root: bytes, wrapped: bytes) -> bytes:
    binding = length_prefixed(b"outcomes/stored-key", b"installation")
    return open_gcm(root, wrapped[1:13], wrapped[13:], binding)


def unwrap_data_key(
    kek: bytes,
    wrapped: bytes,
    *,
    provider: UUID,
    kind: str,
    subject: UUID,
    version: int,
    key_id: UUID,
) -> bytes:
    assert wrapped[0] == 1
    binding = length_prefixed(
        b"outcomes/data-key",
        provider.bytes,
        kind.encode(),
        subject.bytes,
        pack(">I", version),
        key_id.bytes,
    )
    return open_gcm(kek, wrapped[1:13], wrapped[13:], binding)


def hkdf(key: bytes, label: str) -> bytes:
    derived = HKDF(key, 32, b"", SHA256, context=label.encode())
    assert isinstance(derived, bytes)
    return derived


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
