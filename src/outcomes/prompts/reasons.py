"""Why a prompt is withheld or was cancelled, as a sentence for the person who looks at it (pure)."""

from outcomes.messaging.lifecycle import MessageState
from outcomes.prompts.labels import CANCELLED, NOT_READY
from outcomes.prompts.models import CancelReason, NotReady, WithheldReason
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import NotSafe


def why_withheld(reason: WithheldReason) -> str:
    """Why nothing may be sent."""
    return NOT_READY[reason] if isinstance(reason, NotReady) else NOT_SAFE[reason]


def why_not_sent(state: MessageState, reason: str) -> str:
    """The sentence of a stored reason. The state decides which enum it is from, as two share some names."""
    if state is MessageState.CANCELLED:
        return CANCELLED[CancelReason(reason)]
    return why_withheld(NotReady(reason) if reason in set(NotReady) else NotSafe(reason))
