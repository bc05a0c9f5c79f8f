"""The API description: OpenAPI 3.1 from the handlers, and a page that shows it.

litestar's own addresses for it are public and its pages load scripts from elsewhere, so only its
generator is used, on an application that has the API's handlers and receives no requests.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig

from outcomes.platform.web.pages.templating import render
from outcomes.platform.web.requests.guards import SIGNED_IN
from outcomes.platform.web.requests.idempotency import HEADER
from outcomes.platform.web.responses.problems import Problem

_ROOT = "/api/"
_ABOUT = (
    "The functions of the pages for programs. Times are ISO 8601 in UTC, dates ISO 8601. A list"
    " answers with `items` and with `next`, the value of `cursor` for the following page."
)
_SCHEMAS = "#/components/schemas/{name}"
_PARTS: dict[str, dict[str, Any]] = {
    "securitySchemes": {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "From `outcomes tokens create`: acts for an account, with its permissions.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-outcomes",
            "description": "A browser's session; requests that change something also need X-CSRF-Token.",
        },
    },
    "parameters": {
        "IdempotencyKey": {
            "name": HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
            "description": "A new UUID, which becomes the id. Send the same one to retry: nothing"
            " is created twice. With another body or address it is refused (409).",
        }
    },
    "responses": {
        "Problem": {
            "description": "Anything else, by RFC 9457. 400 names each field in `errors`.",
            "content": {
                "application/problem+json": {"schema": {"$ref": _SCHEMAS.format(name="Problem")}}
            },
        }
    },
}


class ApiDocument:
    """The description of every handler under `/api/`, generated on first use."""

    def __init__(
        self, routes: Iterable[HTTPRouteHandler], dependencies: Iterable[str], *, version: str
    ) -> None:
        self._handlers = [handler for handler in routes if _api_paths(handler)]
        self._dependencies = tuple(dependencies)
        self._version = version

    @cached_property
    def document(self) -> dict[str, Any]:
        """OpenAPI 3.1, ready to be sent as JSON."""
        config = OpenAPIConfig(
            title="Outcomes", version=self._version, description=_ABOUT, use_handler_docstrings=True
        )
        described = Litestar(
            route_handlers=self._handlers,
            dependencies={name: Provide(_nothing()) for name in self._dependencies},
            openapi_config=config,
            logging_config=None,
        ).openapi_schema.to_schema()
        paths = described["paths"]
        described["paths"] = {path: paths[path] for path in paths if path.startswith(_ROOT)}
        for handler in self._handlers:
            _complete(handler, described["paths"])
        _, schemas = msgspec.json.schema_components([Problem], ref_template=_SCHEMAS)
        parts = described.setdefault("components", {})
        parts.update(_PARTS, schemas={**parts.get("schemas", {}), **schemas})
        described["security"] = [{name: []} for name in _PARTS["securitySchemes"]]
        return described

    def handlers(self) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
        """The document and its page, for signed-in accounts."""

        @get("/api/v1/openapi.json", permission=SIGNED_IN)
        async def openapi_json() -> Response[bytes]:
            content = msgspec.json.encode(self.document)
            return Response(content, media_type="application/vnd.oai.openapi+json")

        @get("/api/v1/docs", permission=SIGNED_IN)
        async def openapi_page(request: Request[Any, Any, Any]) -> Response[str]:
            return render(request, "web/api.html", api=self.document)

        return openapi_json, openapi_page


def _complete(handler: HTTPRouteHandler, paths: dict[str, Any]) -> None:
    """Add what litestar cannot know: problems, the idempotency key, the permission."""
    wanted = handler.parsed_fn_signature.parameters
    for path in _api_paths(handler):
        for method in handler.http_methods:
            operation = paths[_template(path)][method.lower()]
            operation["responses"].pop("400", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
            operation["x-permission"] = str(handler.opt["permission"])
            if "idempotency_key" in wanted:
                key = {"$ref": "#/components/parameters/IdempotencyKey"}
                operation.setdefault("parameters", []).append(key)


def _api_paths(handler: HTTPRouteHandler) -> list[str]:
    return [path for path in handler.paths if path.startswith(_ROOT)]


def _template(path: str) -> str:
    """A litestar path as OpenAPI writes it: `{survivor_id:uuid}` becomes `{survivor_id}`."""
    parts = (part.split(":")[0] + "}" if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def _nothing() -> Any:
    """A separate provider for each dependency, as litestar requires."""

    async def provide() -> None:
        return None

    return provide
