"""Blobs: what they hide, and that nothing but the right place and key opens them."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.errors import Invalid
from outcomes.platform.encryption import (
    AES_GCM,
    DataKey,
    DecryptionError,
    Field,
    NewKey,
    Protected,
    SchemaError,
    Stored,
)
from tests.platform.encryption import independent
from tests.platform.encryption.null_cipher import NULL_CIPHER

SECRET = bytes(range(100, 132))
KEY_ID = UUID("0b7a53c2-5f0e-4a3d-9d58-7d6a3d2f1c01")
PROVIDER = UUID("7e0d8a7c-0e7c-4f0b-8a55-0f6f6b8f0a02")
ROW = UUID("3f2b7c1d-8f3e-4c8e-b1a7-1b2c3d4e5f03")
FIELD = Field("survivor", "name")


def data_key(
    key_id: UUID = KEY_ID, provider_id: UUID = PROVIDER, secret: bytes = SECRET
) -> DataKey:
    return DataKey(key_id, provider_id, AES_GCM.algorithm, AES_GCM.ready(secret))


KEY = data_key()
REFUSAL = repr(DecryptionError())


def refuses(act: Callable[[], object]) -> str:
    """What the refusal says; a cause or context would say why."""
    with pytest.raises(DecryptionError) as caught:
        act()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return repr(caught.value)


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert KEY.decrypt_text(FIELD, ROW, KEY.encrypt_text(FIELD, ROW, text)) == text


@given(st.binary(max_size=300) | st.integers(0, 13_000).map(bytes))
def test_any_bytes_come_back(content: bytes) -> None:
    assert KEY.decrypt(FIELD, ROW, KEY.encrypt(FIELD, ROW, content)) == content


@given(st.binary(max_size=200), st.uuids(), st.uuids(), st.uuids(), st.text(max_size=20))
def test_an_independent_library_opens_our_blobs(
    content: bytes, key_id: UUID, provider: UUID, row: UUID, column: str
) -> None:
    blob = data_key(key_id, provider).encrypt(Field("contacts", column), row, content)
    opened = independent.open_blob(
        SECRET, blob, provider=provider, table="contacts", column=column, row=row
    )
    assert opened == content


class Place(msgspec.Struct, frozen=True):
    """What a blob is bound to."""

    provider: UUID = PROVIDER
    table: str = "survivor"
    column: str = "name"
    row: UUID = ROW
    key_id: UUID = KEY_ID
    version: int = 1
    algorithm: int = 1


def sealed_elsewhere(place: Place) -> bytes:
    """A blob by the independent library; whatever it is bound to, its head is that of our key."""
    binding = independent.field_binding(**msgspec.structs.asdict(place))
    nonce = bytes(range(12))
    sealed = independent.seal_gcm(SECRET, nonce, independent.pad("Zoë".encode()), binding)
    return b"\x01\x01" + KEY_ID.bytes + nonce + sealed


def test_we_open_an_independent_librarys_blob() -> None:
    assert KEY.decrypt_text(FIELD, ROW, sealed_elsewhere(Place())) == "Zoë"


@pytest.mark.parametrize(
    "place",
    [
        Place(version=2),
        Place(algorithm=2),
        Place(key_id=UUID(int=KEY_ID.int ^ 1)),
        Place(provider=UUID(int=PROVIDER.int ^ 1)),
        Place(table="survivors"),
        Place(column="names"),
        Place(row=UUID(int=ROW.int ^ 1)),
        Place(table="survivorn", column="ame"),
        Place(table="survivor|name", column=""),
    ],
    ids=str,
)
def test_every_part_of_the_binding_counts(place: Place) -> None:
    assert refuses(lambda: KEY.decrypt(FIELD, ROW, sealed_elsewhere(place))) == REFUSAL


@pytest.mark.parametrize(
    ("key", "field", "row"),
    [
        (KEY, Field("survivorn", "ame"), ROW),
        (KEY, Field("survivor", "names"), ROW),
        (KEY, FIELD, uuid4()),
        (data_key(provider_id=uuid4()), FIELD, ROW),
        (data_key(key_id=uuid4()), FIELD, ROW),
        (data_key(secret=bytes(range(32))), FIELD, ROW),
        (DataKey(KEY_ID, PROVIDER, 0xFF, NULL_CIPHER), FIELD, ROW),
    ],
    ids=["split", "column", "row", "provider", "key id", "key", "cipher"],
)
def test_a_blob_opens_nowhere_else(key: DataKey, field: Field, row: UUID) -> None:
    blob = KEY.encrypt_text(FIELD, ROW, "Zoë")
    assert refuses(lambda: key.decrypt(field, row, blob)) == REFUSAL


def test_every_flipped_bit_is_refused_alike() -> None:
    blob = KEY.encrypt_text(FIELD, ROW, "Zoë")
    for bit in range(8 * len(blob)):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        assert refuses(partial(KEY.decrypt, FIELD, ROW, bytes(changed))) == REFUSAL


def test_every_shortened_or_lengthened_blob_is_refused() -> None:
    blob = KEY.encrypt_text(FIELD, ROW, "Zoë")
    for changed in [*(blob[:end] for end in range(len(blob))), blob + b"\0"]:
        assert refuses(partial(KEY.decrypt, FIELD, ROW, changed)) == REFUSAL


@pytest.mark.parametrize(
    "padded",
    [b"", bytes(31), b"\0\0\0\x1d" + bytes(28), b"\xff\xff\xff\xff" + bytes(28), bytes(64)],
    ids=["empty", "no bucket", "length beyond", "length far beyond", "bucket too large"],
)
def test_badly_padded_plaintext_is_refused(padded: bytes) -> None:
    binding = independent.field_binding(
        provider=PROVIDER, table="survivor", column="name", row=ROW, key_id=KEY_ID
    )
    sealed = independent.seal_gcm(SECRET, bytes(12), padded, binding)
    refuses(lambda: KEY.decrypt(FIELD, ROW, b"\x01\x01" + KEY_ID.bytes + bytes(12) + sealed))


@pytest.mark.parametrize(
    ("size", "stored"),
    [
        # 46 bytes around the padded text, of which 4 are its length
        (0, 46 + 32),
        (1, 46 + 32),
        (28, 46 + 32),
        (29, 46 + 64),
        (60, 46 + 64),
        (61, 46 + 128),
        (124, 46 + 128),
        (125, 46 + 256),
        (253, 46 + 512),
        (509, 46 + 1024),
        (1021, 46 + 2048),
        (2045, 46 + 4096),
        (4092, 46 + 4096),
        (4093, 46 + 8192),
        (8188, 46 + 8192),
        (8189, 46 + 12288),
        (100_000, 46 + 102_400),
    ],
)
def test_length_tells_only_the_bucket(size: int, stored: int) -> None:
    assert len(KEY.encrypt(FIELD, ROW, b"a" * size)) == stored


def test_nonces_do_not_repeat() -> None:
    nonces = {KEY.encrypt(FIELD, ROW, b"")[18:30] for _ in range(100_000)}
    assert len(nonces) == 100_000


class Mood(StrEnum):
    WELL = "well"


class Note(Stored, frozen=True):
    text: str
    mood: Mood


class LaterNote(Note, frozen=True):
    schema = 2


class Anything(Stored, frozen=True):
    content: object


def test_json_comes_back() -> None:
    note = Note("Slept well – ሰላም", Mood.WELL)
    assert KEY.decrypt_json(FIELD, ROW, KEY.encrypt_json(FIELD, ROW, note), Note) == note


def test_a_structure_of_the_first_release_has_no_number() -> None:
    blob = KEY.encrypt(FIELD, ROW, b'{"text": "Slept well", "mood": "well"}')
    assert KEY.decrypt_json(FIELD, ROW, blob, Note) == Note("Slept well", Mood.WELL)


def test_a_later_schema_is_told_apart_from_damage() -> None:
    note = LaterNote("Slept well", Mood.WELL)
    blob = KEY.encrypt_json(FIELD, ROW, note)
    assert KEY.decrypt(FIELD, ROW, blob) == b'[2,{"text":"Slept well","mood":"well"}]'
    assert KEY.decrypt_json(FIELD, ROW, blob, LaterNote) == note
    with pytest.raises(SchemaError):
        KEY.decrypt_json(FIELD, ROW, blob, Note)
    with pytest.raises(DecryptionError):
        KEY.decrypt_json(FIELD, ROW, blob[:-1], LaterNote)


@pytest.mark.parametrize("value", ["\ud800", ["a", "\udfff"], {"\ud800": 1}], ids=ascii)
def test_text_without_utf8_is_refused_by_name(value: object) -> None:
    with pytest.raises(Invalid) as caught:
        KEY.encrypt_json(FIELD, ROW, Anything(value))
    assert [problem.field for problem in caught.value.problems] == ["name"]


def test_protected_values_are_not_encrypted_by_accident() -> None:
    with pytest.raises(TypeError, match=r"survivor\.name"):
        KEY.encrypt_json(FIELD, ROW, Anything(Protected("07700 900123")))


def test_the_null_cipher_shows_what_a_leak_looks_like(new_key: NewKey) -> None:
    """Else a scan that finds no plaintext in the database would prove nothing."""
    blob = DataKey(KEY_ID, PROVIDER, NULL_CIPHER.algorithm, NULL_CIPHER).encrypt(FIELD, ROW, b"Zoe")
    assert b"Zoe" in blob
    assert b"Zoe" not in new_key.key.encrypt(FIELD, ROW, b"Zoe")
