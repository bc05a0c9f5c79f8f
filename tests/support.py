"""A product to test against: real servers, real keys, and people made by the product's own verbs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Litestar
from msgspec import Struct

from outcomes.app import create_app
from outcomes.assessments.instruments import Instruments
from outcomes.disengagement.rules import DEFAULT_LADDER, Ladder
from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from outcomes.platform.access.scopes import Scopes
from outcomes.platform.access.sessions import start_session
from outcomes.platform.calendar import SafeHours, UkPart
from outcomes.platform.clock import Clock
from outcomes.platform.db import Database, Transaction
from outcomes.platform.encryption import AES_GCM, FieldCipher, KeyRing
from outcomes.platform.sql import sql
from outcomes.providers import service as providers
from outcomes.providers.accounts import service as accounts
from outcomes.providers.models import NewAccount, NewProvider
from outcomes.settings import DatabaseUrls, Settings
from outcomes.survivors import service as survivors
from outcomes.survivors.models import (
    Decision,
    NewConsent,
    NewSurvivor,
    Purpose,
    SafeContactProfile,
)
from outcomes.survivors.safe_contact import service as safe_contact
from outcomes.tasks import service as tasks
from outcomes.tasks.models import TaskKind
from tests.moment import CLOCK

PUBLIC_URL = "http://127.0.0.1:1"
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "practice-only-" + "0" * 32

_numbers = count()


class Product(msgspec.Struct, frozen=True):
    """One installation: its databases by role, its keys, and what makes callers."""

    settings: Settings
    db: Database
    scopes: Scopes
    ring: KeyRing
    cipher: FieldCipher
    clock: Clock


class Provider(msgspec.Struct, frozen=True):
    """A provider with an admin and one team, whose lead is on call."""

    id: UUID
    admin: Caller
    lead: Caller
    team_id: UUID
    survivors_number: str
    staff_number: str


@asynccontextmanager
async def running_product(
    database: DatabaseUrls,
    redis_url: str,
    keys: Path,
    *,
    public_url: str = PUBLIC_URL,
    twilio_base_url: str = "http://127.0.0.1:1",
    cipher: FieldCipher = AES_GCM,
    clock: Clock | None = None,
) -> AsyncIterator[Product]:
    """The product over running servers, with keys made in `keys` when there are none."""
    clock = clock or CLOCK
    if not (keys / "root.key").exists():
        KeyRing.create(keys)
    settings = Settings(
        database=database,
        redis_url=redis_url,
        keys=keys,
        public_url=public_url,
        twilio_base_url=twilio_base_url,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        practice_data_only=True,
        log_level="debug",
        pool_size=8,
        port=8000,
    )
    ring = KeyRing.open(keys, cipher=cipher)
    db = Database(database.app, size=8, clock=clock)
    auth = Database(database.auth, size=4, clock=clock)
    await db.open()
    await auth.open()
    yield Product(settings, db, Scopes(auth, ring), ring, cipher, clock)
    await auth.close()
    await db.close()


def new_key(caller: Caller, body: msgspec.Struct | None = None, route: str = "test") -> Creation:
    """A creation that nobody has used."""
    return Creation.of(caller, uuid4(), route, body or NewConsent(Purpose.CALL, Decision.GIVEN))


def new_number() -> str:
    """A number of ours that no other test uses, from ranges that Ofcom keeps for drama."""
    prefix, last = divmod(next(_numbers), 1000)
    return f"+44{('1632960', '3069990', '8081570')[prefix]}{last:03d}"


def drama_number(last: int) -> str:
    """One of the thousand numbers that Ofcom keeps for drama."""
    return f"+447700900{last:03d}"


async def make_provider(product: Product, *, uk_part: UkPart = UkPart.ENGLAND) -> Provider:
    """A provider with an admin, and a lead on call in one team."""
    unique = uuid4().hex[:12]
    survivors_number, staff_number = new_number(), new_number()
    provider_id, link = await providers.create_provider(
        product.db,
        product.scopes,
        NewProvider(
            name=f"Provider {unique}",
            uk_part=uk_part,
            admin_name="Ada Admin",
            admin_sign_in_name=f"admin-{unique}",
            survivors_number=survivors_number,
            staff_number=staff_number,
        ),
    )
    admin = await _by_link(product, link)
    team_id = uuid4()
    await accounts.create_team(product.db, admin, team_id, "First team")
    lead = await make_account(
        product, admin, Role.TEAM_LEAD, team_id=team_id, phone=drama_number(900)
    )
    await tasks.put_on_call(product.db, admin, lead.actor.account)
    return Provider(provider_id, admin, lead, team_id, survivors_number, staff_number)


async def make_account(
    product: Product,
    admin: Caller,
    role: Role = Role.SUPPORT_WORKER,
    *,
    team_id: UUID | None = None,
    phone: str | None = None,
    sign_in_name: str | None = None,
) -> Caller:
    """A caller for a new account; it has no password until its link is used."""
    new = NewAccount(
        name=f"{role} {uuid4().hex[:6]}",
        sign_in_name=sign_in_name or f"{role}-{uuid4().hex[:12]}",
        role=role,
        team_id=team_id,
        phone=phone,
    )
    confirmed = await recently_confirmed(product, admin)
    link = await accounts.create_account(
        product.db, product.scopes, confirmed, new, new_key(confirmed, new)
    )
    assert link is not None
    return await _by_link(product, link)


async def make_worker(product: Product, provider: Provider) -> Caller:
    """A support worker in the provider's team."""
    return await make_account(product, provider.admin, team_id=provider.team_id)


async def make_survivor(
    product: Product,
    worker: Caller,
    *,
    name: str = "Practice Person",
    phone: str | None = "07700 900123",
    zone: str = "Europe/London",
    exit_on: date | None = None,
    language: str = "en",
    nationality: str | None = None,
    consents: tuple[Purpose, ...] = (Purpose.CALL, Purpose.SMS),
    hours: SafeHours | None = None,
    profile: SafeContactProfile | None = None,
) -> UUID:
    """A registered survivor with a safe-contact profile, by default reachable at every hour."""
    new = NewSurvivor(
        name=name,
        language=language,
        adult=True,
        told_not_emergency_line=True,
        zone=zone,
        phone=phone,
        nationality=nationality,
        exit_on=exit_on,
        consents=tuple(NewConsent(purpose, Decision.GIVEN) for purpose in consents),
    )
    survivor_id = await survivors.register(product.db, worker, new_key(worker, new), new)
    profile = profile or SafeContactProfile(
        hours=hours or SafeHours.every_day(), may_call=True, may_text=True
    )
    await safe_contact.record_safe_contact(
        product.db, worker, survivor_id, new_key(worker, profile), profile
    )
    return survivor_id


async def recently_confirmed(product: Product, caller: Caller) -> Caller:
    """The same caller in a session whose password was given just now."""
    token = await session_token(product, caller)
    signed_in = await product.scopes.session(token)
    assert signed_in is not None
    return signed_in


async def session_token(product: Product, caller: Caller) -> str:
    """The token of a new session of this account, as signing in gives it."""
    async with product.db.transaction(caller) as tx:
        return await start_session(tx, product.scopes, await tx.now())


async def _by_link(product: Product, link: str) -> Caller:
    caller = await product.scopes.sign_in_link(link)
    assert caller is not None
    return caller


@asynccontextmanager
async def running_app(
    product: Product,
    *,
    ladder: Ladder = DEFAULT_LADDER,
    instruments: Instruments | None = None,
) -> AsyncIterator[Litestar]:
    """The web application of this product, started.

    Its lifespan must end in the task in which it began, and a fixture's halves run in two.
    """
    app = create_app(
        product.settings,
        cipher=product.cipher,
        clock=product.clock,
        ladder=ladder,
        instruments=instruments,
    )
    started, ends = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await ends.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live())
        await started.wait()
        yield app
        ends.set()


class Browser(httpx.AsyncClient):
    """Speaks to the application in process, as a signed-in browser does."""

    def __init__(self, app: Litestar, token: str | None = None, csrf: str = "") -> None:
        headers = {"Sec-Fetch-Site": "same-origin"}
        if token:
            headers |= {"Cookie": f"__Host-outcomes={token}", "X-CSRF-Token": csrf}
        super().__init__(
            transport=httpx.ASGITransport(cast(Any, app)), base_url=PUBLIC_URL, headers=headers
        )


async def signed_in(product: Product, app: Litestar, caller: Caller) -> Browser:
    """A browser in a new session of this account."""
    token = await session_token(product, caller)
    return Browser(app, token, product.ring.installation.csrf(token))


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as a process is told them."""
    return {
        "OUTCOMES_DATABASE_OWNER_URL": settings.database.owner,
        "OUTCOMES_DATABASE_APP_URL": settings.database.app,
        "OUTCOMES_DATABASE_AUTH_URL": settings.database.auth,
        "OUTCOMES_REDIS_URL": settings.redis_url,
        "OUTCOMES_KEYS": str(settings.keys),
        "OUTCOMES_PUBLIC_URL": settings.public_url,
        "OUTCOMES_TWILIO_BASE_URL": settings.twilio_base_url,
        "OUTCOMES_TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "OUTCOMES_TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "OUTCOMES_PRACTICE_DATA_ONLY": "yes",
    }


class OpenTask(Struct, frozen=True):
    """A row of `tasks` that is not resolved."""

    kind: TaskKind
    subject_id: UUID
    survivor_id: UUID | None
    owner_account_id: UUID | None
    raised_at: datetime
    due_at: datetime


_OPEN_TASKS = sql(
    """SELECT kind, subject_id, survivor_id, owner_account_id, raised_at, due_at FROM tasks
    WHERE provider_id = :provider_id AND resolved_at IS NULL ORDER BY due_at, id"""
)


async def open_tasks(tx: Transaction) -> list[OpenTask]:
    """Every open task of the provider, most urgent first."""
    return await tx.fetch_as(OpenTask, _OPEN_TASKS)
