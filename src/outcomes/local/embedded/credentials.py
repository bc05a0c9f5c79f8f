"""The passwords of an installation's private servers, kept with the keys."""

import os
import secrets
from pathlib import Path

import msgspec
from msgspec import Struct

_FILE = "embedded.json"


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """Random passwords, created once. The data folder alone contains none of them."""

    superuser: str
    owner: str
    app: str
    auth: str
    twilio_account_sid: str
    twilio_auth_token: str

    def __repr__(self) -> str:
        return "Credentials(<protected>)"


def find_credentials(keys: Path) -> Credentials | None:
    """The credentials in a key folder; None before the first start and after a restore of keys."""
    file = keys / _FILE
    return msgspec.json.decode(file.read_bytes(), type=Credentials) if file.exists() else None


def make_credentials(keys: Path) -> Credentials:
    """New random credentials, kept in the key folder and readable by their owner only."""
    credentials = Credentials(
        superuser=secrets.token_urlsafe(32),
        owner=secrets.token_urlsafe(32),
        app=secrets.token_urlsafe(32),
        auth=secrets.token_urlsafe(32),
        twilio_account_sid=f"AC{secrets.token_hex(16)}",
        twilio_auth_token=secrets.token_hex(16),
    )
    _write_once(keys / _FILE, msgspec.json.encode(credentials))
    return credentials


def _write_once(file: Path, content: bytes) -> None:
    """Write completely or not at all, also when the start is interrupted."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)
