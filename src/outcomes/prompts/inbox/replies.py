"""What a text from a survivor means (pure).

Opt-out words come first, whatever else the text says. The danger word (`duress_word`) comes next; a
text with both is a `Duress` that also opts out: texts to that number end at once, and the person on call
is alerted within the shorter deadline. Nothing that anybody near the survivor could see differs between
the two. Then the digit answers. Everything else is for a person to read, also opt-in words (START, YES,
UNSTOP): a text never undoes an opt-out by itself, since somebody else may have the phone now.
"""

import unicodedata
from enum import StrEnum

from msgspec import Struct

from outcomes.messaging.reply_words import (
    OPT_OUT_PHRASES,
    OPT_OUT_WORDS,
    POLITE_WORDS,
    STOP_OBJECTS,
    WRONG_NUMBER_PHRASES,
)


class Answer(StrEnum):
    """The answers that the wordings ask for, each by a digit."""

    FINE = "fine"
    NOT_SO_GOOD = "not_so_good"
    PLEASE_CALL = "please_call"


class OptOut(Struct, frozen=True, tag="opt_out"):
    """No more texts to that number, from now on."""


class Duress(Struct, frozen=True, tag="duress"):
    """The danger word: no reply, texts stop, the person on call is alerted."""

    also_opt_out: bool


class Answered(Struct, frozen=True, tag="answer"):
    """One digit and nothing else. It counts as an answer only to an open prompt."""

    answer: Answer


class WrongNumber(Struct, frozen=True, tag="wrong_number"):
    """Somebody says that the number is not the survivor's: freeze it until it is confirmed by voice."""


class FreeText(Struct, frozen=True, tag="free_text"):
    """Anything else, empty texts and pictures included. A person reads it."""


Reply = OptOut | Duress | Answered | WrongNumber | FreeText

_ANSWERS = {1: Answer.FINE, 2: Answer.NOT_SO_GOOD, 3: Answer.PLEASE_CALL}
_AROUND_A_DIGIT = " .,!()\"'“”‘’。、،۔።।"
_EMOJI_DRESS = "\ufe0e\ufe0f\u20e3"  # variation selectors and the keycap of 1️⃣
_FIRST_ACCENT_CLASS = 200  # Unicode combining classes from here on are accents above and below
_UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


def read_reply(body: str, *, duress_word: str | None, opt_out_type: str | None = None) -> Reply:
    """Sort one inbound text.

    `duress_word` is the survivor's own, if they chose one; blank counts as none. `opt_out_type` is
    what the gateway made of the text: its STOP holds even where we do not know the word.
    """
    words = _words(body)
    opted_out = opt_out_type == "STOP" or _is_opt_out(words)
    rest = _without_phrase(words, _words(duress_word or ""))
    if rest is not None:
        return Duress(also_opt_out=opted_out or _is_opt_out(rest))
    if opted_out:
        return OptOut()
    if (answer := _digit_answer(body)) is not None:
        return Answered(answer)
    return WrongNumber() if _says_wrong_number(words) else FreeText()


def read_answer(body: str) -> Answer | None:
    """The digit answer that a text consists of, if it is one."""
    reply = read_reply(body, duress_word=None)
    return reply.answer if isinstance(reply, Answered) else None


def _words(text: str) -> list[str]:
    """NFKC, casefolded, without invisible characters, cut at everything but letters and digits."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = (c for c in folded if unicodedata.category(c) != "Cf")
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in seen)
    return unicodedata.normalize("NFKC", spaced).split()


def _without_phrase(words: list[str], phrase: list[str]) -> list[str] | None:
    """The words without any occurrence of the phrase; None if there is none.

    Compared without accents: most people text without them, and a missed danger word is worse than a
    false match. Scripts without spaces between words are searched throughout.
    """
    sought = [_unaccented(word) for word in phrase]
    if not sought:
        return None
    if _is_unspaced(phrase):
        joined, whole = _unaccented("".join(words)), "".join(sought)
        return joined.replace(whole, " ").split() if whole in joined else None
    rest, at, found = list[str](), 0, False
    while at < len(words):
        if [_unaccented(word) for word in words[at : at + len(sought)]] == sought:
            at, found = at + len(sought), True
        else:
            rest.append(words[at])
            at += 1
    return rest if found else None


def _unaccented(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    kept = (c for c in decomposed if unicodedata.combining(c) < _FIRST_ACCENT_CLASS)
    return unicodedata.normalize("NFKC", "".join(kept))


def _is_unspaced(phrase: list[str]) -> bool:
    return any(
        unicodedata.name(character, "").startswith(_UNSPACED_SCRIPTS)
        for word in phrase
        for character in word
    )


def _is_opt_out(words: list[str]) -> bool:
    """Whether a text has opt-out words and polite words only."""
    if " ".join(words) in OPT_OUT_PHRASES:
        return True
    rest = [word for word in words if word not in OPT_OUT_WORDS]
    allowed = POLITE_WORDS | STOP_OBJECTS if "stop" in words else POLITE_WORDS
    return len(rest) < len(words) and all(word in allowed for word in rest)


def _digit_answer(body: str) -> Answer | None:
    """The one digit that the text consists of, in any script. "11", "1 2" and "one" are none."""
    seen = (c for c in body if unicodedata.category(c) != "Cf" and c not in _EMOJI_DRESS)
    bare = "".join(seen).strip().strip(_AROUND_A_DIGIT).strip()
    return _ANSWERS.get(unicodedata.digit(bare, 0)) if len(bare) == 1 else None


def _says_wrong_number(words: list[str]) -> bool:
    text = f" {' '.join(words)} "
    return any(f" {phrase} " in text for phrase in WRONG_NUMBER_PHRASES)
