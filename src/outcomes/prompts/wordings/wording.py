"""The approved wordings, and the rules for each of them.

To anybody who sees the phone a text must be small talk: no organisation, no name, no link, no revealing
word, one segment, and answers that are digits, because the gateway acts on YES, END, CANCEL and QUIT.
The rules are checked when the file is loaded, so that no other text can be scheduled.
"""

import re
from datetime import date
from enum import StrEnum
from importlib import resources

import msgspec
from msgspec import Struct

from outcomes.errors import SettingsError
from outcomes.messaging.segments import count_segments

_TELLING_WORDS = """
    safe safety support case cases police slavery slave survivor survivors victim victims trafficking
    trafficker exploitation refuge shelter charity organisation project team worker caseworker
    appointment court visa asylum immigration link website app survey name names confidential secret
    urgent danger helpline help outcomes
"""
_TELLING = frozenset(_TELLING_WORDS.split())
_GATEWAY_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "yes"}
)
_ADDRESS = re.compile(r"https?|www\.|\w\.\w|[@/]", re.IGNORECASE)
_DIGIT_ANSWERS = ["1", "2", "3"]


class Purpose(StrEnum):
    """Who a wording is for: a survivor (prompt) or the on-call colleague (alert)."""

    PROMPT = "prompt"
    ALERT = "alert"


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """One approved text, with the role and date of the review that approved it."""

    code: str
    version: str
    language: str
    purpose: Purpose
    text: str
    reviewed_by: str
    reviewed_on: date


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    wordings: tuple[Wording, ...]


def load_wordings() -> tuple[Wording, ...]:
    """The wordings that ship with the product. Raises SettingsError naming one that breaks a rule."""
    return read_wordings(resources.files(__package__).joinpath("wordings.toml").read_bytes())


def read_wordings(toml: bytes) -> tuple[Wording, ...]:
    """The wordings of a file. Raises SettingsError."""
    try:
        wordings = msgspec.toml.decode(toml, type=_File).wordings
    except msgspec.MsgspecError as error:
        raise SettingsError(f"The file of wordings cannot be read: {error}") from error
    for wording in wordings:
        if problems := broken_rules(wording):
            raise SettingsError(f"Wording {wording.code} {wording.version}: {'; '.join(problems)}.")
    if len({(wording.code, wording.version) for wording in wordings}) != len(wordings):
        raise SettingsError("Two wordings have the same code and version.")
    return wordings


def find_wording(wordings: tuple[Wording, ...], code: str, version: str) -> Wording | None:
    """The one with this code and version, if it is approved."""
    return next((w for w in wordings if (w.code, w.version) == (code, version)), None)


def broken_rules(wording: Wording) -> list[str]:
    """The rules that this text breaks, in words for its author."""
    words = re.findall(r"\w+", wording.text.casefold())
    telling = sorted(_TELLING.intersection(words))
    gateway = sorted(_GATEWAY_WORDS.intersection(words))
    digits = [word for word in words if word.isdigit()]
    expected = _DIGIT_ANSWERS if wording.purpose is Purpose.PROMPT else []
    checks = {
        f"leave out {', '.join(telling)}": bool(telling),
        f"leave out {', '.join(gateway)}, which the gateway acts on": bool(gateway),
        "leave out addresses": _ADDRESS.search(wording.text) is not None,
        "make it fit one segment": not wording.text or count_segments(wording.text).count != 1,
        "ask for 1, 2 and 3, and for nothing else in digits": digits != expected,
        "record who reviewed it": not wording.reviewed_by.strip(),
    }
    return [remedy for remedy, broken in checks.items() if broken]
