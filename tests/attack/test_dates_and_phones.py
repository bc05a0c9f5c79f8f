"""Invalid and unusual dates and telephone numbers."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.moment import now
from tests.support import Browser

API = "/api/v1/survivors"
NO_DAYS = [
    "0000-01-01", "10000-01-01", "-0001-01-01", "2026-02-29", "2026-02-30", "2026-13-01", "2026-00-10",
    "infinity", "-infinity", "today", "now", "epoch", "2026-1-5", "2026-W01-1", "05/01/2026",
    "٢٠٢٦-٠١-٠٥", "２０２６-０１-０５", "2026-01-05T00:00:00Z", "2026-01-05Z", "2026-01-05;", "",
    "1767571200",
]  # fmt: skip
FAR_DAYS = ["0001-01-01", "1899-12-31", "1900-01-01", "2099-12-31", "2100-01-01", "9999-12-31"]
NO_MOMENTS = [
    "2026-01-05T10:00:00", "2026-01-05", "2026-01-05T10:00:00+25:00", "2026-01-05T10:00:00-25:00",
    "2026-01-05T24:00:00Z", "2026-01-05T23:59:60Z", "2026-01-05T10:60:00Z", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "infinity", "now", "2026-01-05T10:00:00[Europe/London]",
    "2026-03-29T01:30:00",  # in the gap, and naive
]  # fmt: skip
FAR_MOMENTS = [
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00",
    "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+14:00",
]  # fmt: skip
MOBILES = {
    "07700 900123": "+447700900123",
    "+44 (0)7700 900123": "+447700900123",
    "0044 7700 900123": "+447700900123",
    "+44-7700.900/124": "+447700900124",
    "٠٧٧٠٠٩٠٠١٢٥": "+447700900125",
    "０７７００９００１２６": "+447700900126",
    "\u202d07700\u00a0900127\u202c": "+447700900127",
    "tel:+447700900128": "+447700900128",
}
NO_MOBILES = {
    "extension": "07700 900123 ext 5",
    "extension in short": "07700900123x5",
    "post-dial": "07700 900123;ext=5",
    "pause": "07700900123,,5#",
    "premium": "0909 8790123",
    "premium abroad": "+1 900 555 0123",
    "short code": "66777",
    "emergency": "999",
    "text to a service": "112",
    "landline": "020 7946 0123",
    "drama landline": "+441632960123",
    "free": "0808 157 0123",
    "personal": "070 1234 5678",
    "pager": "076 1234 5678",
    "too short": "07700 90012",
    "too long": "07700 9001234",
    "letters": "07700 CALLME",
    "none": "nobody",
    "two": "07700 900123 07700 900124",
    "star code": "*#06#",
    "141 in front": "141 07700 900123",
    "no such country": "+999 7700 900123",
    "only a plus": "+",
    "many digits": "+" + "4" * 199,
    "script": "<script>07700900123</script>",
}


def person(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Practice",
        "language": "en",
        "adult": True,
        "told_not_emergency_line": True,
        **fields,
    }


async def post(worker: Browser, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    answer = await worker.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    return answer.status_code, answer.json()


def field_of(answer: tuple[int, Any]) -> tuple[int, str]:
    status, problem = answer
    return status, problem["errors"][0]["field"]


@pytest.mark.parametrize("day", NO_DAYS)
async def test_what_is_no_day_is_refused_by_name(
    worker: Browser, survivor_id: UUID, day: str
) -> None:
    one = f"{API}/{survivor_id}"
    if day:  # a blank day is one that was not given
        assert field_of(await post(worker, API, person(exit_on=day))) == (400, "exit_on")
        review = {"what_changed": "x", "decision": "continue", "held_on": day}
        assert field_of(await post(worker, f"{one}/reviews", review)) == (400, "held_on")
    work = {"kind": "work", "change": "started", "happened_on": day}
    assert field_of(await post(worker, f"{one}/activities", work)) == (400, "happened_on")
    came = {"survivor_id": str(survivor_id), "attended_on": day}
    assert field_of(await post(worker, "/api/v1/drop-ins", came)) == (400, "attended_on")


@pytest.mark.parametrize("day", FAR_DAYS)
async def test_days_far_away_break_nothing(worker: Browser, day: str) -> None:
    status, found = await post(worker, API, person(exit_on=day, phone="07700 900130"))
    assert status in (201, 400)
    if status == 201:
        one = f"{API}/{found['id']}"
        agrees = {"purpose": "call", "decision": "given"}
        await post(worker, f"{one}/consents", agrees)
        await post(
            worker, f"{one}/safe-contact", {"hours": {"monday": [{"opens": 540, "closes": 600}]}}
        )
        enrolled, _ = await post(worker, f"{one}/pathway", {"anchor_on": day})
        assert enrolled in (201, 400)
        refused = await post(worker, f"{one}/pathway", {})
        assert field_of(refused) == (400, "exit_on")  # nobody gets a plan for half a century
        for page in ("", "/schedule", "/exit-date", "/progress", "/review", "/enrol"):
            shown = await worker.get(f"/people/{found['id']}{page}")
            assert shown.status_code in (200, 404), page
        for name in ("schedule", "timeline", "pathway"):
            assert (await worker.get(f"{one}/{name}")).status_code in (200, 404), name


@pytest.mark.parametrize("moment", [*NO_MOMENTS, *FAR_MOMENTS])
async def test_a_moment_is_one_and_has_a_zone(
    worker: Browser, survivor_id: UUID, moment: str
) -> None:
    one = f"{API}/{survivor_id}"
    for path, body, field in (
        ("check-ins", {"wellbeing": "fine"}, "occurred_at"),
        ("contact-attempts", {"reason": "at_work"}, "attempted_at"),
    ):
        status, answer = await post(worker, f"{one}/{path}", {**body, field: moment})
        assert (status, answer["errors"][0]["field"]) == (400, field)
    for page in (f"/people/{survivor_id}", f"{one}/timeline", f"{one}/check-ins"):
        assert (await worker.get(page)).status_code == 200


async def test_the_29th_of_february_is_one_in_leap_years(worker: Browser) -> None:
    assert (await post(worker, API, person(exit_on="2024-02-29")))[0] == 201
    assert (await post(worker, API, person(exit_on="2023-02-29")))[0] == 400


async def test_tomorrow_has_not_happened(worker: Browser, survivor_id: UUID) -> None:
    """Two days ahead, so that it is tomorrow in every zone."""
    ahead = now() + timedelta(days=2)
    day, one = ahead.date().isoformat(), f"{API}/{survivor_id}"
    checked = await post(
        worker, f"{one}/check-ins", {"wellbeing": "fine", "occurred_at": ahead.isoformat()}
    )
    assert field_of(checked) == (400, "occurred_at")
    work = {"kind": "work", "change": "started", "happened_on": day}
    assert field_of(await post(worker, f"{one}/activities", work)) == (400, "happened_on")
    review = {"what_changed": "x", "decision": "continue", "held_on": day}
    assert field_of(await post(worker, f"{one}/reviews", review)) == (400, "held_on")
    needs = {"instrument": "needs-eight", "version": "1.0", "assessed_on": day}
    assessed = await post(
        worker, f"{one}/needs-assessments", {**needs, "areas": {"money": {"level": "low"}}}
    )
    assert field_of(assessed) == (400, "assessed_on")


@pytest.mark.parametrize(
    "days",
    [("2026-03-31", "2026-01-01"), ("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"),
     ("0001-01-01", "0001-01-01"), ("2026-01-01", "infinity"), ("", "")],
)  # fmt: skip
async def test_periods_of_figures(browsers: dict[Any, Browser], days: tuple[str, str]) -> None:
    for view in ("internal", "external", "other"):
        query = {"view": view, "first_day": days[0], "last_day": days[1]}
        answer = await browsers["team_lead"].get("/api/v1/kpis", params=query)
        assert answer.status_code in (200, 400)
        page = await browsers["team_lead"].get(f"/results/{view}/{days[0]}/{days[1]}")
        assert page.status_code in (200, 303, 400, 404)
        form = {"first_day.day": days[0], "last_day": days[1], "first_day": days[0]}
        assert (
            await browsers["team_lead"].get(f"/results/{view}/days", params=form)
        ).status_code < 500


@pytest.mark.parametrize("typed", sorted(MOBILES))
async def test_a_mobile_is_read_however_it_is_written(worker: Browser, typed: str) -> None:
    status, found = await post(worker, API, person(phone=typed))
    assert (status, found["has_phone"]) == (201, True)
    page = await worker.post(f"/people/{found['id']}/number/show")
    assert MOBILES[typed].replace("+44", "0") in page.text.replace(" ", "").replace("\u00a0", "")


@pytest.mark.parametrize("what", sorted(NO_MOBILES))
async def test_what_cannot_be_texted_is_refused_without_repeating_it(
    worker: Browser, what: str
) -> None:
    answer = await worker.post(
        API, json=person(phone=NO_MOBILES[what]), headers={"Idempotency-Key": str(uuid4())}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "phone")
    assert len(NO_MOBILES[what]) < 12 or NO_MOBILES[what] not in answer.text
