"""Whether a survivor may be contacted (pure): only in ways that they have said are safe.

Source: the safe-contact practice of domestic-abuse services (NNEDV Safety Net): never contact a
survivor in a way that they have not specifically said is safe and private.
"""

import re
import unicodedata
from datetime import datetime

from outcomes.messaging.reply_words import OPT_OUT_WORDS, POLITE_WORDS
from outcomes.platform.calendar import is_open, local_date
from outcomes.platform.zones import is_zone, zone_of
from outcomes.survivors.models import Contactability, NotSafe, Purpose, SafeContactProfile


def why_not_text(contactability: Contactability, now: datetime) -> NotSafe | None:
    """The first reason why no text may be sent to this person at `now` (UTC), or None."""
    return why_never_text(contactability, now) or _outside_hours(contactability, now)


def why_never_text(contactability: Contactability, now: datetime) -> NotSafe | None:
    """As `why_not_text`, whatever the hour: for planning a text for later."""
    contact = contactability.safe_contact
    checks = (
        (contactability.contact_method_id is None, NotSafe.NO_PHONE),
        (contactability.opted_out, NotSafe.OPTED_OUT),
        (Purpose.SMS not in contactability.consents, NotSafe.NO_CONSENT),
        (contact is None, NotSafe.NO_SAFE_CONTACT),
        (contact is not None and contact.rules.phone_is_watched, NotSafe.PHONE_IS_WATCHED),
        (contact is not None and not contact.rules.may_text, NotSafe.NOT_THIS_WAY),
        (confirmation_lapsed(contactability, now), NotSafe.NOT_CONFIRMED_LATELY),
        (contactability.number_frozen, NotSafe.NUMBER_FROZEN),
        (contactability.shared_number, NotSafe.SHARED_NUMBER),
    )
    return next((reason for holds, reason in checks if holds), None)


def why_not_call(contactability: Contactability, now: datetime) -> NotSafe | None:
    """The first reason why this person may not be phoned at `now` (UTC), or None."""
    contact = contactability.safe_contact
    checks = (
        (contactability.contact_method_id is None, NotSafe.NO_PHONE),
        (Purpose.CALL not in contactability.consents, NotSafe.NO_CONSENT),
        (contact is None, NotSafe.NO_SAFE_CONTACT),
        (contact is not None and not contact.rules.may_call, NotSafe.NOT_THIS_WAY),
    )
    return next((reason for holds, reason in checks if holds), None) or _outside_hours(
        contactability, now
    )


def confirmation_lapsed(contactability: Contactability, now: datetime) -> bool:
    """Whether it is time to ask again if the profile is still right."""
    contact = contactability.safe_contact
    return (
        contact is not None and local_date(now, zone_of(contactability.zone)) >= contact.expires_on
    )


def why_no_danger_word(profile: SafeContactProfile) -> str | None:
    """Why the danger word could be missed or matched by mistake, as a sentence for their worker."""
    word = unicodedata.normalize("NFKC", profile.duress_word or "").casefold().strip()
    if not word:
        return None
    letters = [c for c in word if unicodedata.category(c).startswith("L")]
    if len(letters) < (4 if word.isascii() else 2):
        return "Choose a word of four letters or more: a sign or a number can be missed in a text."
    if set(re.findall(r"\w+", word)) <= OPT_OUT_WORDS | POLITE_WORDS:
        return "Choose another word: this one has a meaning of its own in a text."
    if word == unicodedata.normalize("NFKC", profile.code_word or "").casefold().strip():
        return "Choose another word than the code word, which proves who we are."
    return None


def _outside_hours(contactability: Contactability, now: datetime) -> NotSafe | None:
    """In an unknown time zone no hour is safe, because their local time cannot be computed."""
    contact = contactability.safe_contact
    if contact is None:
        return None
    if is_zone(contactability.zone) and is_open(
        contact.rules.hours, zone_of(contactability.zone), now
    ):
        return None
    return NotSafe.OUTSIDE_HOURS
