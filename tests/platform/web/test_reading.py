"""Bad input, case by case: a message for each field, and never the value."""

from datetime import date, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.errors import Invalid
from outcomes.platform.web.pages.forms import Form, parse
from outcomes.platform.web.requests.bodies import decode_form, decode_json
from outcomes.platform.web.requests.reading import read
from tests.platform.web.site import Entry, Mood

RIGHT = {"mood": "fine", "left_on": "2026-01-10", "next_on": "2026-11-25", "place": "Café"}
TYPED = {
    "mood": ("worried",),
    "left_on.day": ("9",),
    "left_on.month": ("1",),
    "left_on.year": ("2026",),
    "next_on": ("2026-11-25",),
    "place": (" Cafe\u0301 ",),
    "at": ("9.05",),
    "note": ("  ",),
    "worries": ("fine", "so_so"),
    "answers.safety-1": ("3",),
    "answers.money-1": ("",),
    "agreed": ("true",),
    "csrf": ("x",),
    "idempotency_key": ("0d2f3c1e-6a4b-4d5f-8e7a-9b0c1d2e3f40",),
}


def refusals(**changes: object) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        read(Entry, {**RIGHT, **changes})
    return {problem.field: problem.message for problem in refused.value.problems}


def test_a_form_becomes_the_struct_that_json_becomes() -> None:
    assert parse(Form(TYPED), Entry) == Entry(
        mood=Mood.WORRIED,
        left_on=date(2026, 1, 9),
        next_on=date(2026, 11, 25),
        place="Café",
        at=time(9, 5),
        worries=(Mood.FINE, Mood.SO_SO),
        answers={"safety-1": 3},
        agreed=True,
    )
    same = read(Entry, {**RIGHT, "at": "14:05", "answers": {"a": 1}})
    assert (same.at, same.answers) == (time(14, 5), {"a": 1})


def test_every_problem_is_named_at_once_in_plain_words() -> None:
    with pytest.raises(Invalid) as refused:
        parse(Form({"answers.safety-1": ("5",), "worries": ("x",), "extra": ("1",)}), Entry)
    assert {p.field: p.message for p in refused.value.problems} == {
        "mood": "Choose how they are.",
        "left_on": "Enter the exit date as 24 11 2026.",
        "next_on": "Enter the next contact date as 24 11 2026.",
        "place": "Enter the place.",
        "answers.safety-1": "Enter the safety 1 as a whole number from 1 to 4.",
        "worries.0": "Choose one of the answers for the worries.",
        "extra": "Leave this field out: it is not known here.",
    }


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        (("29", "2", "2028"), date(2028, 2, 29)),
        (("29", "2", "2026"), None),
        (("31", "4", "2026"), None),
        (("1", "1", "26"), None),
        (("1", "1", "0000"), None),
        (("٩", "1", "2026"), None),
        (("-1", "1", "2026"), None),
        (("", "1", "2026"), None),
    ],
)
def test_dates_in_three_fields(typed: tuple[str, str, str], read_as: date | None) -> None:
    parts = dict(zip(("left_on.day", "left_on.month", "left_on.year"), typed, strict=True))
    form = Form({**TYPED, **{name: (value,) for name, value in parts.items()}})
    if read_as is not None:
        assert parse(Form({**form.fields, "next_on": ("2028-03-01",)}), Entry).left_on == read_as
        return
    with pytest.raises(Invalid) as refused:
        parse(form, Entry)
    shown = form.refused(refused.value)
    assert shown.error("left_on") == "Enter the exit date as 24 11 2026."
    assert shown.value("left_on.day") == typed[0]


@pytest.mark.parametrize(
    ("fields", "chosen"),
    [
        ({"next_on": ("pick",), "next_on.pick": ("2026-12-09",)}, date(2026, 12, 9)),
        ({"next_on": ("2026-12-01",), "next_on.pick": ("2026-12-09",)}, date(2026, 12, 1)),
        ({"next_on.pick": ("2026-12-09",)}, date(2026, 12, 9)),
    ],
)
def test_a_chip_wins_unless_it_hands_over(fields: dict[str, tuple[str, ...]], chosen: date) -> None:
    plain = {name: values for name, values in TYPED.items() if name != "next_on"}
    assert parse(Form({**plain, **fields}), Entry).next_on == chosen


def test_handing_over_to_no_day_is_no_answer() -> None:
    fields = {**TYPED, "next_on": ("pick",), "next_on.pick": ("",)}
    with pytest.raises(Invalid) as refused:
        parse(Form(fields), Entry)
    assert [problem.field for problem in refused.value.problems] == ["next_on"]


def test_a_rule_over_several_fields_speaks_for_itself() -> None:
    assert refusals(left_on="2026-12-01") == {"next_on": "Choose a day after the exit date."}


@pytest.mark.parametrize(
    "text",
    ["a\0b", "\ud800", "\x1b[31m", "\x7f", "a\u0085b"],
    ids=["nul", "surrogate", "escape", "delete", "next line"],
)
def test_what_cannot_be_printed_is_refused(text: str) -> None:
    assert refusals(note=text).keys() == {"note"}
    assert refusals(answers={"a": 1, text: 2}).keys() == {"answers.unknown"}


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "\u2060", "\u00a0"])
def test_invisible_text_counts_as_not_given(text: str) -> None:
    assert read(Entry, {**RIGHT, "note": text}).note is None
    assert refusals(place=text) == {"place": "Enter the place."}


@pytest.mark.parametrize(
    "text", ["Zoë\tO’Neil", "ሰላም", "<script>alert(1)</script>", "{{7*7}}", "=1+1", "Z̷̢̛a", "null"]
)
def test_any_script_and_any_sign_is_kept(text: str) -> None:
    assert read(Entry, {**RIGHT, "note": text}).note == text


def test_lengths_have_limits() -> None:
    assert read(Entry, {**RIGHT, "note": "ä" * 4000}).note == "ä" * 4000
    assert refusals(note="ä" * 4001) == {"note": "Shorten the note to 4,000 characters or fewer."}


def test_wrong_kinds_and_unknown_fields() -> None:
    assert refusals(place=7, agreed="true", answers=[1], role="admin", **{"a\nb": 1}) == {
        "place": "Check the place.",
        "agreed": "Choose one of the answers for the agreed.",
        "answers": "Check the answers.",
        "role": "Leave this field out: it is not known here.",
        "unknown": "Leave this field out: it is not known here.",
    }
    with pytest.raises(Invalid):
        read(Entry, [RIGHT])


@given(st.text(max_size=30))
def test_no_message_repeats_a_value(value: str) -> None:
    secret = f"secret {value} 07700 900123"
    for changes in ({"mood": secret}, {"left_on": secret}, {"answers": {"a": secret}}):
        for message in refusals(**changes).values():
            assert "secret" not in message


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"1" * 5_000,
        b"-" + b"9" * 5_000,
        b'{"a":1,"a":2}',
        b'{"b":{"a":1,"a":1}}',
        b"\xef\xbb\xbf{}",
        b"{}{}",
        b"",
        b"'a'",
    ],
)
def test_json_that_is_not_quite_json_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        decode_json(body)


def test_json_is_otherwise_what_it_is() -> None:
    body = '{"a":[1,2.5,true,null,"é\\u00e9"],"b":{}}'.encode()
    assert decode_json(body) == {"a": [1, 2.5, True, None, "éé"], "b": {}}


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"a=%C3%28", b"&" * 5_000, b"a=1&" * 101])
def test_damaged_or_endless_forms_are_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        decode_form(body)


def test_forms_are_decoded_as_browsers_encode_them() -> None:
    body = b"a=1&a=2&b=caf%C3%A9+au+lait&c=&d=x%0D%0Ay"
    expected = {"a": ("1", "2"), "b": ("café au lait",), "c": ("",), "d": ("x\ny",)}
    assert decode_form(body) == expected
    assert decode_form(b"") == {}


def test_the_key_of_a_form_must_be_there() -> None:
    assert Form(TYPED).idempotency_key == UUID("0d2f3c1e-6a4b-4d5f-8e7a-9b0c1d2e3f40")
    with pytest.raises(Invalid, match="not right"):
        _ = Form().idempotency_key


def test_neither_forms_nor_inputs_print_what_they_hold() -> None:
    assert "Café" not in repr(read(Entry, RIGHT)) + repr(Form.of(place="Café"))
