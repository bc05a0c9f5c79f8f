"""The whole of `outcomes.platform.web` in one litestar plugin: `Litestar(plugins=[Web(...)], …)`."""

from typing import Any
from urllib.parse import urlsplit

from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.plugins import InitPlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import Empty

from outcomes.platform.logs import log_request
from outcomes.platform.web.pages.templating import Pages
from outcomes.platform.web.requests.authentication import Authentication, Authenticator
from outcomes.platform.web.requests.bodies import MAX_BODY_BYTES, StrictRequest
from outcomes.platform.web.requests.csrf import CsrfGuard
from outcomes.platform.web.requests.guards import (
    DeclaredRoutes,
    refuse_bad_address,
    require_permission,
)
from outcomes.platform.web.responses import problems
from outcomes.platform.web.responses.headers import security_headers
from outcomes.platform.web.responses.static import Assets


class Web(InitPlugin, DeclaredRoutes):
    """Pages, strict bodies, problems, sign-in, permissions, CSRF, headers and static files."""

    def __init__(
        self, pages: Pages, assets: Assets, authenticator: Authenticator, *, public_url: str
    ) -> None:
        self.pages = pages
        self.assets = assets
        self.authenticator = authenticator
        address = urlsplit(public_url)
        self.origin = f"{address.scheme}://{address.netloc}"
        self.csrf = CsrfGuard(pages.csrf_token_for, self.origin)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Wire everything into the application."""
        https = self.origin.startswith("https:")
        app_config.state["pages"] = self.pages
        app_config.request_class = StrictRequest
        app_config.logging_config = None
        app_config.debug = False
        app_config.exception_handlers = dict(problems.HANDLERS)
        app_config.middleware.insert(0, Authentication(self.authenticator))
        app_config.guards.append(self._guard)
        app_config.before_send += [security_headers(https=https), log_request]
        app_config.route_handlers.append(self.assets.handler())
        return app_config

    async def _guard(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """All guards in one coroutine: for each guard litestar copies the handler field by field, and
        it would run a plain function in a thread."""
        refuse_bad_address(connection)
        require_permission(connection, handler)
        await self.csrf.check(connection)

    def receive_route(self, route: BaseRoute) -> None:
        """Check a route, and set what litestar lets nobody set for all.

        Bodies are bounded. Dependencies, which are ready, are given one after the other: in a
        group of tasks they would cost a tenth of a request.
        """
        super().receive_route(route)
        for handler, model in (
            route.route_handler_map.values() if isinstance(route, HTTPRoute) else ()
        ):
            if handler.request_max_body_size is Empty:
                handler.request_max_body_size = MAX_BODY_BYTES
            model.dependency_batches = [{one} for some in model.dependency_batches for one in some]
