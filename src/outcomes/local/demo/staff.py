"""The demo's organisation and staff, all with one password."""

import os
import secrets
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct

from outcomes.errors import NotFound
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.passwords import Passwords
from outcomes.platform.access.roles import Role
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.calendar import UkPart
from outcomes.platform.db import Database
from outcomes.prompts import service as prompts
from outcomes.providers import service as providers
from outcomes.providers.accounts import links
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import NewAccount, NewProvider
from outcomes.tasks import service as tasks

ORGANISATION = "Tern Bridge (practice)"
SURVIVORS_NUMBER, STAFF_NUMBER = "+443069990991", "+443069990992"
ON_CALL_PHONE = "+447700900900"
WORKERS = {"worker": "Wren Okafor", "worker2": "Will Marsh"}

_FILE = "demo-password"


class Staff(Struct, frozen=True):
    """The callers of the demo's staff; workers by sign-in name."""

    provider_id: UUID
    admin: Caller
    lead: Caller
    workers: dict[str, Caller]


def demo_password(keys: Path) -> str:
    """A random password, created once and kept with the keys, readable by their owner only."""
    file = keys / _FILE
    if not file.exists():
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(made, "w") as out:
            out.write(secrets.token_urlsafe(12))
    return file.read_text()


async def make_staff(db: Database, scopes: Scopes, password: str) -> Staff:
    """Create an organisation with a team, signed-in staff, accepted wordings, and the lead on call."""
    provider_id, link = await providers.create_provider(
        db,
        scopes,
        NewProvider(
            name=ORGANISATION,
            uk_part=UkPart.ENGLAND,
            admin_name="Alex Byrne",
            admin_sign_in_name="admin",
            survivors_number=SURVIVORS_NUMBER,
            staff_number=STAFF_NUMBER,
        ),
    )
    admin = await _accept_link(db, scopes, link, password)
    team_id = uuid4()
    await accounts.create_team(db, admin, team_id, "Outreach")

    async def add(name: str, sign_in_name: str, role: Role, team: UUID | None = None) -> Caller:
        new = NewAccount(name=name, sign_in_name=sign_in_name, role=role, team_id=team)
        creation = Creation.of(admin, uuid4(), "demo", new)
        link = await accounts.create_account(db, scopes, admin, new, creation)
        if link is None:
            raise NotFound
        return await _accept_link(db, scopes, link, password)

    lead = await add("Leila Hart", "lead", Role.TEAM_LEAD, team_id)
    workers = {
        sign_in_name: await add(name, sign_in_name, Role.SUPPORT_WORKER, team_id)
        for sign_in_name, name in WORKERS.items()
    }
    await add("Noor Fenn", "analyst", Role.ANALYST)
    await tasks.put_on_call(db, admin, lead.actor.account, ON_CALL_PHONE)
    for wording, _ in await prompts.list_wordings(db, admin):
        await prompts.accept_wording(db, admin, wording.code, wording.version)
    return Staff(provider_id, admin, lead, workers)


async def _accept_link(db: Database, scopes: Scopes, link: str, password: str) -> Caller:
    """The caller of a session started with a sign-in link."""
    token = await links.accept_link(db, scopes, Passwords(), token=link, password=password)
    caller = await scopes.session(token)
    if caller is None:
        raise NotFound
    return caller
