"""Which module of a room may import which: rules on names and edges, so that a new file is bound too.

Another room     its `service`, `models` and `labels`, at its top or of a topic, and whatever is pure:
                 a module that reaches no database and no web framework. Webhooks may use the
                 gateways too, which verify what is posted.
Inside a room    `api`, `pages` and `webhooks` call services; services call stores; a store calls no
                 service. A store is what has SQL in it or `store` at the end of its name.
Libraries        arq in the workers, twilio in the gateways, litestar in the handlers and the
                 gateways' signed requests.
"""

from collections.abc import Iterable, Set

from tests.architecture.tables import RANKS

HANDLERS = {"api", "pages", "webhooks"}
OPEN = {"service", "models", "labels"}
WIRING = {"app", "cli", "local", "operations"}
_REACHING = (
    "outcomes.platform.db",
    "outcomes.platform.sql",
    "litestar",
    "asyncpg",
    "arq",
    "twilio",
)

Edge = tuple[str, str]
"""The importing module and the imported one."""


def parts(module: str) -> tuple[str, str]:
    """The room and the file of a module: `survivors` and `store`."""
    names = module.split(".")
    room = names[1] if len(names) > 1 and names[0] == "outcomes" else names[0]
    return room, names[-1]


def impure(edges: Iterable[Edge]) -> set[str]:
    """Every module that reaches a database or a web framework, itself or through what it imports."""
    importers: dict[str, set[str]] = {}
    for importer, imported in edges:
        importers.setdefault(imported, set()).add(importer)
    found: set[str] = set()
    waiting = [one for one in importers if one.startswith(_REACHING)]
    while waiting:
        for importer in importers.get(waiting.pop(), set()) - found:
            found.add(importer)
            waiting.append(importer)
    return found


def is_store(module: str, with_sql: Set[str]) -> bool:
    """Whether a module of a room is bound as a store."""
    room, file = parts(module)
    return room in RANKS and (
        file.endswith("store") or file.startswith("store") or module in with_sql
    )


def refused(edge: Edge, *, reaching: Set[str], with_sql: Set[str]) -> str | None:
    """Why this import is refused; None when it is not."""
    importer, imported = edge
    (room, file), (other, name) = parts(importer), parts(imported)
    if imported.split(".")[0] in ("arq", "twilio", "litestar"):
        return _library(importer, imported.split(".")[0])
    if room not in RANKS or other not in RANKS:
        return None
    if file in HANDLERS and imported.startswith("outcomes.messaging.gateways."):
        return None
    is_open = name in OPEN or imported not in reaching or imported == f"outcomes.{other}"
    if room != other and not is_open:
        return "another room's service, models, labels and pure modules only"
    if room != other and RANKS.index(other) > RANKS.index(room):
        return "downwards only"
    if file in HANDLERS and is_store(imported, with_sql):
        return "handlers call services"
    if is_store(importer, with_sql) and room == other and name in HANDLERS | {"service"}:
        return "a store calls no service"
    if file == "service" and name in HANDLERS:
        return "a service calls no handler"
    return None


def _library(importer: str, library: str) -> str | None:
    room, file = parts(importer)
    gateway = importer.startswith("outcomes.messaging.gateways.")
    at_home = {
        "arq": room == "outcomes_workers",
        "twilio": gateway,
        "litestar": room in WIRING | {"platform"} or file in HANDLERS or gateway,
    }
    return None if at_home[library] else f"{library} is not for {importer}"
