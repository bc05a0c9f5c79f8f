"""The key directory: what refuses a start, and two processes at once."""

import multiprocessing
import shutil
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from stat import S_IMODE
from uuid import UUID, uuid4

import msgspec
import pytest

from outcomes.errors import SettingsError
from outcomes.platform.encryption import Field, KeyKind, KeyRing, KeyUnavailable
from tests.platform.encryption import independent


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "keys")
    return tmp_path / "keys"


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


def overwrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)
    path.chmod(0o400)


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    overwrite(path, bytes(content))


def test_new_keys_are_random_and_private(tmp_path: Path) -> None:
    one, two = tmp_path / "deep" / "one", tmp_path / "two"
    for directory in (one, two):
        ring = KeyRing.create(directory)
        provider = ring.create_provider(uuid4()).provider_id
        for folder in (directory, directory / "providers"):
            assert mode(folder) == 0o700
        names = {"root.key", "installation.key", "providers", f"providers/{provider}.json"}
        found = {str(path.relative_to(directory)) for path in directory.rglob("*")}
        assert found == names
        assert {mode(path) for path in directory.rglob("*") if path.is_file()} == {0o400}
    roots = {(directory / "root.key").read_bytes() for directory in (one, two)}
    assert len(roots) == 2
    assert {len(root) for root in roots} == {32}


def test_no_stored_key_lies_in_the_clear(directory: Path) -> None:
    provider = KeyRing.open(directory).create_provider(uuid4()).provider_id
    root = (directory / "root.key").read_bytes()
    path = directory / "providers" / f"{provider}.json"
    stored = msgspec.json.decode(path.read_bytes())
    wrapped = msgspec.convert(stored["versions"][0]["kek"], bytes, strict=False)
    kek = independent.unwrap_stored_key(root, wrapped, b"kek", provider, 1)
    assert len(kek) == 32
    assert kek not in wrapped
    assert kek != root


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        (lambda d: d.chmod(0o750), "chmod 700"),
        (lambda d: d.chmod(0o705), "chmod 700"),
        (lambda d: (d / "root.key").chmod(0o440), "chmod 400"),
        (lambda d: (d / "root.key").chmod(0o404), "chmod 400"),
        (lambda d: (d / "root.key").chmod(0o600), "chmod 400"),
        (lambda d: (d / "installation.key").chmod(0o444), "chmod 400"),
        (lambda d: (d / "root.key").unlink(), "outcomes keys"),
        (lambda d: (d / "installation.key").unlink(), "outcomes keys"),
        (lambda d: overwrite(d / "root.key", b""), "outcomes keys restore"),
        (lambda d: overwrite(d / "root.key", bytes(range(31))), "outcomes keys restore"),
        (lambda d: overwrite(d / "root.key", bytes(range(33))), "outcomes keys restore"),
        (lambda d: overwrite(d / "root.key", bytes(32)), "outcomes keys init"),
        (lambda d: overwrite(d / "root.key", b"secret".ljust(32, b"\xff")), "outcomes keys init"),
        (
            lambda d: overwrite(d / "root.key", b"Sphinx of black quartz, judge me"),
            "outcomes keys init",
        ),
        (lambda d: overwrite(d / "root.key", bytes(range(200, 232))), "outcomes keys restore"),
        (lambda d: flip_a_bit(d / "installation.key"), "outcomes keys restore"),
        (lambda d: overwrite(d / "installation.key", b""), "outcomes keys restore"),
        (shutil.rmtree, "outcomes keys init"),
    ],
)
def test_bad_keys_refuse_a_start_in_one_line(
    directory: Path, spoil: Callable[[Path], None], remedy: str
) -> None:
    spoil(directory)
    with pytest.raises(SettingsError) as caught:
        KeyRing.open(directory)
    assert remedy in caught.value.message
    assert "\n" not in caught.value.message
    assert str(directory) in caught.value.message


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"")
    for act in (KeyRing.open, KeyRing.create):
        with pytest.raises(SettingsError):
            act(tmp_path / "keys")


def test_keys_are_never_created_over_others(directory: Path) -> None:
    before = (directory / "root.key").read_bytes()
    with pytest.raises(SettingsError, match="not empty"):
        KeyRing.create(directory)
    assert (directory / "root.key").read_bytes() == before


def test_a_public_directory_takes_no_keys(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(SettingsError, match="chmod 700"):
        KeyRing.create(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_provider_created_elsewhere_is_found(directory: Path) -> None:
    here, elsewhere, provider = KeyRing.open(directory), KeyRing.open(directory), uuid4()
    with pytest.raises(KeyUnavailable):
        here.provider(provider)
    theirs = elsewhere.create_provider(provider)
    new, row, field = theirs.new_data_key(KeyKind.SURVIVOR, uuid4()), uuid4(), Field("t", "c")
    blob = new.key.encrypt(field, row, b"Zoe")
    assert here.provider(provider).unwrap(new.wrapped).decrypt(field, row, blob) == b"Zoe"
    assert here.provider(provider) is here.provider(provider)


def test_creating_a_provider_again_keeps_its_keys(directory: Path) -> None:
    ring, provider = KeyRing.open(directory), uuid4()
    first = ring.create_provider(provider).phone_index("+447700900123")
    assert KeyRing.open(directory).create_provider(provider).phone_index("+447700900123") == first


def provider_files(directory: Path) -> tuple[KeyRing, Path, Path]:
    ring = KeyRing.open(directory)
    paths = [
        directory / "providers" / f"{ring.create_provider(uuid4()).provider_id}.json"
        for _ in range(2)
    ]
    return KeyRing.open(directory), paths[0], paths[1]


def swap_roles(path: Path) -> None:
    stored = msgspec.json.decode(path.read_bytes())
    first = stored["versions"][0]
    first["kek"], first["index"] = first["index"], first["kek"]
    overwrite(path, msgspec.json.encode(stored))


def rename_version(path: Path) -> None:
    stored = msgspec.json.decode(path.read_bytes())
    stored["versions"][0]["version"] = stored["current"] = 2
    overwrite(path, msgspec.json.encode(stored))


def change_format(path: Path) -> None:
    stored = msgspec.json.decode(path.read_bytes())
    overwrite(path, msgspec.json.encode(stored | {"format": 2}))


def forget_versions(path: Path) -> None:
    stored = msgspec.json.decode(path.read_bytes())
    overwrite(path, msgspec.json.encode(stored | {"versions": []}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mine, other: overwrite(mine, other.read_bytes()),
        lambda mine, other: swap_roles(mine),
        lambda mine, other: rename_version(mine),
        lambda mine, other: forget_versions(mine),
        lambda mine, other: change_format(mine),
        lambda mine, other: overwrite(mine, mine.read_bytes()[:-1]),
        lambda mine, other: overwrite(mine, b"[1]"),
        lambda mine, other: overwrite(mine, b""),
        lambda mine, other: mine.chmod(0o644),
        lambda mine, other: mine.parent.chmod(0o755),
    ],
    ids=[
        "another's",
        "roles",
        "version",
        "none",
        "format",
        "cut",
        "list",
        "empty",
        "mode",
        "folder mode",
    ],
)
def test_a_spoilt_provider_file_gives_no_keys(
    directory: Path, spoil: Callable[[Path, Path], None]
) -> None:
    ring, mine, other = provider_files(directory)
    spoil(mine, other)
    for act in (ring.provider, ring.create_provider):
        with pytest.raises(KeyUnavailable) as caught:
            act(UUID(mine.stem))
        assert str(directory) not in caught.value.message


def test_keys_under_an_older_version_still_open(directory: Path) -> None:
    """The second version is written by the independent library, as a rotation will."""
    ring, path, _ = provider_files(directory)
    provider = UUID(path.stem)
    old = ring.provider(provider)
    new, row, field = old.new_data_key(KeyKind.SURVIVOR, uuid4()), uuid4(), Field("t", "c")
    blob = new.key.encrypt(field, row, b"Zoe")
    root, stored = (directory / "root.key").read_bytes(), msgspec.json.decode(path.read_bytes())
    kek, index = bytes(range(32)), bytes(range(32, 64))
    added = {
        "version": 2,
        "kek": independent.wrap_stored_key(root, kek, b"kek", provider, 2),
        "index": independent.wrap_stored_key(root, index, b"index", provider, 2),
    }
    stored = stored | {"current": 2, "versions": [*stored["versions"], added]}
    overwrite(path, msgspec.json.encode(stored))

    later = KeyRing.open(directory).provider(provider)
    assert later.unwrap(new.wrapped).decrypt(field, row, blob) == b"Zoe"
    assert later.new_data_key(KeyKind.SURVIVOR, uuid4()).wrapped.kek_version == 2
    assert later.phone_index("+447700900123") != old.phone_index("+447700900123")
    assert later.nationality_token("ER") == old.nationality_token("ER")


def create_in_step(directory: Path, providers: list[UUID], barrier: Barrier) -> list[bytes]:
    ring = KeyRing.open(directory)
    tokens = []
    for provider in providers:
        barrier.wait(timeout=60)
        tokens.append(ring.create_provider(provider).phone_index("+447700900123"))
    return tokens


def test_two_processes_that_create_the_same_provider_hold_the_same_keys(directory: Path) -> None:
    providers = [uuid4() for _ in range(20)]
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(2) as pool:
        work = (directory, providers, manager.Barrier(2))
        one, two = (pool.apply_async(create_in_step, work) for _ in range(2))
        tokens = one.get(timeout=60)
        assert tokens == two.get(timeout=60)
    stored = KeyRing.open(directory)
    assert tokens == [stored.provider(p).phone_index("+447700900123") for p in providers]
    assert {path.name for path in (directory / "providers").iterdir()} == {
        f"{provider}.json" for provider in providers
    }
