"""Ten thousand people on a pathway for whom nothing is planned yet: rows made directly, in the
application's role, because registering each would take longer than what is measured."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.platform.access.models import Caller
from outcomes.platform.calendar import SafeHours
from outcomes.platform.db import Transaction
from outcomes.platform.encryption import KeyKind
from outcomes.survivors.models import ContactRules
from outcomes.survivors.safe_contact.store import LANGUAGE, RULES
from outcomes.survivors.store import DETAILS, NAME
from tests.support import Product

_LETTERS, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
_RULES = ContactRules(hours=SafeHours.every_day(9 * 60, 18 * 60), may_call=True, may_text=True)
_ANCHORS, _EXITS = 365, 30
"""Nobody shares both days with anybody, so that no plan can be reused."""


class Person(Struct, frozen=True):
    """Who is enrolled, on which day, after leaving government-funded support on which."""

    id: UUID
    reference: str
    anchor_on: date
    exit_on: date


def people(count: int, today: date) -> list[Person]:
    """So many people, enrolled over the last year and at most a month after their exit."""
    references = itertools.product(_LETTERS, _DIGITS, _DIGITS, _DIGITS, _DIGITS)
    return [
        Person(
            id=uuid4(),
            reference=f"{one}{two}-{''.join(rest)}",
            anchor_on=(anchor_on := today - timedelta(days=number % _ANCHORS)),
            exit_on=anchor_on - timedelta(days=number // _ANCHORS % _EXITS),
        )
        for number, (one, two, *rest) in enumerate(itertools.islice(references, count))
    ]


async def enrol(product: Product, by: Caller, some: Sequence[Person]) -> None:
    """Store them with key, identity, safe-contact profile and pathway."""
    async with product.db.transaction(by) as tx:
        for table, columns, rows in _tables(tx, await tx.now(), some):
            values = ", ".join(f"${n}" for n in range(1, len(columns.split(",")) + 1))
            await tx.conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)


def _tables(
    tx: Transaction, now: datetime, some: Sequence[Person]
) -> Iterator[tuple[str, str, list[tuple[object, ...]]]]:
    """Table, columns and rows, in an order that foreign keys accept."""
    own, by = tx.caller.provider_id, tx.caller.actor.account
    keys = {one.id: tx.caller.scope.keys.new_data_key(KeyKind.SURVIVOR, one.id) for one in some}
    yield (
        "data_keys",
        "provider_id, id, kind, subject_id, kek_version, wrapped, commitment, created_at",
        [
            (
                own,
                row.id,
                row.kind,
                row.subject_id,
                row.kek_version,
                row.wrapped,
                row.commitment,
                now,
            )
            for row in (key.wrapped for key in keys.values())
        ],
    )
    yield (
        "survivors",
        "provider_id, id, reference, zone, exit_on, told_not_emergency_line_at, registered_at,"
        " registered_by, version",
        [(own, o.id, o.reference, "Europe/London", o.exit_on, now, now, by, 1) for o in some],
    )
    identity = (NAME, "Practice Person"), (DETAILS, ""), (LANGUAGE, "en")
    yield (
        "survivor_identities",
        "provider_id, survivor_id, name_ciphertext, details_ciphertext, language_ciphertext",
        [
            (
                own,
                o.id,
                *(keys[o.id].key.encrypt_text(field, o.id, text) for field, text in identity),
            )
            for o in some
        ],
    )
    yield (
        "safe_contacts",
        "provider_id, id, survivor_id, version, profile_ciphertext, confirmed_at, expires_on,"
        " recorded_by",
        [
            (
                own,
                id_,
                o.id,
                1,
                keys[o.id].key.encrypt_json(RULES, id_, _RULES),
                now,
                date.max,
                by,
            )
            for o, id_ in zip(some, iter(uuid4, None), strict=False)
        ],
    )
    yield (
        "pathways",
        "provider_id, id, survivor_id, anchor_on, call_every_days, review_every_months,"
        " prompt_days_before_call, prompt_shift, enrolled_at, enrolled_by, planned_until, version",
        [
            (own, uuid4(), o.id, o.anchor_on, 14, 1, 7, 0, _noon(o.anchor_on), by, o.anchor_on, 1)
            for o in some
        ],
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
