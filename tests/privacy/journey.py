"""A complete journey with fourteen invented people, over HTTP, planting values that must never leak."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec

from outcomes.assessments.instruments import shipped_instruments
from tests.moment import OFFSET, now
from tests.privacy.browser import StaffBrowser, done, id_after, link_on
from tests.privacy.planted import Planted, people
from tests.privacy.prepare import SURVIVORS_NUMBER, Prepared
from tests.supervised import Supervised

NEEDS = shipped_instruments().offered_needs
OUTCOMES = shipped_instruments().offered_outcomes
ALWAYS = {
    day: [{"opens": 0, "closes": 1440}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
_PAGES = [
    "check-in",
    "no-answer",
    "drop-in",
    "activity",
    "visit",
    "needs",
    "outcomes",
    "progress",
    "review",
    "schedule",
    "safe-contact",
    "consents",
    "number",
    "flags",
]
_LISTS = [
    "consents",
    "safe-contact",
    "pathway",
    "needs-assessments",
    "outcome-assessments",
    "contact-attempts",
    "check-ins",
    "activities",
    "reviews",
    "schedule",
    "prompts",
    "flags",
    "timeline",
]
STRANGER = "+447700900799"


class Journey:
    """One provider's staff, and what they do."""

    def __init__(self, product: Supervised, prepared: Prepared) -> None:
        self._url = product.url
        self._handset = httpx.Client(base_url=prepared.handset_url, trust_env=False)
        # One product runs at the tests' moment, the other under the host's clock.
        self._yesterday = (min(now(), now() - OFFSET) - timedelta(days=1)).date()
        self.admin = StaffBrowser(product.url)
        self.admin.use_link(prepared.admin_link)
        self.admin.fill("/staff/teams", name="First team")
        self._team = id_after(self.admin.get("/staff/new"), "First team")
        self.lead = self._hire("team_lead", phone="07700 900900")
        self.worker = self._hire("support_worker")
        person = id_after(self.admin.get("/staff/on-call"), "Person team_lead")
        self.admin.fill("/staff/on-call", account_id=person)
        self.ids: dict[str, str] = {}

    def _hire(self, role: str, **more: str) -> StaffBrowser:
        page = self.admin.fill(
            "/staff/new",
            name=f"Person {role}",
            sign_in_name=f"{role}.one",
            role=role,
            team_id=str(self._team),
            **more,
        )
        browser = StaffBrowser(self._url)
        browser.use_link(link_on(page))
        browser.fill("/sign-out")
        browser.sign_in(f"{role}.one")
        return browser

    def plant(self) -> None:
        """Everything that is written about fourteen people."""
        for number, person in enumerate(people()):
            self._register(person, by_form=number % 2 == 0)
            self._assess(person)
            self._keep_contact(person)

    def go_on(self) -> None:
        """Texts both ways, every page, and the export."""
        self._text()
        self._look_everywhere()
        self._export()

    def _register(self, person: Planted, *, by_form: bool) -> None:
        said: dict[str, Any] = {
            "name": person.name,
            "phone": person.phone,
            "language": "en",
            "zone": "Europe/London",
            "nationality": "AL",
            "preferences": f"{person.note}\n{person.worry}",
        }
        if by_form:
            answer = self.worker.fill(
                "/people/register",
                **said,
                adult="true",
                told_not_emergency_line="true",
                agrees_to=["call", "sms"],
            )
            self.ids[person.name] = answer.headers["location"].split("/")[2]
        else:
            said |= {"adult": True, "told_not_emergency_line": True}
            self.ids[person.name] = self.worker.create("survivors", said)["id"]
            for purpose in ("call", "sms"):
                self._create(person, "consents", {"purpose": purpose, "decision": "given"})
        words = {
            "what_to_say": person.note,
            "who_may_answer": person.name,
            "interpreter": person.worry,
        }
        words |= {"code_word": "heron", "duress_word": "walnut", "name_to_use": person.name}
        profile = {"hours": ALWAYS, "may_call": True, "may_text": True, **words}
        self._create(person, "safe-contact", profile)
        self._create(person, "pathway", {})

    def _assess(self, person: Planted) -> None:
        area = {"level": "low", "note": person.note, "action": person.worry}
        self._create(
            person,
            "needs-assessments",
            {
                "instrument": NEEDS.code,
                "version": NEEDS.version,
                "assessed_on": str(self._yesterday),
                "areas": {one.code: area for one in NEEDS.areas},
                "safety_plan": {
                    "feared": person.worry,
                    "where": person.note,
                    "agreed": person.name,
                },
            },
        )
        items = [item.code for domain in OUTCOMES.domains for item in domain.items]
        self._create(
            person,
            "outcome-assessments",
            {
                "instrument": OUTCOMES.code,
                "version": OUTCOMES.version,
                "assessed_on": str(self._yesterday),
                "stage": "entry",
                "answers": dict.fromkeys(items, 3),
                "note": person.note,
            },
        )

    def _keep_contact(self, person: Planted) -> None:
        self._create(
            person, "check-ins", {"wellbeing": "mixed", "note": person.note, "worry": person.worry}
        )
        self._create(person, "contact-attempts", {"reason": "voicemail"})
        self._create(
            person,
            "activities",
            {"kind": "work", "change": "started", "happened_on": str(self._yesterday)},
        )
        self.worker.create(
            "drop-ins",
            {"survivor_id": self.ids[person.name], "attended_on": str(self._yesterday)},
        )
        flag = self._create(person, "flags", {"note": person.worry})
        found = {"resolution": "moved", "how": person.note, "by_whom": person.name}
        found |= {"ascertained_on": str(self._yesterday), "handed_to": person.worry}
        self._create(person, f"flags/{flag['id']}/resolution", found)
        review = {"what_changed": person.worry, "goals": person.note, "decision": "continue"}
        self._create(person, "reviews", review)

    def _text(self) -> None:
        """A message to everybody, and from everybody a free text and a stranger's."""
        for person in people():
            self._create(person, "prompts")
        await_that(lambda: all(self._was_texted(person) for person in people()))
        for person in people():
            self.reply(person.phone, f"{person.note} {person.name}")
            self.reply(STRANGER, f"{person.worry} {person.phone}")
        await_that(lambda: len(self._inbox()) >= 2 * len(people()))
        done(self.worker.get("/inbox"))
        done(self.lead.get("/inbox"))
        for message in self._inbox():
            done(self.lead.get(f"/inbox/{message['id']}"))
            handled = self.lead.post(f"/api/v1/inbox/{message['id']}/handled")
            done(handled)

    def _look_everywhere(self) -> None:
        """Every page and list about a person, the search by name, the number shown."""
        for person in people():
            survivor_id = self.ids[person.name]
            shown = done(self.worker.get(f"/people/{survivor_id}")).text
            assert person.name in shown or person.name.replace("'", "&#39;") in shown
            for page in _PAGES if person in people()[::4] else ():
                done(self.worker.get(f"/people/{survivor_id}/{page}"))
            for name in _LISTS if person in people()[::4] else ():
                self.worker.read(f"survivors/{survivor_id}/{name}")
            assert survivor_id in self.worker.fill("/people/search", name=person.name).text
            self.worker.fill(f"/people/{survivor_id}/number/show")
            self.worker.fill(f"/people/{survivor_id}/number", phone=person.phone)
        for path in ("planned-contacts", "drop-ins", "inbox", "survivors"):
            self.worker.read(path)
        for page in ("/", "/people", "/team", "/results", "/account"):
            done(self.lead.get(page))

    def _export(self) -> None:
        asked = {"view": "external", "format": "xlsx", "purpose": people()[0].note}
        days = {"first_day": "2026-01-01", "last_day": "2026-06-30"}
        export = self.lead.create("exports", {**asked, **days})
        await_that(lambda: self.lead.read(f"exports/{export['id']}")["state"] == "ready")
        assert done(self.lead.get(f"/api/v1/exports/{export['id']}/file")).content[:2] == b"PK"

    def _create(self, person: Planted, below: str, body: Any = None) -> Any:
        return self.worker.create(f"survivors/{self.ids[person.name]}/{below}", body)

    def _was_texted(self, person: Planted) -> bool:
        prompts = self.worker.read(f"survivors/{self.ids[person.name]}/prompts")["items"]
        return any(prompt["state"] in ("accepted", "delivered") for prompt in prompts)

    def reply(self, phone: str, body: str) -> None:
        done(
            self._handset.post(f"/phones/{phone[1:]}", data={"to": SURVIVORS_NUMBER, "body": body})
        )

    def _inbox(self) -> list[Any]:
        found: list[Any] = self.lead.read("inbox?limit=100")["items"]
        return found


def await_that(condition: Callable[[], bool]) -> None:
    """Wait for what the worker does."""
    for _ in range(120):
        if condition():
            return
        time.sleep(0.25)
    raise AssertionError("The worker did not do it.")


def prepared_in(file: Path) -> Prepared:
    """What the preparation wrote."""
    return msgspec.json.decode(file.read_bytes(), type=Prepared)
