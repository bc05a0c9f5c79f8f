"""CSRF protection: a token bound to the session, and the browser's origin headers."""

import hmac
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from outcomes.errors import Forbidden
from outcomes.platform.web.pages.forms import CSRF_FIELD, submitted
from outcomes.platform.web.requests.authentication import CredentialKind, credential_used

TokenFor = Callable[[str], str]
"""The CSRF token that belongs to a session token."""

_SAFE = ("GET", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_STALE = "This page is out of date. Go back, load it again and send it once more."


class CsrfGuard:
    """Refuses unsafe requests that another site could have caused.

    Requests with a bearer token are exempt: no browser sends one by itself.
    """

    def __init__(self, token_for: TokenFor, origin: str) -> None:
        self.token_for = token_for
        self.origin = origin

    async def check(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Raises Forbidden."""
        if connection.scope.get("method") in _SAFE:
            return
        credential = credential_used(connection)
        if credential is not None and credential.kind is CredentialKind.TOKEN:
            return
        if not self._same_origin(connection):
            raise Forbidden(_STALE)
        if credential is not None:
            sent = await _token_sent(connection)
            expected = self.token_for(credential.token)
            if not hmac.compare_digest(sent.encode(), expected.encode()):
                raise Forbidden(_STALE)

    def _same_origin(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """`Origin: null` is what `Referrer-Policy: no-referrer` makes of the product's forms, so it is not
        evidence; it matters only in browsers without `Sec-Fetch-Site`."""
        if site := connection.headers.get("sec-fetch-site"):
            return site in ("same-origin", "none")
        return connection.headers.get("origin", "null") in ("null", self.origin)


async def _token_sent(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    header = connection.headers.get("x-csrf-token", "")
    if header or not isinstance(connection, Request) or connection.content_type[0] != _FORM:
        return header
    return (await submitted(connection)).value(CSRF_FIELD)
