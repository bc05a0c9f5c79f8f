"""The headers of every answer: nothing foreign runs, nothing is framed, nothing is kept."""

from litestar.datastructures import MutableScopeHeaders
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
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_UNLESS_GIVEN = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000; includeSubDomains"


def security_headers(*, https: bool) -> BeforeMessageSendHookHandler:
    """A litestar `before_send` hook: unlike a middleware it also sees answers without a route.

    A handler may set a Content-Security-Policy or Cache-Control of its own, nothing else.
    """

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders(message)
        for name, value in _ALWAYS.items():
            headers[name] = value
        for name, value in _UNLESS_GIVEN.items():
            headers.setdefault(name, value)
        if https:
            headers["Strict-Transport-Security"] = _HSTS

    return add
