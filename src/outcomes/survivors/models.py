"""The words of a survivor's record."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from outcomes.platform.calendar import SafeHours
from outcomes.platform.encryption import Stored
from outcomes.platform.inputs import Input, LongText, RecordVersion, ShortText

CONFIRMATION_LASTS = timedelta(days=90)
"""How long a safe-contact profile counts as confirmed; it is asked again at every call
(product default; no external source)."""

CONSENT_WORDING = "2026-11"
"""Which wording of the consent questions this release asks."""

TELL_THEM_FIRST = (
    "Tell them first that this number is not an emergency line: 999, or the Modern Slavery Helpline"
    " 08000 121 700."
)

CountryCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", title="nationality")]
LanguageCode = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{2,3}$",
        title="language",
        extra={"remedy": "Choose the language they read best."},
    ),
]
WordingVersion = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}$", title="wording version")]
"""A year and a month. It is stored in the clear, so it may not hold anything else."""


class Purpose(StrEnum):
    """What a survivor may agree to, each on its own."""

    CALL = "call"
    SMS = "sms"
    SHARING = "sharing"


class Decision(StrEnum):
    """Consent is a list of decisions; the latest counts."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class NotSafe(StrEnum):
    """Why somebody is not contacted; stored as the reason of a withheld prompt."""

    NO_CONSENT = "no_consent"
    NO_SAFE_CONTACT = "no_safe_contact"
    NOT_CONFIRMED_LATELY = "not_confirmed_lately"
    NOT_THIS_WAY = "not_this_way"
    PHONE_IS_WATCHED = "phone_is_watched"
    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"
    NUMBER_FROZEN = "number_frozen"
    SHARED_NUMBER = "shared_number"
    OUTSIDE_HOURS = "outside_hours"


class NewConsent(Input, frozen=True):
    """One decision, as the survivor made it. `wording_version` is that of the question asked."""

    purpose: Purpose
    decision: Decision
    wording_version: WordingVersion = CONSENT_WORDING


class Consent(Struct, frozen=True):
    """A decision on record; `decided_at` in UTC."""

    id: UUID
    purpose: Purpose
    decision: Decision
    wording_version: str
    decided_at: datetime


class NewSurvivor(Input, frozen=True):
    """Registration. `phone` as typed; `nationality` ISO 3166-1 alpha-2; `zone` an IANA name.

    Collect no more than support or a funder needs: nationality and exit date may be left out.
    """

    adult: Annotated[bool, Meta(extra={"remedy": "Say whether they are 18 or over."})]
    told_not_emergency_line: Annotated[bool, Meta(extra={"remedy": TELL_THEM_FIRST})]
    name: ShortText
    language: LanguageCode
    zone: ShortText = "Europe/London"
    phone: ShortText | None = None
    nationality: CountryCode | None = None
    exit_on: date | None = None
    preferences: LongText | None = None
    consents: tuple[NewConsent, ...] = ()


class ContactRules(Stored, frozen=True):
    """When and how contact is safe, encrypted apart from the words: deciding needs no word.

    Schema 1 contained the words as well.
    """

    schema = 2

    hours: SafeHours
    may_call: bool = False
    may_text: bool = False
    may_leave_voicemail: bool = False
    withhold_our_number: bool = False
    phone_is_watched: bool = False


class ContactWords(Stored, frozen=True):
    """What to say and to listen for, encrypted apart from the rules."""

    name_to_use: str | None = None
    who_may_answer: str | None = None
    what_to_say: str | None = None
    code_word: str | None = None
    duress_word: str | None = None
    interpreter: str | None = None


class SafeContactProfile(Input, frozen=True):
    """What the survivor has said is safe. Everything not said is not safe.

    `hours` are local to the survivor. `code_word` proves who we are; `duress_word` means that
    somebody else is there: from then on nothing is sent, and nothing changes that they could see.
    """

    hours: SafeHours
    may_call: bool = False
    may_text: bool = False
    may_leave_voicemail: bool = False
    withhold_our_number: bool = False
    phone_is_watched: bool = False
    name_to_use: ShortText | None = None
    who_may_answer: ShortText | None = None
    what_to_say: ShortText | None = None
    code_word: ShortText | None = None
    duress_word: ShortText | None = None
    interpreter: ShortText | None = None


class SafeContactRules(Struct, frozen=True):
    """The rules of the current profile; `expires_on` is the first day it no longer counts."""

    id: UUID
    version: int
    rules: ContactRules
    confirmed_at: datetime
    expires_on: date


class SafeContact(Struct, frozen=True):
    """A profile with its version and confirmation; `expires_on` is the first day it no longer counts."""

    id: UUID
    version: int
    profile: SafeContactProfile
    confirmed_at: datetime
    expires_on: date


class ExitDate(Input, frozen=True):
    """When government-funded support ended, and the version of the record that was looked at."""

    exit_on: date
    version: RecordVersion


class NewPhone(Input, frozen=True):
    """A number that replaces the current one."""

    phone: Annotated[ShortText, Meta(title="mobile number")]


class SurvivorDetails(Stored, frozen=True):
    """What is encrypted beside the name."""

    preferences: str | None


class Survivor(Struct, frozen=True):
    """A survivor's record as their worker sees it; the number itself is shown on request only."""

    id: UUID
    reference: str
    name: str
    language: str
    zone: str
    exit_on: date | None
    preferences: str | None
    has_phone: bool
    number_frozen: bool
    opted_out: bool
    registered_at: datetime
    worker_account_id: UUID | None
    version: int

    def __repr__(self) -> str:
        return f"Survivor({self.id}, <protected>)"


class SurvivorRow(Struct, frozen=True):
    """What a list shows of a survivor, without a name."""

    id: UUID
    registered_at: datetime
    opted_out: bool
    number_frozen: bool


class Contactability(Struct, frozen=True):
    """All on a survivor's record that decides whether they may be reached, read at one moment.

    The number itself is not here: `get_number` decrypts it for whoever sends.
    """

    survivor_id: UUID
    zone: str
    language: str
    contact_method_id: UUID | None
    phone_bidx: bytes | None
    number_frozen: bool
    shared_number: bool
    opted_out: bool
    consents: frozenset[Purpose]
    safe_contact: SafeContactRules | None

    def __repr__(self) -> str:
        return f"Contactability({self.survivor_id}, <protected>)"


class Contact(Struct, frozen=True):
    """How somebody may be reached, as their worker looks at it `now` (UTC)."""

    reference: str
    now: datetime
    contactability: Contactability
