"""Every template of the product keeps to the rules of `docs/pages.md`."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from outcomes.platform.web.pages import dates
from outcomes.platform.web.pages.templating import _PageEnvironment

SIGNING_IN = re.compile(r'action="/sign-in["/]')  # before there is a session to bind a token to
SOURCE = Path(__file__).parents[3] / "src/outcomes"
TEMPLATES = sorted(
    path for path in SOURCE.glob("**/templates/**/*.html") if "handset" not in path.parts
) + sorted(Path(__file__).parent.glob("templates/*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_inline_and_a_token_in_every_form(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=|<style|<script|\son[a-z]+\s*=|javascript:", text, re.I)
    assert not re.search(r"https?://", text)
    if template.name != "icons.html":  # its paths are constants
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", text)
    for form in re.findall(r"<form\b.*?</form>", text, re.S | re.I):
        if re.search(r'method="post"', form, re.I):
            assert "csrf_field()" in form or SIGNING_IN.search(form)


def test_ours_are_strict_and_escape_and_govuk_macros_work() -> None:
    environment = _PageEnvironment(
        DictLoader(
            {
                "strict": "{{ missing }}",
                "escaped": "{{ text }}",
                "govuk": '{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}'
                '{{ govukInput({"name": "a", "label": {"text": text}}) }}',
            }
        )
    )
    with pytest.raises(UndefinedError):
        environment.get_template("strict").render()
    assert environment.get_template("escaped").render(text="<b>") == "&lt;b&gt;"
    drawn = environment.get_template("govuk").render(text="<b>")
    assert 'name="a"' in drawn
    assert "&lt;b&gt;" in drawn
    assert Markup("<b>") not in drawn


def test_dates_and_times_are_english_and_local() -> None:
    late = datetime(2026, 11, 24, 23, 5, tzinfo=UTC)
    assert dates.day(date(2026, 11, 24)) == "Tue 24 Nov"
    assert dates.day_with_year(date(2026, 3, 1)) == "Sun 1 Mar 2026"
    assert dates.day(late, "Asia/Kolkata") == "Wed 25 Nov"
    assert dates.clock(late, "Asia/Kolkata") == "04:35"
    assert dates.clock(late, "Europe/London") == "23:05"
    assert dates.clock(time(9, 5)) == "09:05"
    assert dates.number(4000) == "4,000"
    with pytest.raises(ValueError, match="zone"):
        dates.day(late)
    with pytest.raises(ValueError, match="zone"):
        dates.clock(datetime(2026, 11, 24), "Europe/London")  # noqa: DTZ001 - naive on purpose
