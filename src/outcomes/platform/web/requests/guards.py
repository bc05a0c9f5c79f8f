"""Permissions: what every handler must declare, and the check of it.

Each handler says `permission=Permission.X`, `permission=SIGNED_IN` or `public=True`; the
application does not start with a handler that declares none.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod, RequestEncodingType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from outcomes.errors import Forbidden, Invalid, NotSignedIn
from outcomes.platform.web.requests.authentication import CredentialKind, caller_of, credential_used

SIGNED_IN = "signed_in"
"""For handlers that any signed-in account may use."""

_MAX_QUERY_LENGTH = 2_000
_FORMS = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)


def require_permission(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Raises NotSignedIn, or Forbidden: also for a token anywhere but under `/api/`."""
    if _is_public(handler):
        return
    caller, credential = caller_of(connection), credential_used(connection)
    if caller is None or credential is None:
        raise NotSignedIn
    if credential.kind is CredentialKind.TOKEN and not connection.scope["path"].startswith("/api/"):
        raise Forbidden
    wanted = handler.opt["permission"]
    if wanted != SIGNED_IN and wanted not in caller.actor.permissions:
        raise Forbidden


def refuse_bad_address(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raises Invalid for addresses that no link of the product has and PostgreSQL cannot store."""
    query = connection.scope["query_string"]
    if len(query) > _MAX_QUERY_LENGTH or b"%00" in query or b"\0" in query:
        raise Invalid.field("query", "Shorten the address, and leave out what cannot be printed.")
    if "\0" in connection.scope["path"]:
        raise Invalid.field("path", "Check the address.")


class DeclaredRoutes(ReceiveRoutePlugin):
    """Refuses to start with a handler that declares no permission."""

    def receive_route(self, route: BaseRoute) -> None:
        """Raises ImproperlyConfiguredException, naming the route."""
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else ()
        if not handlers:
            raise ImproperlyConfiguredException(f"{route.path}: only HTTP handlers are allowed")
        for handler in handlers:
            _check(route.path, handler)


def _check(path: str, handler: HTTPRouteHandler) -> None:
    if not _is_public(handler) and not handler.opt.get("permission"):
        raise ImproperlyConfiguredException(
            f"{path}: {handler.handler_name} declares neither permission= nor public=True"
        )
    data = handler.parsed_data_field
    declared = data.kwarg_definition if data else None
    if isinstance(declared, BodyKwarg) and declared.media_type in _FORMS:
        raise ImproperlyConfiguredException(
            f"{path}: {handler.handler_name} must read its form with platform.web.pages.forms.submitted"
        )


def _is_public(handler: BaseRouteHandler) -> bool:
    """Declared public, or litestar's automatic answer to OPTIONS (a list of methods)."""
    automatic = isinstance(handler, HTTPRouteHandler) and handler.http_methods == {
        HttpMethod.OPTIONS
    }
    return automatic or handler.opt.get("public") is True
