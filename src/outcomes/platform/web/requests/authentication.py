"""Authentication by a session cookie or an API token."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any, Protocol, cast
from urllib.parse import quote

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

SESSION_COOKIE = "__Host-outcomes"
SIGN_IN_PATH = "/sign-in"
CONFIRM_PASSWORD_PATH = "/confirm-password"  # noqa: S105 - a path
_MAX_TOKEN_LENGTH = 200


class CredentialKind(StrEnum):
    """Cookie or bearer token."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind, not a token


class Credential(Struct, frozen=True):
    """The credential of a request. Never printed."""

    kind: CredentialKind
    token: str

    def __repr__(self) -> str:
        return f"<Credential {self.kind}>"


class Actor(Protocol):
    """The part of an actor that pages and guards look at."""

    @property
    def permissions(self) -> Collection[str]: ...


class Caller(Protocol):
    """The part of a caller that pages and guards look at."""

    @property
    def actor(self) -> Actor: ...


class Authenticator(Protocol):
    """Looks up sessions and tokens."""

    async def authenticate(self, kind: CredentialKind, token: str) -> Caller | None:
        """The caller behind a credential; None when it is unknown, expired or ended."""
        ...


class Authentication(ASGIMiddleware):
    """Puts the caller (or None) into the request's state, except for public handlers."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "public"

    def __init__(self, authenticator: Authenticator) -> None:
        self.authenticator = authenticator

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        credential = credential_of(scope["headers"])
        state = scope["state"]
        state["credential"], state["caller"] = credential, None
        if credential is not None:
            state["caller"] = await self.authenticator.authenticate(
                credential.kind, credential.token
            )
        await next_app(scope, receive, send)


def credential_of(headers: Iterable[tuple[bytes, bytes]]) -> Credential | None:
    """The credential in these headers; `Authorization` wins over the cookie.

    Read here because litestar keeps parsed cookies, tokens and all, in a cache.
    """
    pairs = list(headers)
    for name, value in pairs:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return _credential(CredentialKind.TOKEN, token) if scheme.lower() == "bearer" else None
    found = [
        value.strip()
        for name, header in pairs
        if name == b"cookie"
        for key, _, value in (part.partition("=") for part in header.decode("latin-1").split(";"))
        if key.strip() == SESSION_COOKIE
    ]
    return _credential(CredentialKind.SESSION, found[0]) if len(found) == 1 else None


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
    """The signed-in caller of this request, if there is one."""
    return cast("Caller | None", connection.scope["state"].get("caller"))


def credential_used(
    connection: ASGIConnection[Any, Any, Any, Any],
) -> Credential | None:
    """The credential that this request carried to a handler which is not public."""
    return cast("Credential | None", connection.scope["state"].get("credential"))


def sign_in_url(path: str) -> str:
    """Where to sign in before `path` is opened."""
    return f"{SIGN_IN_PATH}?next={quote(path, safe='')}"


def local_path(wanted: str | None) -> str:
    """The path to open after signing in; `/` for anything that could lead to another site."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    return wanted if wanted.isprintable() and "\\" not in wanted else "/"


def _credential(kind: CredentialKind, token: str) -> Credential | None:
    usable = 0 < len(token) <= _MAX_TOKEN_LENGTH and token.isascii() and token.isprintable()
    return Credential(kind, token) if usable else None
