"""Texts in every script and hostile texts: stored and shown unchanged, or refused by name."""

import html
import json
import re
import unicodedata
from uuid import UUID, uuid4

import pytest

from tests.support import Browser

API = "/api/v1/survivors"

KEPT = {
    "one letter": "Ö",
    "one ideograph": "龘",
    "a mononym": "Suharto",
    "a script": "<script>alert(1)</script>",
    "an attribute": "\" onmouseover=\"alert(1)\" x='",
    "an entity": "&lt;b&gt; &amp;amp;",
    "a template": "{{7*7}} {% include 'x' %} ${7*7} #{7*7}",
    "a format": "%s%s%n {0.__class__} {}",
    "a formula": '=HYPERLINK("https://evil.example","x")',
    "a plus": "+1+1",
    "an at": "@SUM(A1:A9)",
    "SQL": "Robert'); DROP TABLE survivors;--",
    "a path": "../../../../etc/passwd",
    "bidi override": "a\u202etxt.exe\u202cb",
    "bidi isolate": "\u2067abc\u2069 d",
    "zalgo": "Z" + "\u0351\u0342\u0334" * 30,
    "a family": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣",
    "zero width inside": "می\u200cخواهم",
    "Arabic": "فاطمة الزهراء",
    "Hebrew": "שָׁלוֹם",
    "Amharic": "ምሕረት ገብረየሱስ",
    "Vietnamese": "Đặng Thị Ngọc Ánh",
    "Chinese": "欧阳 娜娜",
    "Thai": "น้ำทิพย์ ศรีสุข",
    "Burmese": "အောင်ဆန်း",
    "Tamil": "கற்பகம்",
    "Tigrinya": "ኣስመሮም",
    "Kurdish": "ڕێزان",
    "Georgian": "ნინო",
    "Cherokee": "ᏣᎳᎩ",
    "outside the BMP": "𞤀𞤣𞤤𞤢𞤥 𝕬",
    "an apostrophe": "Ní Dhuibhne-O’Brien d'Arc",
    "Turkish": "İıĞŞ ẞ",
    "lines": "one\ntwo\n\nthree\tfour",
}  # fmt: skip
REFUSED = {
    "NUL": "a\0b",
    "a lone surrogate": "a\ud83d",
    "a reversed pair": "\udc00\ud800",
    "ANSI": "\x1b[2J\x1b]0;title\x07",
    "a bell": "a\x07",
    "backspace": "a\x08\x08",
    "delete": "a\x7f",
    "C1": "a\x9b31m",
}
INVISIBLE = {
    "nothing": "",
    "spaces": "  \u00a0\u2003 ",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "bidi marks": "\u200e\u200f\u202e\u2066",
    "a soft hyphen": "\u00ad",
    "lines only": "\r\n\n\t",
    "tags": "\U000e0041\U000e007f",
}


def person(**fields: object) -> dict[str, object]:
    return {
        "name": "Practice",
        "language": "en",
        "adult": True,
        "told_not_emergency_line": True,
        **fields,
    }


def new() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def shown_text(page: str) -> str:
    """What a reader sees: without tags, entities read."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@pytest.mark.parametrize("what", sorted(KEPT))
async def test_it_comes_back_as_it_went_in(worker: Browser, what: str) -> None:
    text = unicodedata.normalize("NFC", KEPT[what])
    sent = await worker.post(API, json=person(name=text, preferences=text), headers=new())
    assert sent.status_code == 201, sent.text
    kept = sent.json()
    assert (kept["name"], kept["preferences"]) == (text, text)
    body = {"wellbeing": "fine", "note": text, "worry": text}
    logged = await worker.post(f"{API}/{kept['id']}/check-ins", json=body, headers=new())
    assert logged.status_code == 201
    (item,) = (await worker.get(f"{API}/{kept['id']}/check-ins")).json()["items"]
    assert (item["details"]["note"], item["details"]["worry"]) == (text, text)

    page = await worker.get(f"/people/{kept['id']}")
    assert page.status_code == 200
    assert " ".join(text.split()) in " ".join(shown_text(page.text).split())
    assert "<script>alert" not in page.text
    assert ' onmouseover="alert' not in page.text


@pytest.mark.parametrize("what", sorted(REFUSED))
async def test_control_characters_are_refused_by_name(worker: Browser, what: str) -> None:
    for field in ("name", "preferences", "language", "zone", "phone"):
        body = json.dumps(person(**{field: REFUSED[what]}))
        headers = {"content-type": "application/json", **new()}
        answer = await worker.post(API, content=body, headers=headers)
        assert answer.status_code == 400
        assert [problem["field"] for problem in answer.json()["errors"]] == [field]
        assert REFUSED[what].encode("utf-8", "surrogatepass") not in answer.content


@pytest.mark.parametrize("what", sorted(INVISIBLE))
async def test_what_cannot_be_seen_is_not_given(worker: Browser, what: str) -> None:
    nameless = await worker.post(API, json=person(name=INVISIBLE[what]), headers=new())
    assert (nameless.status_code, nameless.json()["errors"][0]["field"]) == (400, "name")
    silent = await worker.post(API, json=person(preferences=INVISIBLE[what]), headers=new())
    assert (silent.status_code, silent.json()["preferences"]) == (201, None)


async def test_two_spellings_of_one_name_are_found_by_either(worker: Browser) -> None:
    composed = "Élodie Ñandú-" + uuid4().hex[:6]
    decomposed = unicodedata.normalize("NFD", composed)
    sent = await worker.post(API, json=person(name=decomposed), headers=new())
    assert sent.json()["name"] == composed
    for typed in (composed, decomposed, composed.upper(), "elodie nandu-" + composed[-6:]):
        found = await worker.post("/people/search", data={"name": typed})
        assert sent.json()["id"] in found.text


@pytest.mark.parametrize("length", [4_000, 4_001, 100_000])
async def test_a_note_has_a_length(worker: Browser, survivor_id: UUID, length: int) -> None:
    for note in ("x" * length, "𞤀" * length):
        body = {"wellbeing": "fine", "note": note}
        answer = await worker.post(f"{API}/{survivor_id}/check-ins", json=body, headers=new())
        if len(note.encode()) > 1_000_000 / 2.4:
            assert answer.status_code in (400, 413)
        elif length > 4_000:
            assert answer.json()["errors"] == [
                {"field": "note", "message": "Shorten the note to 4,000 characters or fewer."}
            ]
        else:
            assert answer.status_code == 201


@pytest.mark.parametrize("typed", [*sorted(KEPT), *sorted(REFUSED), *sorted(INVISIBLE)])
async def test_a_refused_form_shows_it_again_escaped(worker: Browser, typed: str) -> None:
    text = {**KEPT, **REFUSED, **INVISIBLE}[typed].encode("utf-8", "replace").decode()
    page = await worker.post("/people/register", data={"name": text, "preferences": text})
    assert page.status_code == 400
    assert "<script>alert" not in page.text
    assert ' onmouseover="alert' not in page.text
    searched = await worker.post("/people/search", data={"name": text})
    assert searched.status_code in (200, 400)
    assert "<script>alert" not in searched.text
