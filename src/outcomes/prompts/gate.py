"""Whether a prompt may go out (pure): applied when it is planned, and again at each step of sending."""

from datetime import datetime
from functools import cache

from msgspec import Struct

from outcomes.platform.calendar import closing_time
from outcomes.platform.zones import is_zone, zone_of
from outcomes.prompts.models import PROMPT_LIFETIME, NotReady, WithheldReason
from outcomes.prompts.wordings.wording import Purpose, Wording, load_wordings
from outcomes.survivors.models import Contactability
from outcomes.survivors.safe_contact.safety import why_never_text, why_not_text

Accepted = frozenset[tuple[str, str]]
"""The wordings that a provider's admin has accepted, as (code, version)."""


class GateFacts(Struct, frozen=True):
    """What decides about prompts to one survivor, read at one moment.

    `unread`: a text from their number has not been handled, and may say that the phone is not safe.
    """

    contactability: Contactability
    accepted: Accepted
    unread: bool


class Terms(Struct, frozen=True):
    """The terms of a prompt; it is sent only while all of them still hold."""

    wording: Wording | None
    withheld: WithheldReason | None


@cache
def wordings() -> tuple[Wording, ...]:
    """The wordings that ship with the product, read once."""
    return load_wordings()


def wording_for(language: str) -> Wording | None:
    """The newest approved prompt in this language."""
    found = [w for w in wordings() if w.purpose is Purpose.PROMPT and w.language == language]
    return found[-1] if found else None


def alert_wording() -> Wording:
    """The content-free text for colleagues."""
    return next(w for w in wordings() if w.purpose is Purpose.ALERT)


def terms_for_later(facts: GateFacts, now: datetime) -> Terms:
    """The terms of a prompt planned for later, whatever the hour is now."""
    wording = wording_for(facts.contactability.language)
    withheld = why_never_text(facts.contactability, now) or _why_not_ready(facts, wording)
    return Terms(wording, withheld)


def terms_now(facts: GateFacts, now: datetime) -> Terms:
    """The terms of a prompt that is sent at `now` (UTC)."""
    wording = wording_for(facts.contactability.language)
    withheld = (
        why_never_text(facts.contactability, now)
        or (NotReady.UNREAD_MESSAGE if facts.unread else None)
        or why_not_text(facts.contactability, now)
        or _why_not_ready(facts, wording)
    )
    return Terms(wording, withheld)


def _why_not_ready(facts: GateFacts, wording: Wording | None) -> NotReady | None:
    if facts.unread:
        return NotReady.UNREAD_MESSAGE
    if wording is None:
        return NotReady.NOT_IN_LANGUAGE
    accepted = (wording.code, wording.version) in facts.accepted
    return None if accepted else NotReady.NOT_ACCEPTED


def expiry(contactability: Contactability, due_at: datetime) -> datetime | None:
    """When a prompt due then must have arrived: the window's close, four hours at most (UTC).

    None when it is not inside a safe window at all.
    """
    if contactability.safe_contact is None or not is_zone(contactability.zone):
        return None
    closes = closing_time(
        contactability.safe_contact.rules.hours, zone_of(contactability.zone), due_at
    )
    return None if closes is None else min(closes, due_at + PROMPT_LIFETIME)
