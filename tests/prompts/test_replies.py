"""What a text from a survivor means. Expected values are by hand from the design's list."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.messaging import reply_words
from outcomes.prompts.inbox.replies import (
    Answer,
    Answered,
    Duress,
    FreeText,
    OptOut,
    WrongNumber,
    read_reply,
)

DIGITS = {
    Answer.FINE: [
        "1",
        " 1 ",
        "1.",
        "1!",
        "(1)",
        "١",
        "۱",
        "፩",
        "१",
        "১",
        "１",
        "①",
        "1️⃣",
        "1\n",
        "\u200f1",
    ],
    Answer.NOT_SO_GOOD: ["2", "2.", "٢", "፪", "२", "②", "2️⃣", "\ufeff2", "“2”"],
    Answer.PLEASE_CALL: ["3", "3!", "٣", "፫", "३", "③", "3️⃣", " 3)\r\n", "3。"],
}
OPT_OUTS = [
    "STOP", "stop", "STOP.", "Stop!", "stop please", "please stop", "Stop texting me", "STOP ALL",
    "stop stop stop", "ＳＴＯＰ", "ST\u200bOP", "STOP 🛑", "STOPALL", "UNSUBSCRIBE", "Cancel",
    "END", "Quit.", "REVOKE", "OPTOUT", "opt-out", "Opt out", "توقف", "Arrêt", "Arre\u0302t",
    "arret", "ARRÊT SVP", "Dừng lại", "стоп", "አቁም", "停止", "बंद करो", "Oprește", "end, please",
]  # fmt: skip
FREE_TEXTS = [
    "", "   ", "\u200b\u200d", "\x00", "1 2", "11", "one", "0", "4", "1/2", "-1", "½", "1?", "12",
    "1 and 3", "YES", "yes", "START", "UNSTOP", "HELP", "no", "don't stop", "I cannot stop crying",
    "end it all", "unstop", "the end", "cancel my visit please", "👍", "🏳️‍🌈", "a" * 1_600, "\u202e1 2",
    "e" + "\u0301" * 5_000, "<script>alert(1)</script>", "{{7*7}}", "=1+1", "\x1b[31m3 4", "dung",
    "dur", "acha", "I am out of office until Monday. Reply STOP to end these.", "call 3 times",
]  # fmt: skip


@pytest.mark.parametrize(("answer", "text"), [(a, t) for a, texts in DIGITS.items() for t in texts])
def test_one_digit_in_any_script_is_an_answer(answer: Answer, text: str) -> None:
    assert read_reply(text, duress_word=None) == Answered(answer)


@pytest.mark.parametrize("text", OPT_OUTS)
def test_a_text_that_only_says_stop_opts_out(text: str) -> None:
    assert read_reply(text, duress_word=None) == OptOut()


@pytest.mark.parametrize("text", FREE_TEXTS)
def test_everything_else_is_for_a_person(text: str) -> None:
    assert read_reply(text, duress_word="bluebird") == FreeText()


@pytest.mark.parametrize(
    "text", ["Wrong number", "sorry, WRONG NUMBER mate", "wrong person!", "Faux numéro", "nhầm số"]
)
def test_a_wrong_number_is_told_apart(text: str) -> None:
    assert read_reply(text, duress_word=None) == WrongNumber()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("bluebird", "bluebird"),
        ("Bluebird", "All fine, BLUEBIRD."),
        ("bluebird", "Saw a blue\u200bbird today"),
        ("blue bird", "a  Blue \n bird!"),
        ("ﬁsh", "FISH"),
        ("ëndërr", "enderr"),
        ("dừng xe", "Dung xe"),
        ("Straße", "strasse"),
        ("蓝鸟", "我今天看到蓝鸟了"),
        ("ดอกไม้", "วันนี้ดอกไม้สวย"),
        ("عصفور", "شفت عصفور اليوم"),
        ("weather", "1 nice weather"),
        ("1", "1"),
        ("wrong", "wrong number"),
    ],
)
def test_the_duress_word_is_found_anywhere_as_a_whole_word(word: str, text: str) -> None:
    assert read_reply(text, duress_word=word) == Duress(also_opt_out=False)


@pytest.mark.parametrize(
    ("word", "text"),
    [("cat", "concatenate"), ("blue bird", "bird blue"), ("कमल", "कमला"), ("blue", "blueish"),
     ("", "hello"), ("  ", "hello"), ("\u200b", "hello"), (None, "hello")],
)  # fmt: skip
def test_a_part_of_a_word_is_not_duress_and_a_blank_word_is_none(
    word: str | None, text: str
) -> None:
    assert read_reply(text, duress_word=word) == FreeText()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("bluebird", "STOP bluebird"),
        ("bluebird", "Bluebird. stop please"),
        ("stop", "STOP"),
        ("蓝鸟", "停止蓝鸟"),
        ("bluebird", "Dừng lại, bluebird"),
    ],
)
def test_stop_and_the_duress_word_are_both_kept(word: str, text: str) -> None:
    assert read_reply(text, duress_word=word) == Duress(also_opt_out=True)


def test_the_gateways_own_opt_out_holds_for_a_word_that_we_do_not_know() -> None:
    assert read_reply("genug", duress_word=None, opt_out_type="STOP") == OptOut()
    assert read_reply("bluebird", duress_word="bluebird", opt_out_type="STOP") == Duress(True)


@pytest.mark.parametrize("opt_out_type", ["START", "HELP", None])
def test_nothing_that_the_gateway_says_undoes_or_adds_an_opt_out(opt_out_type: str | None) -> None:
    assert read_reply("START", duress_word=None, opt_out_type=opt_out_type) == FreeText()


def test_the_word_lists_are_written_as_they_are_compared() -> None:
    listed = [
        *reply_words.OPT_OUT_WORDS, *reply_words.OPT_OUT_PHRASES, *reply_words.POLITE_WORDS,
        *reply_words.STOP_OBJECTS, *reply_words.WRONG_NUMBER_PHRASES,
    ]  # fmt: skip
    for word in listed:
        assert word == unicodedata.normalize("NFKC", word).casefold()
    answers = {"yes", "no", "ok", "fine", "good", "one", "two", "three"}
    assert not answers & reply_words.OPT_OUT_WORDS


@given(st.text(), st.none() | st.text(max_size=12))
def test_any_text_is_sorted_without_an_error(body: str, word: str | None) -> None:
    assert isinstance(
        read_reply(body, duress_word=word), OptOut | Duress | Answered | WrongNumber | FreeText
    )


@given(st.text(), st.sampled_from(["bluebird", "蓝鸟", "red kite"]), st.text())
def test_a_duress_word_among_other_words_is_never_missed(
    before: str, word: str, after: str
) -> None:
    assert isinstance(read_reply(f"{before} {word.upper()} {after}", duress_word=word), Duress)
