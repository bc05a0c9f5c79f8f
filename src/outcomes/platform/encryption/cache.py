"""Unwrapped data keys, kept for minutes."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic as process_seconds
from uuid import UUID

from outcomes.platform.encryption.fields import DataKey
from outcomes.platform.encryption.models import WrappedKey

CAPACITY = 2_000
LIFE_SECONDS = 300.0


class DataKeyCache:
    """The data keys used last, 2,000 at most, each for five minutes from its unwrapping.

    A key is found only by the very row it was unwrapped from, so a row that was tampered with is
    checked in full however warm the cache is. `monotonic` counts seconds; safe between threads.
    """

    def __init__(self, monotonic: Callable[[], float] = process_seconds) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._entries: OrderedDict[tuple[UUID, UUID], tuple[float, WrappedKey, DataKey]]
        self._entries = OrderedDict()

    def find(self, provider_id: UUID, wrapped: WrappedKey) -> DataKey | None:
        place = provider_id, wrapped.id
        with self._lock:
            entry = self._entries.get(place)
            if entry is None or entry[1] != wrapped:
                return None
            if entry[0] <= self._monotonic():
                del self._entries[place]
                return None
            self._entries.move_to_end(place)
            return entry[2]

    def keep(self, provider_id: UUID, wrapped: WrappedKey, key: DataKey) -> None:
        place = provider_id, wrapped.id
        with self._lock:
            self._entries[place] = self._monotonic() + LIFE_SECONDS, wrapped, key
            self._entries.move_to_end(place)
            if len(self._entries) > CAPACITY:
                self._entries.popitem(last=False)

    def evict(self, provider_id: UUID, key_id: UUID) -> None:
        with self._lock:
            self._entries.pop((provider_id, key_id), None)
