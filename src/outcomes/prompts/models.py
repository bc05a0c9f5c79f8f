"""Prompts, their states, and replies."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from outcomes.messaging.lifecycle import MessageState
from outcomes.prompts.inbox.replies import Answer
from outcomes.survivors.models import NotSafe
from outcomes.tasks.models import TaskKind

PLANNED_AHEAD = timedelta(days=14)
"""How far ahead an occurrence of the schedule becomes a prompt (product default; no external source)."""

PROMPT_LIFETIME = timedelta(hours=4)
"""The longest a prompt waits after it was due, and its validity at the gateway: a late queue must
not send at another time than the safe one (product default; no external source)."""

ANSWERABLE_FOR = timedelta(days=7)
"""How long after it was due a prompt can be answered by a digit (product default; no external source)."""


class NotReady(StrEnum):
    """Why a prompt is withheld although contact is safe."""

    UNREAD_MESSAGE = "unread_message"
    NOT_IN_LANGUAGE = "no_wording_in_language"
    NOT_ACCEPTED = "wording_not_accepted"


class CancelReason(StrEnum):
    """Why a prompt was cancelled. With the first four reasons it is planned again."""

    NUMBER_CHANGED = "number_changed"
    PROFILE_CHANGED = "profile_changed"
    SCHEDULE_CHANGED = "schedule_changed"
    NUMBER_FROZEN = "number_frozen"
    PATHWAY_ENDED = "pathway_ended"
    OPTED_OUT = "opted_out"
    ARRIVED_AFTER_ALL = "arrived_after_all"


WithheldReason = NotSafe | NotReady


class NoBody(Struct, frozen=True):
    """The body of a request without fields, for its idempotency key."""


class Prompt(Struct, frozen=True):
    """A prompt on a survivor's page. Times in UTC; `why` is a sentence if it was not sent."""

    id: UUID
    state: MessageState
    reason: str | None
    why: str | None
    text: str | None
    due_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    answer: Answer | None
    planned_contact_id: UUID | None
    requested_by: UUID | None
    retry_of: UUID | None

    def __repr__(self) -> str:
        return f"Prompt({self.id}, {self.state})"


class MessageKind(StrEnum):
    """What a reply is."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    DURESS = "duress"
    WRONG_NUMBER = "wrong_number"
    FREE_TEXT = "free_text"
    UNKNOWN_NUMBER = "unknown_number"
    SHARED_NUMBER = "shared_number"
    STAFF_PHONE = "staff_phone"


MESSAGE_TASKS = {
    MessageKind.OPT_OUT: TaskKind.OPTED_OUT,
    MessageKind.DURESS: TaskKind.DURESS,
    MessageKind.WRONG_NUMBER: TaskKind.WRONG_NUMBER,
}
"""The task of a message that needs a person; every other kind is an unread reply. An answer that needs a
person is a request for a call."""


class InboxMessage(Struct, frozen=True):
    """A text that needs a person. `body` is None when its key is gone.

    `sender` (E.164) is shown only where no survivor was matched; `asked` is the text it replies to.
    """

    id: UUID
    kind: MessageKind
    task: TaskKind
    body: str | None
    sender: str | None
    survivor_id: UUID | None
    reference: str | None
    asked: str | None
    asked_at: datetime | None
    received_at: datetime

    def __repr__(self) -> str:
        return f"InboxMessage({self.id}, {self.kind})"


def task_of(kind: MessageKind, prompt_id: UUID | None) -> TaskKind:
    """The task of a message that needs a person."""
    if kind is MessageKind.ANSWER and prompt_id is not None:
        return TaskKind.ASKED_FOR_CALL
    return MESSAGE_TASKS.get(kind, TaskKind.UNREAD_REPLY)
