"""What can be made to go wrong, for tests: before or after a message is taken, and in callbacks."""

from enum import StrEnum

from msgspec import Struct


class FaultKind(StrEnum):
    """What happens to a message on its way in."""

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
    """One thing going wrong, for the next `times` messages."""

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
    """Everything that shall go wrong from now on; the empty plan is a gateway in good health."""

    faults: tuple[Fault, ...] = ()
    callbacks: Callbacks = Callbacks.ONCE
    callback_delay_seconds: float = 0.0
    statuses: tuple[str, ...] = ("sent", "delivered")
    error_code: int | None = None


class Faults:
    """The plan in force, and how much of it is used up."""

    def __init__(self) -> None:
        self.use(Plan())

    def use(self, plan: Plan) -> None:
        """Replace whatever was planned before."""
        self.plan = plan
        self._due = [fault for fault in plan.faults for _ in range(fault.times)]

    def next_fault(self) -> Fault | None:
        """The fault for the message that is coming in now, if one is left."""
        return self._due.pop(0) if self._due else None
