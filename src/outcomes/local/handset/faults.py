"""Faults for tests: before or after a message is accepted, and in callbacks."""

from enum import StrEnum

from msgspec import Struct


class FaultKind(StrEnum):
    """A fault in the answer to a message."""

    TOO_MANY = "too_many"
    """429 with Retry-After; nothing is taken."""
    ERROR_BEFORE = "error_before"
    """500; nothing is taken."""
    ERROR_AFTER = "error_after"
    """Taken, then 500."""
    SILENCE_BEFORE = "silence_before"
    """Nothing is taken and no answer ever comes."""
    SILENCE_AFTER = "silence_after"
    """Taken, and no answer ever comes."""
    MALFORMED = "malformed"
    """Taken, then a 200 that cannot be read."""
    SLOW = "slow"
    """Taken, callbacks go out, and the answer comes `seconds` later."""
    REFUSE = "refuse"
    """400 with Twilio's error `code`; nothing is taken."""

    @property
    def takes_the_message(self) -> bool:
        return self in {self.ERROR_AFTER, self.SILENCE_AFTER, self.MALFORMED, self.SLOW}


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault for the next `times` messages."""

    kind: FaultKind
    times: int = 1
    seconds: float = 0.0
    code: int = 21211


class Callbacks(StrEnum):
    """How often each status callback is posted."""

    OFF = "off"
    ONCE = "once"
    DOUBLED = "doubled"


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """The faults from now on; an empty plan has none."""

    faults: tuple[Fault, ...] = ()
    callbacks: Callbacks = Callbacks.ONCE
    callback_delay_seconds: float = 0.0
    statuses: tuple[str, ...] = ("sent", "delivered")
    error_code: int | None = None


class Faults:
    """The current plan, and how much of it is used."""

    def __init__(self) -> None:
        self.use(Plan())

    def use(self, plan: Plan) -> None:
        """Replace whatever was planned before."""
        self.plan = plan
        self._due = [fault for fault in plan.faults for _ in range(fault.times)]

    def next_fault(self) -> Fault | None:
        """The fault for the current message, if one is left."""
        return self._due.pop(0) if self._due else None
