"""Every route of the running application, read from its router."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

_PARAMETER = re.compile(r"\{\w+:(\w+)\}")
_EXAMPLES = {"date": "2026-01-05", "str": "external"}


class Route(msgspec.Struct, frozen=True):
    """A method and an address; `body` is the type of the JSON that it takes."""

    method: str
    path: str
    public: bool
    body: Any

    def address(self, **values: object) -> str:
        """The path with these values; ids that are not given are nobody's."""
        path = self.path
        for name, value in values.items():
            path = re.sub(rf"\{{{name}:\w+\}}", str(value), path)
        return _PARAMETER.sub(lambda found: _EXAMPLES.get(found[1]) or str(uuid4()), path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def list_routes(app: Litestar) -> Iterator[Route]:
    """All but static files."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            data = handler.parsed_data_field
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                if not route.path.startswith("/static/"):
                    yield Route(
                        method,
                        route.path,
                        handler.opt.get("public") is True,
                        data.annotation if data else None,
                    )
