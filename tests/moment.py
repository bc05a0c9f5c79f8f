"""The moment at which the tests run: the only reader of the host's clock among the tests.

Time flows from a fixed start, so that a test passes at any hour of any day. `TESTS_AT` moves the start;
it is a wall time in London. The product reads no such variable: tests hand it the clock.
"""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from outcomes.platform.clock import Clock

AT = "TESTS_AT"
USUAL = "2026-11-25T10:00"
"""A Wednesday morning."""
_OFFSET = "TESTS_OFFSET_SECONDS"


def _offset() -> timedelta:
    """How far the tests' time is ahead of the host's. Child processes inherit it."""
    if _OFFSET not in os.environ:
        start = datetime.fromisoformat(os.environ.get(AT, USUAL))
        ahead = start.replace(tzinfo=ZoneInfo("Europe/London")) - datetime.now(UTC)
        os.environ[_OFFSET] = str(ahead.total_seconds())
    return timedelta(seconds=float(os.environ[_OFFSET]))


OFFSET = _offset()
CLOCK = Clock(OFFSET)


def clock_ahead(by: timedelta) -> Clock:
    """A clock ahead of the tests' own."""
    return Clock(OFFSET + by)


def now() -> datetime:
    """The moment (UTC), by the host's clock and the offset."""
    return datetime.now(UTC) + OFFSET
