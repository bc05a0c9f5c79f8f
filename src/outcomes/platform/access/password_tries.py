"""How often a password may be tried: a few times at once, then after waits that double."""

from collections import OrderedDict
from datetime import datetime, timedelta

from msgspec import Struct

_FREE_TRIES = 3
_LONGEST_WAIT_SECONDS = 15 * 60
_NAMES_REMEMBERED = 10_000


class Tries(Struct, frozen=True):
    """Tries since the last right password, and from when on (UTC) there may be another."""

    count: int = 0
    next_at: datetime | None = None

    def wait(self, now: datetime) -> timedelta | None:
        """How long until the next try; None when it may be now."""
        return None if self.next_at is None or self.next_at <= now else self.next_at - now

    def after_another(self, now: datetime) -> "Tries":
        """One more. It is counted before the password is looked at, so that a hundred tries at
        once are not a hundred first tries."""
        wait = wait_after(self.count + 1)
        return Tries(self.count + 1, now + wait if wait else None)


def wait_after(count: int) -> timedelta | None:
    """How long to wait after this many wrong passwords in a row: doubling, never for ever."""
    if count <= _FREE_TRIES:
        return None
    return timedelta(seconds=min(2 ** min(count - _FREE_TRIES, 20), _LONGEST_WAIT_SECONDS))


class UnknownNames:
    """The same waits for unknown names, otherwise a wait would reveal that a name exists.

    Kept in this process only, by digest, the latest names; nobody loses anything with it.
    """

    def __init__(self) -> None:
        self._tries: OrderedDict[bytes, Tries] = OrderedDict()

    def claim(self, digest: bytes, now: datetime) -> timedelta | None:
        """Count a try; the wait where it comes too early."""
        tries = self._tries.pop(digest, Tries())
        wait = tries.wait(now)
        self._tries[digest] = tries if wait else tries.after_another(now)
        if len(self._tries) > _NAMES_REMEMBERED:
            self._tries.popitem(last=False)
        return wait
