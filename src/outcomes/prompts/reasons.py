"""Why a prompt is withheld or was cancelled, as a sentence for the person who looks at it (pure)."""

from outcomes.messaging.lifecycle import MessageState
from outcomes.prompts.labels import CANCELLED, NO_WORDING
from outcomes.prompts.models import CancelReason, NoWording, WithheldReason
from outcomes.survivors.labels import NOT_SAFE
from outcomes.survivors.models import NotSafe


def why_withheld(reason: WithheldReason) -> str:
    """Why nothing may be sent."""
    return NO_WORDING[reason] if isinstance(reason, NoWording) else NOT_SAFE[reason]


def why_not_sent(state: MessageState, reason: str) -> str:
    """The sentence of a stored reason. The state tells which enum it is from: some names are in two."""
    if state is MessageState.CANCELLED:
        return CANCELLED[CancelReason(reason)]
    return why_withheld(NoWording(reason) if reason in set(NoWording) else NotSafe(reason))
