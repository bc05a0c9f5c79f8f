"""The wordings that ship, and the rules that keep others out."""

from datetime import date

import msgspec
import pytest
import smsutil

from outcomes.errors import SettingsError
from outcomes.prompts.inbox.replies import Answered, read_reply
from outcomes.prompts.wordings.wording import (
    Purpose,
    Wording,
    broken_rules,
    find_wording,
    load_wordings,
    read_wordings,
)

PROMPT = Wording(
    code="x",
    version="1.0",
    language="en",
    purpose=Purpose.PROMPT,
    text="Hi! 1 good, 2 so so, 3 please ring",
    reviewed_by="Reviewer",
    reviewed_on=date(2026, 11, 22),
)


def test_what_ships_is_english_reviewed_and_one_segment() -> None:
    shipped = load_wordings()
    assert {wording.language for wording in shipped} == {"en"}
    for wording in shipped:
        parts = smsutil.split(wording.text)
        assert smsutil.is_valid_gsm(wording.text)
        assert len(parts.parts) == 1
        assert wording.reviewed_by


def test_the_texts_are_these() -> None:
    """Word for word: a change needs a review, a new version and a look at this test."""
    shipped = load_wordings()
    prompt = find_wording(shipped, "how-are-things-en", "1.0")
    alert = find_wording(shipped, "open-your-list-en", "1.0")
    assert prompt is not None
    assert alert is not None
    assert prompt.text == "Hi, how are things? Reply 1 fine, 2 not so good, 3 please call"
    assert alert.text == "Please open your list"
    assert find_wording(shipped, "open-your-list-en", "0.9") is None


@pytest.mark.parametrize(
    "word",
    [
        "safe",
        "support",
        "case",
        "police",
        "slavery",
        "survivor",
        "link",
        "name",
        "court",
        "charity",
    ],
)
def test_telling_words_appear_in_nothing_that_ships_and_are_refused(word: str) -> None:
    assert all(word not in wording.text.lower() for wording in load_wordings())
    assert broken_rules(_with(f"{word.upper()}, 1 good, 2 so so, 3 ring")) == [f"leave out {word}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 yes, 2 no, 3 call",
        "1 fine, 2 bad, 3 call. Reply STOP to end",
        "Hi 1 2 3 see bit.ly/x",
        "Hi 1 2 3 www.example",
        "How are you?",
        "Reply 1 fine, 2 bad",
        "Reply 3, 2 or 1",
        "Reply 1, 2, 3 or 4",
        "1 good, 2 so so, 3 ring " + "a" * 160,
        "1 mirë, 2 " + "ë" * 70 + ", 3",
    ],
)
def test_a_prompt_that_breaks_a_rule_is_refused(text: str) -> None:
    assert broken_rules(_with(text))


def test_a_sound_prompt_breaks_none_and_its_digits_are_read_as_answers() -> None:
    assert broken_rules(PROMPT) == []
    assert all(isinstance(read_reply(d, duress_word=None), Answered) for d in "123")


def test_the_loader_refuses_a_file_that_breaks_a_rule() -> None:
    entry = (
        '[[wordings]]\ncode="x"\nversion="1.0"\nlanguage="en"\npurpose="prompt"\n'
        'text="%s"\nreviewed_by="%s"\nreviewed_on=2026-11-22\n'
    )
    good = entry % ("Hi! 1 good, 2 so so, 3 ring", "Reviewer")
    assert len(read_wordings(good.encode())) == 1
    for bad in (
        good + good,
        entry % ("Hi from the support team: 1, 2, 3", "Reviewer"),
        entry % ("Hi! 1 good, 2 so so, 3 ring", " "),
        good + "approved=true\n",
        "wordings = 7",
        "not toml",
    ):
        with pytest.raises(SettingsError):
            read_wordings(bad.encode())


def _with(text: str) -> Wording:
    return msgspec.structs.replace(PROMPT, text=text)
