"""The words of prompts: what is sent, what became of it, and what came back."""

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

LIVES = timedelta(hours=4)
"""The longest a prompt waits after it was due, and its validity at the gateway: a late queue must
not text at another time than the one that was safe (product default; no external source)."""

OPEN_FOR = timedelta(days=7)
"""How long after it was due a prompt takes a digit as its answer (product default; no external source)."""


class NotReady(StrEnum):
    """Why a prompt is withheld although contact is safe."""

    UNREAD_MESSAGE = "unread_message"
    NOT_IN_LANGUAGE = "no_wording_in_language"
    NOT_ACCEPTED = "wording_not_accepted"


class CancelReason(StrEnum):
    """Why what was planned no longer holds. The first four are planned again."""

    NUMBER_CHANGED = "number_changed"
    PROFILE_CHANGED = "profile_changed"
    SCHEDULE_CHANGED = "schedule_changed"
    NUMBER_FROZEN = "number_frozen"
    PATHWAY_ENDED = "pathway_ended"
    OPTED_OUT = "opted_out"
    ARRIVED_AFTER_ALL = "arrived_after_all"


WithheldReason = NotSafe | NotReady


class NoBody(Struct, frozen=True):
    """What a request without fields is compared by when its key is used again."""


class Prompt(Struct, frozen=True):
    """A message on a survivor's page. Times in UTC; `why` is a sentence where it was not sent."""

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
    """What a reply turned out to be."""

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
"""What a waiting message asks of a person; every other kind is an unread reply. A waiting answer to
one of our questions is a request for a call."""


class InboxMessage(Struct, frozen=True):
    """A text that waits for a person. `body` is None when its key is gone.

    `sender` (E.164) is shown only where no survivor was matched; `asked` is what we had texted.
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
    """Why a waiting message is somebody's task."""
    if kind is MessageKind.ANSWER and prompt_id is not None:
        return TaskKind.ASKED_FOR_CALL
    return MESSAGE_TASKS.get(kind, TaskKind.UNREAD_REPLY)
