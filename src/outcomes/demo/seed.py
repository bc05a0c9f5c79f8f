"""Seeding: once for an installation, however often it is asked for."""

from datetime import datetime, timedelta
from pathlib import Path

from outcomes.access.scopes import Scopes
from outcomes.clock import Clock
from outcomes.db import Database
from outcomes.demo.history import Story
from outcomes.demo.people import Invented, load_people
from outcomes.demo.staff import Staff, demo_password, make_staff
from outcomes.disengagement import service as disengagement
from outcomes.encryption import KeyRing
from outcomes.pathways import service as pathways

FIRST_PHONE = 101
FLAGGED = timedelta(days=4)
"""How long ago the rules were last asked in the past, so that an open flag has reached the lead."""


async def seed(app_url: str, auth_url: str, keys: Path) -> str:
    """Make the demo unless it is there; returns its password.

    The first sign-in name tells: names are unique in an installation, and the demo's come first.
    """
    password = demo_password(keys)
    clock = Clock()
    db, auth = Database(app_url, size=1, clock=clock), Database(auth_url, size=1, clock=clock)
    await db.open()
    await auth.open()
    try:
        scopes = Scopes(auth, KeyRing.open(keys))
        if await scopes.credential("admin") is None:
            await _make(db, scopes, password)
    finally:
        await auth.close()
        await db.close()
    return password


async def _make(db: Database, scopes: Scopes, password: str) -> None:
    staff = await make_staff(db, scopes, password)
    async with db.transaction(staff.admin) as tx:
        now = await tx.now()
    stories = [_story(db, staff, person, now) for person in load_people()]
    for number, story in enumerate(stories):
        await story.begin(f"+447700900{FIRST_PHONE + number}")
    worker = scopes.worker(staff.provider_id)
    db.clock = Clock()
    await pathways.refresh_plans(db, worker, now)
    for story in stories:
        await story.go_on()
    db.clock = Clock(-FLAGGED)
    await disengagement.raise_due_flags(db, worker, now - FLAGGED)


def _story(db: Database, staff: Staff, person: Invented, now: datetime) -> Story:
    return Story(db, staff.workers[person.worker], person, now)
