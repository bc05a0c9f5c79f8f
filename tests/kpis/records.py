"""Puts the City Hearts records into a provider's tables, by plain inserts as the application."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.access.models import Caller
from outcomes.platform.db import Transaction
from tests.support import Product, Provider

FOLDER = Path(__file__).parent / "city_hearts"
SEALED = b"nothing is encrypted here"
NOW = datetime(2017, 9, 1, tzinfo=UTC)
DOMAINS = (
    "safety",
    "legal_protection",
    "mental_wellbeing",
    "economic_empowerment_and_education",
    "social_support",
    "physical_wellbeing",
)

Row = dict[str, str]


def rows(name: str) -> Iterator[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Filled(Struct, frozen=True):
    """A provider with all the records, and its support workers by their names in the files."""

    provider: Provider
    workers: dict[str, Caller]


class Records:
    """One provider being filled, and the ids of its rows by the keys in the files."""

    def __init__(self, tx: Transaction, workers: Sequence[UUID]) -> None:
        self.tx = tx
        self.provider = tx.caller.provider_id
        self.workers = workers
        self.worker = workers[0]
        self.survivors: dict[str, UUID] = {}
        self.pathways: dict[str, UUID] = {}
        self.planned: dict[str, UUID] = {}

    async def insert(self, table: str, **values: Any) -> None:
        values = {"provider_id": self.provider, **values}
        places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"
        await self.tx.conn.execute(sql, *values.values())

    async def event(self, table: str, row: Row, **values: Any) -> None:
        """A row about a survivor, with who recorded it."""
        about = {"id": uuid4(), "survivor_id": self.survivors[row["survivor"]]}
        await self.insert(table, **about, recorded_at=NOW, recorded_by=self.worker, **values)

    async def load(self) -> None:
        await self.people()
        await self.contacts()
        await self.life()
        await self.assessments()
        await self.flags_and_messages()
        await self.caseloads()

    async def people(self) -> None:
        for number, row in enumerate(rows("survivors")):
            token = self.tx.caller.scope.keys.nationality_token(row["nationality"])
            digits = "".join(str(2 + number // 8**place % 8) for place in (2, 1, 0))
            self.survivors[row["survivor"]] = uuid4()
            await self.insert(
                "survivors",
                id=self.survivors[row["survivor"]],
                reference=f"K2-{digits}",
                zone="Europe/London",
                nationality_token=token,
                told_not_emergency_line_at=NOW,
                registered_at=NOW,
                registered_by=self.worker,
                version=1,
            )
        for row in rows("enrolments"):
            self.pathways[row["survivor"]] = uuid4()
            await self.insert(
                "pathways",
                id=self.pathways[row["survivor"]],
                survivor_id=self.survivors[row["survivor"]],
                anchor_on=date(2017, 1, 1),
                call_every_days=14,
                review_every_months=1,
                prompt_days_before_call=7,
                prompt_shift=0,
                enrolled_at=moment(row["enrolled_at"]),
                enrolled_by=self.worker,
                planned_until=date(2019, 1, 1),
                ended_at=moment(row["ended_at"]),
                version=1,
            )

    async def contacts(self) -> None:
        for row in rows("planned_contacts"):
            self.planned[row["planned_contact"]] = uuid4()
            await self.insert(
                "planned_contacts",
                id=self.planned[row["planned_contact"]],
                survivor_id=self.survivors[row["survivor"]],
                pathway_id=self.pathways[row["survivor"]],
                series=row["series"],
                stage=row["stage"] or None,
                planned_on=date.fromisoformat(row["held_on"]),
                held_on=date.fromisoformat(row["held_on"]),
                due_at=moment(row["due_at"]),
                closes_at=moment(row["closes_at"]),
                state=row["state"],
                cancel_reason="after_the_end" if row["state"] == "cancelled" else None,
                closed_at=moment(row["closed_at"]),
            )
        planned = {
            row["attempt"]: self.planned.get(row["planned_contact"])
            for row in rows("planned_contact_attempts")
        }
        for row in rows("contact_attempts"):
            await self.event(
                "contact_attempts",
                row,
                planned_contact_id=planned.get(row["attempt"]),
                channel=row["channel"],
                attempted_at=moment(row["attempted_at"]),
                **self.answer(row),
            )
        contacts = {row["planned_contact"]: row for row in rows("planned_contacts")}
        for row in rows("reviews"):
            await self.event(
                "pathway_reviews",
                contacts[row["planned_contact"]],
                planned_contact_id=self.planned[row["planned_contact"]],
                held_on=date.fromisoformat(row["held_on"]),
                decision="continue",
                details_ciphertext=SEALED,
            )

    @staticmethod
    def answer(row: Row) -> dict[str, str | None]:
        """Who answered, in the words of the product."""
        match row["answered_by"]:
            case "survivor":
                return {"outcome": "reached", "reason": None}
            case "third_party":
                return {"outcome": "third_party", "reason": "not_known"}
        return {"outcome": "no_answer", "reason": row["reason"]}

    async def life(self) -> None:
        for row in rows("drop_ins"):
            await self.event("drop_ins", row, attended_on=date.fromisoformat(row["attended_on"]))
        for row in rows("activities"):
            day = date.fromisoformat(row["on"])
            await self.event(
                "activities", row, kind=row["activity"], change=row["change"], happened_on=day
            )

    async def assessments(self) -> None:
        for row in rows("outcome_assessments"):
            assessment_id = uuid4()
            stable = {"yes": True, "no": False}.get(row["stable"])
            await self.insert(
                "outcome_assessments",
                id=assessment_id,
                survivor_id=self.survivors[row["survivor"]],
                instrument_code=row["instrument"],
                instrument_version=row["version"],
                stage="review",
                assessed_on=date.fromisoformat(row["assessed_on"]),
                overall=None if stable is None else 3,
                stable=stable,
                answers_ciphertext=SEALED,
                recorded_at=NOW,
                recorded_by=self.worker,
            )
            for domain in DOMAINS:
                await self.insert(
                    "domain_scores",
                    outcome_assessment_id=assessment_id,
                    outcome_domain=domain,
                    score=float(row[domain]) if row[domain] else None,
                )
        for row in rows("needs_assessments"):
            await self.event(
                "needs_assessments",
                row,
                instrument_code="needs-eight",
                instrument_version=row["version"],
                assessed_on=date.fromisoformat(row["assessed_on"]),
                overall_level=row["level"],
                answers_ciphertext=SEALED,
            )

    async def flags_and_messages(self) -> None:
        for row in rows("flags"):
            resolved = row["resolved_at"]
            await self.insert(
                "flags",
                id=uuid4(),
                survivor_id=self.survivors[row["survivor"]],
                rule="unanswered_tries",
                evidence_ciphertext=SEALED,
                raised_at=moment(row["raised_at"]),
                resolution="busy" if resolved else None,
                safety_ciphertext=SEALED if resolved else None,
                resolved_at=moment(resolved),
                resolved_by=self.worker if resolved else None,
            )
        for row in rows("opt_outs"):
            await self.insert(
                "opt_outs",
                id=uuid4(),
                survivor_id=self.survivors.get(row["survivor"]),
                phone_bidx=b"a phone's index!",
                source=row["source"],
                opted_out_at=moment(row["opted_out_at"]),
            )
        await self.messages()

    async def messages(self) -> None:
        sender = await self.tx.conn.fetchval(
            "SELECT id FROM sender_numbers WHERE used_for = 'survivors'"
        )
        methods: dict[str, UUID] = {}
        for row in rows("messages"):
            survivor_id, due = self.survivors[row["survivor"]], moment(row["due_at"])
            if row["survivor"] not in methods:
                methods[row["survivor"]] = uuid4()
                phone = {"phone_ciphertext": SEALED, "phone_bidx": b"a phone's index!"}
                about = {"id": methods[row["survivor"]], "survivor_id": survivor_id, **phone}
                await self.insert(
                    "contact_methods", **about, recorded_at=NOW, recorded_by=self.worker
                )
            await self.insert(
                "outgoing_messages",
                id=uuid4(),
                recipient_kind="survivor",
                recipient_id=survivor_id,
                channel="sms",
                tries=1,
                sender_number_id=sender,
                state=row["state"],
                reason="opted_out" if row["state"] in ("withheld", "cancelled") else None,
                due_at=due,
                expires_at=NOW,
            )

    async def caseloads(self) -> None:
        for row in rows("caseloads"):
            await self.insert(
                "caseload_assignments",
                id=uuid4(),
                survivor_id=self.survivors[row["survivor"]],
                account_id=self.workers[int(row["worker"][1]) - 1],
                from_at=moment(row["from_at"]),
                until_at=moment(row["until_at"]),
                assigned_by=self.workers[0],
            )


async def load(product: Product, workers: Sequence[Caller]) -> Records:
    """Fill the provider of these three workers, who are W1 to W3 in the files."""
    async with product.db.transaction(workers[0]) as tx:
        records = Records(tx, [worker.actor.account for worker in workers])
        await records.load()
    return records
