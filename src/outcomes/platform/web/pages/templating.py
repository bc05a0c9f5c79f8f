"""Pages: one strict Jinja environment over every room's templates, and `render`.

Templates are addressed by room (`check_ins/new.html`, `web/base.html`). The GOV.UK macros rely on
undefined attributes being empty, so they have a separate environment;
in our templates a misspelt name is an error.

Every template has the words of enums as `labels`, by room: `labels.tasks.TASKS[task.kind]`, and
`options(labels.check_ins.WELLBEING)` for the answers of a field.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Any, cast
from uuid import uuid4

import msgspec
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from litestar import Request, Response
from markupsafe import Markup

from outcomes.platform.web.pages import charts, dates
from outcomes.platform.web.pages.forms import Form, options
from outcomes.platform.web.requests.authentication import Caller, caller_of, credential_used
from outcomes.platform.web.requests.csrf import TokenFor
from outcomes.platform.web.responses.static import Assets

_GOVUK = "govuk_frontend_jinja"


class NavigationItem(msgspec.Struct, frozen=True):
    """An item of the navigation bar. `icon` is a name in `web/icons.html`; shown to callers
    with the permission, current on every address below `href`."""

    label: str
    href: str
    icon: str
    permission: str


class _PageEnvironment(Environment):
    """Strict for the product's templates; the GOV.UK macros use a lenient environment."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.lenient = Environment(
            loader=PrefixLoader({_GOVUK: PackageLoader(_GOVUK)}),
            undefined=ChainableUndefined,
            autoescape=True,
            auto_reload=False,
        )

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002 - Jinja's own name
    ) -> Template:
        if isinstance(name, str) and name.startswith(f"{_GOVUK}/"):
            return self.lenient.get_template(name)
        return super().get_template(name, parent, globals)


class Pages:
    """Every template of the product, and what every page shows."""

    def __init__(
        self,
        packages: Mapping[str, str],
        *,
        navigation: Sequence[NavigationItem],
        assets: Assets,
        csrf_token_for: TokenFor,
        practice_data_only: bool,
        labels: Mapping[str, ModuleType] = MappingProxyType({}),
    ) -> None:
        """`packages` maps the prefix of a room's templates to its package, which has a folder
        `templates`: `{"check_ins": "outcomes.check_ins"}`. `labels` are the words of each room's enums.
        Raises ValueError without a folder."""
        loaders = {"web": "outcomes.platform.web", **packages}
        self.environment = _PageEnvironment(
            PrefixLoader({prefix: PackageLoader(package) for prefix, package in loaders.items()})
        )
        self.environment.filters.update(dates.FILTERS)
        self.environment.globals.update(
            asset=assets.url,
            integrity=assets.integrity,
            charts=charts,
            new_key=uuid4,
            labels=labels,
            options=options,
        )
        self.navigation = navigation
        self.csrf_token_for = csrf_token_for
        self.practice_data_only = practice_data_only

    def html(self, request: Request[Any, Any, Any], name: str, context: Mapping[str, Any]) -> str:
        """The template `name` for this request. `form` is always there, empty unless given."""
        return self.environment.get_template(name).render(
            {"form": Form(), **self._frame(request), **context}
        )

    def _frame(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        caller, credential = caller_of(request), credential_used(request)
        token = self.csrf_token_for(credential.token) if caller and credential else ""
        return {
            "signed_in": caller is not None,
            "navigation": [item for item in self.navigation if _may_see(caller, item)],
            "current_section": self._section(request.scope["path"]),
            "practice_data_only": self.practice_data_only,
            "csrf_field": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(
                token
            ),
        }

    def _section(self, path: str) -> str:
        """The navigation item that leads nearest to `path`; a page may give `current_section=`."""
        above = [i.href for i in self.navigation if f"{path}/".startswith(f"{i.href}/")]
        return max(above, key=len, default="")


def render(
    request: Request[Any, Any, Any], template: str, /, *, status: int = 200, **context: Any
) -> Response[str]:
    """A page. Give `form=` to fill its fields and show its problems, `status=400` when refused."""
    pages = cast(Pages, request.app.state["pages"])
    return Response(
        pages.html(request, template, context),
        status_code=status,
        media_type="text/html",
    )


def _may_see(caller: Caller | None, item: NavigationItem) -> bool:
    return caller is not None and item.permission in caller.actor.permissions
