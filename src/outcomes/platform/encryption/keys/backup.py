"""The keys' own backup: one file, opened by a passphrase of which two custodians hold half each.

Archive v1: `OUTCOMES-KEYS` | 01 | salt (16) | nonce (12) | ciphertext‖tag. AES-256-GCM under
scrypt(passphrase in NFKC, salt, N=2**17, r=8, p=1); everything before the nonce is associated data.
"""

import os
import re
import unicodedata
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from outcomes.errors import SettingsError
from outcomes.platform.encryption.cipher import AES_GCM, KEY_BYTES, NONCE_BYTES, CipherKey
from outcomes.platform.encryption.keys.files import (
    DIRECTORY_MODE,
    make_empty_directory,
    read_private,
    write_new,
)
from outcomes.platform.encryption.keys.keystore import INSTALLATION, PROVIDERS, ROOT, KeyStore

MAGIC = b"OUTCOMES-KEYS\x01"
SALT_BYTES = 16
SHORTEST_PASSPHRASE = 20
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
PROVIDER_FILE = re.compile(rf"{PROVIDERS}/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\.json")

Contents = dict[str, bytes]


def backup(directory: Path, target: Path, *, passphrase: str, home: Path) -> None:
    """Writes the key directory into the new file `target`, mode 0400, and reads it back.

    Raises SettingsError when the keys are not whole, the target exists or lies inside the data
    folder `home` or the key directory, or the passphrase has fewer than 20 characters.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise SettingsError("The passphrase is too short; use 20 characters or more.")
    for place in (home, directory):
        if target.resolve().is_relative_to(place.resolve()):
            raise SettingsError(
                f"A backup of the keys may not be inside {place};"
                " name a place away from the data and the keys."
            )
    contents = _read(directory)
    try:
        write_new(target, _sealed(contents, passphrase))
    except FileExistsError as error:
        raise SettingsError(f"{target} exists already; name another file.") from error
    except OSError as error:
        raise SettingsError(f"{target} cannot be written ({error.strerror}).") from error
    if _opened(target.read_bytes(), passphrase) != contents:
        raise SettingsError(f"{target} does not read back as written; use another disk.")


def restore(archive: Path, directory: Path, *, passphrase: str) -> None:
    """Puts the keys of an archive into a directory that is absent or empty, and opens them all.

    Raises SettingsError when the directory holds anything or the archive does not open.
    """
    try:
        contents = _opened(archive.read_bytes(), passphrase)
    except OSError as error:
        raise SettingsError(f"{archive} cannot be read ({error.strerror}).") from error
    make_empty_directory(directory)
    (directory / PROVIDERS).mkdir(mode=DIRECTORY_MODE)
    for name in sorted(contents, key=lambda name: name == ROOT):
        write_new(directory / name, contents[name])
    if _read(directory) != contents:
        raise SettingsError(f"{directory} does not read back as written; use another disk.")


def _read(directory: Path) -> Contents:
    """Every file of a key directory, each opened with the root key first."""
    store = KeyStore(directory)
    names = [INSTALLATION, ROOT]
    for provider_id in store.provider_ids():
        store.provider(provider_id)
        names.append(f"{PROVIDERS}/{provider_id}.json")
    return {name: read_private(directory / name) for name in names}


def _sealed(contents: Contents, passphrase: str) -> bytes:
    head, nonce = MAGIC + os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plaintext = msgspec.json.encode(contents)
    return head + nonce + _key(passphrase, head).encrypt(nonce, plaintext, head)


def _opened(archive: bytes, passphrase: str) -> Contents:
    head_end = len(MAGIC) + SALT_BYTES
    head, nonce = archive[:head_end], archive[head_end : head_end + NONCE_BYTES]
    if not archive.startswith(MAGIC) or len(nonce) != NONCE_BYTES:
        raise SettingsError("This file is not a backup of keys; name another.")
    try:
        sealed = archive[head_end + NONCE_BYTES :]
        contents = msgspec.json.decode(
            _key(passphrase, head).decrypt(nonce, sealed, head), type=Contents
        )
    except (InvalidTag, msgspec.DecodeError) as error:
        raise SettingsError(
            "The backup does not open: check the passphrase, both halves in their order,"
            " or take another copy."
        ) from error
    if not all(name in (ROOT, INSTALLATION) or PROVIDER_FILE.fullmatch(name) for name in contents):
        raise SettingsError("The backup holds files that are not keys; take another copy.")
    return contents


def _key(passphrase: str, head: bytes) -> CipherKey:
    kdf = Scrypt(salt=head[len(MAGIC) :], length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    return AES_GCM.ready(kdf.derive(unicodedata.normalize("NFKC", passphrase).encode()))
