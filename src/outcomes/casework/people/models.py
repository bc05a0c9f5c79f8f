"""What the People list shows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class Show(StrEnum):
    """Which part of the caseload to list: everybody, flagged, or without planned contact."""

    ALL = "all"
    FLAGGED = "flagged"
    PAUSED = "paused"


class Enrolment(Struct, frozen=True):
    """Whether a survivor is enrolled on a pathway, and has an open flag."""

    id: UUID
    reference: str
    enrolled: bool
    flagged: bool


class PersonRow(Struct, frozen=True):
    """A row of the People list. Not enrolled: nothing is planned for them."""

    id: UUID
    reference: str
    registered_at: datetime
    enrolled: bool
    flagged: bool
    opted_out: bool
    number_frozen: bool
