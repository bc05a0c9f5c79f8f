"""Settings from the environment. An unknown, missing or weak value is refused in one line.

No message repeats a value: an address contains a password.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from outcomes.errors import SettingsError

TWILIO = "https://api.twilio.com"
LOG_LEVELS = ("debug", "info", "warning", "error")
SHORTEST_PASSWORD = 16

DATA_FOLDER = Path(".outcomes/data")
KEY_FOLDER = Path(".outcomes/keys")

_EVERYWHERE = {"OUTCOMES_HOME", "OUTCOMES_KEYS", "OUTCOMES_LOG_LEVEL", "OUTCOMES_POOL_SIZE"}
_EXTERNAL_SERVERS = {
    "OUTCOMES_DATABASE_OWNER_URL",
    "OUTCOMES_DATABASE_APP_URL",
    "OUTCOMES_DATABASE_AUTH_URL",
    "OUTCOMES_REDIS_URL",
    "OUTCOMES_PUBLIC_URL",
    "OUTCOMES_TWILIO_BASE_URL",
    "OUTCOMES_TWILIO_ACCOUNT_SID",
    "OUTCOMES_TWILIO_AUTH_TOKEN",
    "OUTCOMES_PRACTICE_DATA_ONLY",
}
_EMBEDDED = {"OUTCOMES_POSTGRES_BIN"}


class DatabaseUrls(Struct, frozen=True):
    """One address for each role, `postgresql://role:password@host:port/database`."""

    owner: str
    app: str
    auth: str

    @property
    def app_role(self) -> str:
        return _role(self.app)

    @property
    def auth_role(self) -> str:
        return _role(self.auth)

    def __repr__(self) -> str:
        return "DatabaseUrls(<protected>)"


class Settings(Struct, frozen=True):
    """The settings of `migrate`, `serve` and the worker."""

    database: DatabaseUrls
    redis_url: str
    keys: Path
    public_url: str
    """The address for browsers and the gateway, without a final slash; webhooks are signed for it."""
    twilio_base_url: str
    twilio_account_sid: str
    twilio_auth_token: str
    practice_data_only: bool
    log_level: str
    pool_size: int
    port: int

    def __repr__(self) -> str:
        return "Settings(<protected>)"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting. Raises SettingsError for the first that is not acceptable."""
        _refuse_unknown(environ, _EVERYWHERE | _EXTERNAL_SERVERS)
        keys = Path(_required(environ, "OUTCOMES_KEYS")).resolve()
        if home := environ.get("OUTCOMES_HOME"):
            refuse_nesting(Path(home).resolve(), keys)
        return cls(
            database=database_urls(environ),
            redis_url=_redis_url(environ),
            keys=keys,
            public_url=_web_address(environ, "OUTCOMES_PUBLIC_URL"),
            twilio_base_url=_web_address(environ, "OUTCOMES_TWILIO_BASE_URL", TWILIO),
            twilio_account_sid=_matching(environ, "OUTCOMES_TWILIO_ACCOUNT_SID", "AC[0-9a-f]{32}"),
            twilio_auth_token=_matching(environ, "OUTCOMES_TWILIO_AUTH_TOKEN", "[!-~]{32,}"),
            practice_data_only=_one_of(environ, "OUTCOMES_PRACTICE_DATA_ONLY", ("no", "yes"))
            == "yes",
            log_level=_one_of(environ, "OUTCOMES_LOG_LEVEL", LOG_LEVELS, "info"),
            pool_size=_whole_number(environ, "OUTCOMES_POOL_SIZE", 1, 64, 8),
            port=_port(environ),
        )

    def require_practice_data(self) -> None:
        """Refuse to start without the setting that confirms that only practice data is entered.

        Raises:
            SettingsError: OUTCOMES_PRACTICE_DATA_ONLY is not `yes`.
        """
        if not self.practice_data_only:
            raise SettingsError(
                "This version is for practice data only: set OUTCOMES_PRACTICE_DATA_ONLY=yes, "
                "and enter no real person."
            )


class EmbeddedSettings(Struct, frozen=True):
    """The settings of `outcomes run`, which brings its own servers and gateway."""

    home: Path
    keys: Path
    postgres_bin: Path | None
    """A folder with `postgres` and `initdb`, instead of the packaged ones."""
    log_level: str
    pool_size: int
    port: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting; folders are relative to the working directory.

        Raises:
            SettingsError: a name that belongs to external servers, or a value not acceptable.
        """
        if foreign := sorted(_EXTERNAL_SERVERS & environ.keys()):
            raise SettingsError(
                f"{foreign[0]} does not go with `outcomes run`, which brings its own servers: "
                "unset it, or use `outcomes serve` and `outcomes worker`."
            )
        _refuse_unknown(environ, _EVERYWHERE | _EMBEDDED)
        home, keys = folders(environ)
        binaries = environ.get("OUTCOMES_POSTGRES_BIN")
        return cls(
            home=home,
            keys=keys,
            postgres_bin=Path(binaries).resolve() if binaries else None,
            log_level=_one_of(environ, "OUTCOMES_LOG_LEVEL", LOG_LEVELS, "info"),
            pool_size=_whole_number(environ, "OUTCOMES_POOL_SIZE", 1, 64, 8),
            port=_port(environ),
        )


def folders(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Where data and keys are, relative to the working directory. Raises SettingsError."""
    home = Path(environ.get("OUTCOMES_HOME") or DATA_FOLDER).resolve()
    keys = Path(environ.get("OUTCOMES_KEYS") or KEY_FOLDER).resolve()
    refuse_nesting(home, keys)
    return home, keys


def refuse_nesting(home: Path, keys: Path) -> None:
    """Refuse nested folders, so that copying the data never copies the keys, nor the reverse."""
    if home.is_relative_to(keys) or keys.is_relative_to(home):
        raise SettingsError(
            "OUTCOMES_KEYS may not be inside OUTCOMES_HOME, nor hold it: choose separate folders."
        )


def _refuse_unknown(environ: Mapping[str, str], known: set[str]) -> None:
    unknown = sorted(name for name in environ if name.startswith("OUTCOMES_") and name not in known)
    if unknown:
        raise SettingsError(
            f"{unknown[0]} is not a setting of this command: remove it or correct its name."
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise SettingsError(f"{name} is missing.")
    return environ[name]


def database_urls(environ: Mapping[str, str]) -> DatabaseUrls:
    """The three database addresses, for commands that need nothing else. Raises SettingsError."""
    urls = DatabaseUrls(
        owner=_database_url(environ, "OUTCOMES_DATABASE_OWNER_URL"),
        app=_database_url(environ, "OUTCOMES_DATABASE_APP_URL"),
        auth=_database_url(environ, "OUTCOMES_DATABASE_AUTH_URL"),
    )
    if len({_role(urls.owner), urls.app_role, urls.auth_role}) < 3:
        raise SettingsError("The owner, app and auth addresses must name three different roles.")
    return urls


def _database_url(environ: Mapping[str, str], name: str) -> str:
    url = urlsplit(_required(environ, name))
    if url.scheme not in ("postgresql", "postgres") or not url.username or len(url.path) < 2:
        raise SettingsError(f"{name} must look like postgresql://role:password@host:port/database.")
    if url.password is not None and len(unquote(url.password)) < SHORTEST_PASSWORD:
        raise SettingsError(
            f"The password in {name} needs at least {SHORTEST_PASSWORD} characters."
        )
    return url.geturl()


def _role(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def _redis_url(environ: Mapping[str, str]) -> str:
    url = _required(environ, "OUTCOMES_REDIS_URL")
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise SettingsError("OUTCOMES_REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _web_address(environ: Mapping[str, str], name: str, default: str | None = None) -> str:
    address = (environ.get(name) or default or _required(environ, name)).rstrip("/")
    url = urlsplit(address)
    here = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost")
    if not url.hostname or url.path or url.query or not (url.scheme == "https" or here):
        raise SettingsError(
            f"{name} must be an https:// address without a path (http:// on 127.0.0.1)."
        )
    return address


def _matching(environ: Mapping[str, str], name: str, pattern: str) -> str:
    value = _required(environ, name)
    if not re.fullmatch(pattern, value):
        raise SettingsError(f"{name} must match {pattern}.")
    return value


def _one_of(
    environ: Mapping[str, str], name: str, choices: tuple[str, ...], default: str = "no"
) -> str:
    value = environ.get(name) or default
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}.")
    return value


def _whole_number(
    environ: Mapping[str, str], name: str, least: int, most: int, default: int
) -> int:
    value = environ.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def _port(environ: Mapping[str, str]) -> int:
    return _whole_number(environ, "PORT", 1, 65535, 8000)
