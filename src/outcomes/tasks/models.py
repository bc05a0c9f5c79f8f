"""Tasks and their rules."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.platform.inputs import Input, ShortText


class TaskKind(StrEnum):
    """Why a person has to act."""

    DURESS = "duress"
    ASKED_FOR_CALL = "asked_for_call"
    UNREAD_REPLY = "unread_reply"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    URGENT_NEED = "urgent_need"
    PROMPT_UNCONFIRMED = "prompt_unconfirmed"
    PROMPT_FAILED = "prompt_failed"
    SHARED_PHONE = "shared_phone"
    DISENGAGEMENT = "disengagement"
    ALERT_FAILED = "alert_failed"


class TaskRule(Struct, frozen=True):
    """When a task is due (elapsed time or working hours), and whether it alerts the person on call."""

    within: timedelta
    working_hours: bool
    alerts: bool


_TWO_WORKING_HOURS = TaskRule(timedelta(hours=2), working_hours=True, alerts=True)
_NEXT_DAY = TaskRule(timedelta(hours=8), working_hours=True, alerts=False)

TASK_RULES: dict[TaskKind, TaskRule] = {
    TaskKind.DURESS: TaskRule(timedelta(minutes=15), working_hours=False, alerts=True),
    TaskKind.ASKED_FOR_CALL: _TWO_WORKING_HOURS,
    TaskKind.UNREAD_REPLY: _TWO_WORKING_HOURS,
    TaskKind.OPTED_OUT: TaskRule(timedelta(hours=2), working_hours=True, alerts=False),
    TaskKind.WRONG_NUMBER: _TWO_WORKING_HOURS,
    TaskKind.URGENT_NEED: _TWO_WORKING_HOURS,
    TaskKind.PROMPT_UNCONFIRMED: _NEXT_DAY,
    TaskKind.PROMPT_FAILED: _NEXT_DAY,
    TaskKind.SHARED_PHONE: _NEXT_DAY,
    TaskKind.DISENGAGEMENT: TaskRule(timedelta(hours=16), working_hours=True, alerts=False),
    TaskKind.ALERT_FAILED: TaskRule(timedelta(hours=2), working_hours=True, alerts=False),
}
"""Deadlines are product defaults; no external source. Duress: 15 minutes; requests by survivors:
2 working hours."""


class OnCall(Input, frozen=True):
    """The account to put on call; `phone` as typed, required if the account has none."""

    account_id: Annotated[UUID, Meta(extra={"remedy": "Choose who goes on call."})]
    phone: ShortText | None = None
