"""What the first release wrote, which every later release must read. Never change these files.

The keys in them are for this test alone. A new format gets new files beside them.
"""

from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from outcomes.platform.encryption import Field, KeyRing, ProviderKeys, WrappedKey, restore

FROZEN = Path(__file__).parent / "frozen"


class FrozenBlob(msgspec.Struct):
    table: str
    column: str
    row_id: UUID
    text: str
    blob: bytes


class FrozenKey(WrappedKey, frozen=True, kw_only=True):
    blobs: list[FrozenBlob]


class Tokens(msgspec.Struct):
    """Each with what it was made from."""

    phone_index: tuple[str, str]
    nationality_token: tuple[str, str]
    body_mac: tuple[str, str]
    export_pseudonym: tuple[tuple[UUID, UUID], str]
    route_digest: tuple[tuple[str, str], str]
    csrf: tuple[str, str]


class Frozen(msgspec.Struct):
    provider: UUID
    keys: list[FrozenKey]
    tokens: Tokens
    root: bytes = msgspec.field(name="root.key")
    installation: bytes = msgspec.field(name="installation.key")
    provider_file: msgspec.Raw = msgspec.field(name="provider.json")


FIRST = msgspec.json.decode((FROZEN / "keys-and-blobs-v1.json").read_bytes(), type=Frozen)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """The frozen key directory, with the modes that git does not keep."""
    tmp_path.chmod(0o700)
    (tmp_path / "providers").mkdir(mode=0o700)
    for name, content in {
        "root.key": FIRST.root,
        "installation.key": FIRST.installation,
        f"providers/{FIRST.provider}.json": bytes(FIRST.provider_file),
    }.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o400)
    return KeyRing.open(tmp_path)


@pytest.fixture
def keys(ring: KeyRing) -> ProviderKeys:
    return ring.provider(FIRST.provider)


def test_every_frozen_blob_opens(keys: ProviderKeys) -> None:
    opened = 0
    for row in FIRST.keys:
        key = keys.unwrap(
            WrappedKey(
                row.id, row.kind, row.subject_id, row.kek_version, row.wrapped, row.commitment
            )
        )
        for held in row.blobs:
            assert key.decrypt_text(Field(held.table, held.column), held.row_id, held.blob) == (
                held.text
            )
            opened += 1
    assert opened == 14


def test_frozen_tokens_are_still_found(ring: KeyRing, keys: ProviderKeys) -> None:
    tokens = FIRST.tokens
    assert keys.phone_index(tokens.phone_index[0]).hex() == tokens.phone_index[1]
    assert keys.nationality_token(tokens.nationality_token[0]).hex() == tokens.nationality_token[1]
    assert keys.body_mac(tokens.body_mac[0].encode()).hex() == tokens.body_mac[1]
    assert keys.export_pseudonym(*tokens.export_pseudonym[0]).hex() == tokens.export_pseudonym[1]
    assert ring.installation.route_digest(*tokens.route_digest[0]).hex() == tokens.route_digest[1]
    assert ring.installation.csrf(tokens.csrf[0]) == tokens.csrf[1]


class FrozenBackup(msgspec.Struct):
    passphrase: str
    archive: bytes


def test_a_frozen_backup_restores(tmp_path: Path) -> None:
    kept = msgspec.json.decode((FROZEN / "backup-v1.json").read_bytes(), type=FrozenBackup)
    (tmp_path / "archive").write_bytes(kept.archive)
    restore(tmp_path / "archive", tmp_path / "keys", passphrase=kept.passphrase)
    keys = KeyRing.open(tmp_path / "keys").provider(FIRST.provider)
    assert keys.phone_index(FIRST.tokens.phone_index[0]).hex() == FIRST.tokens.phone_index[1]
