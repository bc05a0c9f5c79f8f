"""HTTP requests and responses of the handset on ASGI."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MAX_BODY_BYTES = 64 * 1024
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    ),
)


class Request(Struct, frozen=True):
    """One whole request. `headers` are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The URL-encoded fields of the body; the last of equal names wins, as at Twilio."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def __repr__(self) -> str:
        return f"<{self.method} request>"


class Response(Struct, frozen=True):
    """One answer. `headers` come on top of those that every answer has."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class NoAnswerError(Exception):
    """The handset sends no answer."""


def see_other(path: str) -> Response:
    """A redirect with status 303."""
    return Response(status=303, headers=(("location", path),))


async def read_request(scope: Message, receive: Receive) -> Request:
    """The request with its body, cut off after the largest size that an honest client sends."""
    body, more = b"", True
    while more and len(body) <= _MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], query, headers, body)


async def write_response(response: Response, send: Send) -> None:
    """Send the answer with strict security headers."""
    own = [(name.encode(), value.encode()) for name, value in response.headers]
    headers = [*_HEADERS, (b"content-type", response.content_type.encode()), *own]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
