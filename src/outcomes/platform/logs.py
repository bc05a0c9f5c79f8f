"""Logs as JSON lines on standard output, without any personal data.

Of a request: method, route (never the address), status. Of an exception: its type and where it
was raised, never its message, because databases and parsers quote values there. Of other
libraries: warnings and worse, and their message before arguments are filled in.
"""

import logging
import sys
from collections.abc import Mapping
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

import structlog
from litestar.types import Message, Scope

_OWN = "outcomes"
_FRAMES = 12
_access_log = structlog.get_logger("outcomes.platform.web")


def configure(level: str) -> None:
    """Set up logging for this process. `level` is a name such as `INFO`; raises ValueError."""
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError("level")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Relay()]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        foreign = logging.getLogger(name)
        foreign.handlers, foreign.propagate = [], True
        foreign.setLevel(logging.NOTSET)


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as its type, its causes' types and the places it passed, without content."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _FRAMES:
        causes.append(_name(cause))
        cause = cause.__cause__ or cause.__context__
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "error": _name(error),
        "causes": causes,
        "where": [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in frames],
    }


async def log_request(message: Message, scope: Scope) -> None:
    """A litestar `before_send` hook: one line for each answered request."""
    if message["type"] == "http.response.start":
        route = scope.get("path_template") or "none"
        if route != "/static/{name}":
            _access_log.info(
                "request", method=scope.get("method"), route=route, status=message["status"]
            )


class _Relay(logging.Handler):
    """Log records of other libraries, without their arguments and tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        about: Mapping[str, Any] = {}
        if record.exc_info and record.exc_info[1]:
            about = describe(record.exc_info[1])
        structlog.get_logger(_OWN).log(
            record.levelno, "library", logger=record.name, template=str(record.msg), **about
        )


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _short(filename: str) -> str:
    return "/".join(PurePath(filename).parts[-3:])
