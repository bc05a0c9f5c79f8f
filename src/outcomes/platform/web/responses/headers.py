"""The headers of every answer: no foreign scripts, no framing, no caching."""

from litestar.types import Message, Scope
from litestar.types.callable_types import BeforeMessageSendHookHandler

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"x-robots-tag": b"noindex, nofollow",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_UNLESS_GIVEN = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"cache-control": b"no-store",
}
_HSTS = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}


def security_headers(*, https: bool) -> BeforeMessageSendHookHandler:
    """A litestar `before_send` hook: unlike a middleware it also sees answers without a route.

    A handler may set a Content-Security-Policy or Cache-Control of its own, nothing else. Names are
    in lower case, as ASGI has them.
    """
    always = _ALWAYS | _HSTS if https else _ALWAYS

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name not in always]
            given = {name for name, _ in kept}
            missing = ((name, value) for name, value in _UNLESS_GIVEN.items() if name not in given)
            message["headers"] = [*kept, *always.items(), *missing]

    return add
