"""The keys' own directory, outside the database and its folder.

    root.key                       32 random bytes; only wraps the keys below
    installation.key               the installation's key, wrapped
    providers/<provider id>.json   the provider's keys by version, wrapped

Directories have mode 0700, files 0400. Without this directory no record can be read; with
it and the database, all of them can.
"""

import os
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.platform.encryption.cipher import KEY_BYTES
from outcomes.platform.encryption.keys.files import (
    DIRECTORY_MODE,
    check_private_directory,
    make_empty_directory,
    read_private,
    write_new,
)
from outcomes.platform.encryption.keys.wrapping import WrappingKey
from outcomes.platform.encryption.models import Epoch, ProviderSecrets
from outcomes.platform.encryption.protected import Protected

ROOT = "root.key"
INSTALLATION = "installation.key"
PROVIDERS = "providers"
FORMAT = 1
# 32 random bytes hold about 30 different values; 16 or fewer happen less than once in 10**14 times.
FEWEST_DIFFERENT_BYTES = 17


class StoredEpoch(Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    kek: bytes
    index: bytes


class StoredProvider(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `providers/<provider id>.json`; every key in it is wrapped by the root."""

    format: int
    provider_id: UUID
    current: int
    versions: tuple[StoredEpoch, ...]
    tally: bytes


class KeyStore:
    """An opened key directory. Opening raises SettingsError, in one line with its remedy, when
    anything about the directory, the root key or the installation key is not as it must be."""

    def __init__(self, directory: Path) -> None:
        check_private_directory(directory)
        self._directory = directory
        self._root = WrappingKey(_root_secret(directory / ROOT))
        path = directory / INSTALLATION
        self.installation = self._unwrap(path, read_private(path), b"installation")

    def provider(self, provider_id: UUID) -> ProviderSecrets:
        """Raises SettingsError when the file is missing, not private, damaged or another's."""
        path = self._path(provider_id)
        check_private_directory(path.parent)
        try:
            stored = msgspec.json.decode(read_private(path), type=StoredProvider)
        except msgspec.DecodeError as error:
            raise _unreadable(path) from error
        epochs = {e.version: self._epoch(path, provider_id, e) for e in stored.versions}
        if stored.format != FORMAT or stored.current not in epochs:
            raise _unreadable(path)
        tally = self._unwrap(path, stored.tally, *_purpose(b"tally", provider_id))
        return ProviderSecrets(provider_id, stored.current, epochs, tally)

    def create_provider(self, provider_id: UUID) -> None:
        """Makes version 1 of a provider's keys. Raises FileExistsError when it has keys already."""
        first = 1
        stored = StoredProvider(
            format=FORMAT,
            provider_id=provider_id,
            current=first,
            versions=(
                StoredEpoch(
                    version=first,
                    kek=self._new(*_purpose(b"kek", provider_id, first)),
                    index=self._new(*_purpose(b"index", provider_id, first)),
                ),
            ),
            tally=self._new(*_purpose(b"tally", provider_id)),
        )
        write_new(self._path(provider_id), msgspec.json.encode(stored))

    def provider_ids(self) -> list[UUID]:
        """Every provider that has keys here, in no order of meaning."""
        return sorted(UUID(path.stem) for path in (self._directory / PROVIDERS).glob("*.json"))

    def _path(self, provider_id: UUID) -> Path:
        return self._directory / PROVIDERS / f"{UUID(bytes=provider_id.bytes)}.json"

    def _epoch(self, path: Path, provider_id: UUID, stored: StoredEpoch) -> Epoch:
        kek = _purpose(b"kek", provider_id, stored.version)
        index = _purpose(b"index", provider_id, stored.version)
        return Epoch(self._unwrap(path, stored.kek, *kek), self._unwrap(path, stored.index, *index))

    def _new(self, *purpose: bytes) -> bytes:
        return self._root.wrap(Protected(os.urandom(KEY_BYTES)), b"outcomes/stored-key", *purpose)

    def _unwrap(self, path: Path, wrapped: bytes, *purpose: bytes) -> Protected[bytes]:
        secret = self._root.unwrap(wrapped, b"outcomes/stored-key", *purpose)
        if secret is None:
            raise _unreadable(path)
        return secret


def create(directory: Path) -> None:
    """Makes the keys of a new installation, in a directory that is absent or empty.

    Raises SettingsError when it holds anything, or another process is doing the same. The root key
    is written last: a directory with a root key is complete.
    """
    make_empty_directory(directory)
    (directory / PROVIDERS).mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    root, installation = Protected(os.urandom(KEY_BYTES)), Protected(os.urandom(KEY_BYTES))
    wrapped = WrappingKey(root).wrap(installation, b"outcomes/stored-key", b"installation")
    try:
        write_new(directory / INSTALLATION, wrapped)
        write_new(directory / ROOT, root.reveal())
    except FileExistsError as error:
        raise SettingsError(f"The key directory {directory} is not empty; name another.") from error


def _root_secret(path: Path) -> Protected[bytes]:
    secret = read_private(path)
    if len(secret) != KEY_BYTES:
        raise SettingsError(
            f"The key file {path} must hold 32 bytes; restore it with: outcomes keys restore"
        )
    if len(set(secret)) < FEWEST_DIFFERENT_BYTES or all(0x20 <= b < 0x7F for b in secret):
        raise SettingsError(
            f"The key file {path} does not hold random bytes; make keys with: outcomes keys init"
        )
    return Protected(secret)


def _purpose(role: bytes, provider_id: UUID, version: int = 0) -> tuple[bytes, ...]:
    return role, provider_id.bytes, version.to_bytes(4, "big")


def _unreadable(path: Path) -> SettingsError:
    return SettingsError(
        f"The key file {path} is damaged or belongs to another root key;"
        " restore it with: outcomes keys restore"
    )
