"""What a step of the work is given, and how often it wants to be asked."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from msgspec import Struct

from outcomes.access.models import Caller
from outcomes.db import Database
from outcomes.sms.gateway import SmsGateway

AT_EVERY_VISIT = timedelta(0)


class Visit(Struct, frozen=True):
    """One provider's turn. `goes_on` turns false when the process is asked to end."""

    db: Database
    caller: Caller
    gateway: SmsGateway
    public_url: str
    now: datetime
    goes_on: Callable[[], bool]


class Step(Struct, frozen=True):
    """One kind of work, done at a visit when it was last done `every` so long ago."""

    name: str
    every: timedelta
    work: Callable[[Visit], Awaitable[object]]
