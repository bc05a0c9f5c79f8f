"""How long sending may take and how long a retry waits (pure)."""

from datetime import datetime, timedelta

LEASE = timedelta(seconds=60)
"""How long a claim to send is valid: the gateway's timeouts (15 s) with a margin (product default; no
external source)."""

START_WITHIN = timedelta(seconds=30)
"""A claim whose call has not begun by then is released: the answer needs time, too."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
_GATEWAY_LIMIT_SECONDS = 36_000


def backoff(tries: int, retry_after_seconds: int | None, longest: timedelta) -> timedelta:
    """How long a message waits after the gateway did not take it.

    What the gateway asked for, otherwise half a minute that doubles with each try up to 15 minutes;
    never longer than `longest`.
    """
    if retry_after_seconds is None:
        doublings: int = 2 ** min(tries, 5)
        wait = min(_FIRST_WAIT * doublings, _LONGEST_WAIT)
    else:
        wait = timedelta(seconds=max(1, retry_after_seconds))
    return min(wait, longest)


def validity_seconds(expires_at: datetime, now: datetime) -> int:
    """How long the gateway may keep trying: never past `expires_at`; at most its own 10 hours."""
    return max(1, min(int((expires_at - now).total_seconds()), _GATEWAY_LIMIT_SECONDS))
