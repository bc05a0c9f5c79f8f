"""The backup of the keys: losing them loses every record, so it is drilled from the first day."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4

import msgspec
import pytest

from outcomes.errors import SettingsError
from outcomes.platform.encryption import Field, KeyKind, KeyRing, backup, restore
from tests.platform.encryption import independent

FIRST_HALF, SECOND_HALF = "åtta gröna äpplen ", "under the walnut tree"
PASSPHRASE = FIRST_HALF + SECOND_HALF


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, key_directory: Path) -> Path:
    place = tmp_path_factory.mktemp("backup")
    KeyRing.open(key_directory).create_provider(uuid4())
    backup(key_directory, place / "keys.backup", passphrase=PASSPHRASE, home=place / "home")
    return place / "keys.backup"


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def test_the_drill(tmp_path: Path) -> None:
    """A whole installation's keys are lost, and every record is read again."""
    directory, archive = tmp_path / "keys", tmp_path / "away.backup"
    ring, row, field = KeyRing.create(directory), uuid4(), Field("survivors", "name_ciphertext")
    keys = [ring.create_provider(uuid4()) for _ in range(2)]
    new = [provider.new_data_key(KeyKind.SURVIVOR, uuid4()) for provider in keys]
    blobs = [n.key.encrypt_text(field, row, "Zoë") for n in new]
    route = ring.installation.route_digest("session", "token")
    before = contents(directory)

    backup(directory, archive, passphrase=PASSPHRASE, home=tmp_path / "home")
    assert S_IMODE(archive.stat().st_mode) == 0o400
    shutil.rmtree(directory)
    restore(archive, directory, passphrase=PASSPHRASE)

    assert contents(directory) == before
    restored = KeyRing.open(directory)
    assert restored.installation.route_digest("session", "token") == route
    for provider, stored, blob in zip(keys, new, blobs, strict=True):
        key = restored.provider(provider.provider_id).unwrap(stored.wrapped)
        assert key.decrypt_text(field, row, blob) == "Zoë"


def test_an_independent_library_opens_the_archive(archive: Path, key_directory: Path) -> None:
    raw = archive.read_bytes()
    head, nonce, sealed = raw[:30], raw[30:42], raw[42:]
    assert head[:14] == b"OUTCOMES-KEYS\x01"
    key = hashlib.scrypt(
        PASSPHRASE.encode(), salt=head[14:], n=2**17, r=8, p=1, maxmem=2**28, dklen=32
    )
    opened = independent.open_gcm(key, nonce, sealed, head)
    held = msgspec.json.decode(opened, type=dict[str, bytes])
    assert held["root.key"] == (key_directory / "root.key").read_bytes()
    assert held["root.key"] not in raw


def test_a_passphrase_typed_on_another_keyboard_opens(archive: Path, tmp_path: Path) -> None:
    decomposed = "a\u030atta gro\u0308na a\u0308pplen " + SECOND_HALF
    assert decomposed != PASSPHRASE
    restore(archive, tmp_path / "keys", passphrase=decomposed)


@pytest.mark.parametrize("passphrase", [FIRST_HALF, SECOND_HALF, ""])
def test_one_custodian_alone_cannot_open_it(archive: Path, tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(SettingsError, match="check the passphrase"):
        restore(archive, tmp_path / "keys", passphrase=passphrase)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw[:41],
        lambda raw: raw[:-1],
        lambda raw: b"\0" + raw[1:],
        lambda raw: raw[:13] + b"\x02" + raw[14:],
        lambda raw: raw[:20] + bytes([raw[20] ^ 1]) + raw[21:],
        lambda raw: raw[:60] + bytes([raw[60] ^ 1]) + raw[61:],
    ],
    ids=["empty", "head only", "cut", "other file", "other version", "salt", "content"],
)
def test_a_damaged_archive_restores_nothing(
    archive: Path, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(spoil(archive.read_bytes()))
    with pytest.raises(SettingsError):
        restore(damaged, tmp_path / "keys", passphrase=PASSPHRASE)
    assert not (tmp_path / "keys").exists()


def test_an_archive_writes_only_key_files(tmp_path: Path) -> None:
    """Whoever knows the passphrase still cannot write where they like."""
    head, nonce = b"OUTCOMES-KEYS\x01" + bytes(16), bytes(12)
    key = hashlib.scrypt(
        PASSPHRASE.encode(), salt=bytes(16), n=2**17, r=8, p=1, maxmem=2**28, dklen=32
    )
    content = msgspec.json.encode({"providers/../../escaped.json": b"x"})
    sealed = independent.seal_gcm(key, nonce, content, head)
    (tmp_path / "archive").write_bytes(head + nonce + sealed)
    with pytest.raises(SettingsError, match="not keys"):
        restore(tmp_path / "archive", tmp_path / "deep" / "keys", passphrase=PASSPHRASE)
    assert {path.name for path in tmp_path.iterdir()} == {"archive"}


def test_keys_are_never_restored_over_others(archive: Path, tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys")
    before, route = contents(tmp_path / "keys"), ring.installation.route_digest("a", "b")
    with pytest.raises(SettingsError, match="not empty"):
        restore(archive, tmp_path / "keys", passphrase=PASSPHRASE)
    assert contents(tmp_path / "keys") == before
    assert KeyRing.open(tmp_path / "keys").installation.route_digest("a", "b") == route


def test_a_missing_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        restore(tmp_path / "none", tmp_path / "keys", passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("home/keys.backup", "inside"),
        ("home/deep/../keys.backup", "inside"),
        ("link/keys.backup", "inside"),
        ("keys/keys.backup", "inside"),
        ("existing", "exists"),
        ("absent/keys.backup", "cannot be written"),
    ],
)
def test_a_backup_is_refused_where_it_would_harm(tmp_path: Path, target: str, why: str) -> None:
    home, keys = tmp_path / "home", tmp_path / "keys"
    (home / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "existing").write_bytes(b"another backup")
    KeyRing.create(keys)
    with pytest.raises(SettingsError, match=why):
        backup(keys, tmp_path / target, passphrase=PASSPHRASE, home=home)
    assert (tmp_path / "existing").read_bytes() == b"another backup"
    assert contents(home) == {}


def test_a_short_passphrase_is_refused(key_directory: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="20 characters"):
        backup(key_directory, tmp_path / "b", passphrase="a" * 19, home=tmp_path / "home")


def test_broken_keys_are_not_backed_up(tmp_path: Path) -> None:
    """A backup that could not be restored is worse than none: it is relied upon."""
    provider = KeyRing.create(tmp_path / "keys").create_provider(uuid4()).provider_id
    path = tmp_path / "keys" / "providers" / f"{provider}.json"
    path.chmod(0o600)
    path.write_bytes(b"{}")
    path.chmod(0o400)
    with pytest.raises(SettingsError, match="damaged"):
        backup(tmp_path / "keys", tmp_path / "b", passphrase=PASSPHRASE, home=tmp_path / "home")
    assert not (tmp_path / "b").exists()
