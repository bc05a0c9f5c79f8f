"""A product with a gateway that answers: web application and handset served, and people to text."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from litestar import Litestar
from msgspec import Struct

from outcomes.app import create_app
from outcomes.local.handset.app import Handset
from outcomes.local.handset.faults import Plan
from outcomes.local.handset.phones import Text
from outcomes.messaging.delivery import service as delivery
from outcomes.messaging.gateways.twilio import TwilioGateway
from outcomes.messaging.producers import Producer
from outcomes.platform.access.models import Caller
from outcomes.prompts import service as prompts
from outcomes.prompts.gate import alert_wording
from outcomes.prompts.inbox import service as inbox
from outcomes.prompts.models import InboxMessage, Prompt
from outcomes.prompts.sending.producer import PromptProducer
from outcomes.settings import DatabaseUrls
from outcomes.tasks.alerts import AlertProducer
from tests.messaging.serving import served
from tests.support import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    Product,
    Provider,
    make_provider,
    make_survivor,
    make_worker,
    new_key,
    running_product,
)

ALERTS = AlertProducer(alert_wording().text)
HOUR = timedelta(hours=1)


class Installation(Struct, frozen=True):
    """Everything that speaks, each at a real address; `url` is the product's."""

    product: Product
    handset: Handset
    gateway: TwilioGateway
    url: str


class Tenant(Struct, frozen=True):
    """A provider whose admin has accepted the wording, and who works there."""

    installation: Installation
    provider: Provider
    caller: Caller
    worker: Caller

    async def now(self) -> datetime:
        async with self.installation.product.db.transaction(self.caller) as tx:
            return await tx.now()

    async def survivor(self, phone: str | None = "07700 900123", **known: Any) -> UUID:
        return await make_survivor(self.installation.product, self.worker, phone=phone, **known)

    async def plan(
        self, survivor_id: UUID, due_at: datetime, closes_at: datetime | None = None
    ) -> UUID:
        """One occurrence of the prompt series, on a pathway that is made when there is none."""
        (contact_id,) = await self.plan_all([survivor_id], due_at, closes_at)
        return contact_id

    async def plan_all(
        self, survivor_ids: list[UUID], due_at: datetime, closes_at: datetime | None = None
    ) -> list[UUID]:
        """The same occurrence for each of them, and nothing else: the nightly planning was just here."""
        provider_id, contact_ids = self.provider.id, [uuid4() for _ in survivor_ids]
        async with self.installation.product.db.transaction(self.caller) as tx:
            now = await tx.now()
            await tx.conn.executemany(
                """INSERT INTO pathways (provider_id, id, survivor_id, anchor_on, call_every_days,
                       review_every_months, prompt_days_before_call, prompt_shift, enrolled_at,
                       enrolled_by, planned_until, version, refreshed_at, safe_contact_version)
                   VALUES ($1, $2, $3, $4, 14, 1, 7, 0, $5, $6, $4, 1, $7,
                           (SELECT max(version) FROM safe_contacts
                            WHERE provider_id = $1 AND survivor_id = $3))
                   ON CONFLICT (provider_id, survivor_id) WHERE ended_at IS NULL DO NOTHING""",
                [
                    (
                        provider_id,
                        uuid4(),
                        one,
                        due_at.date(),
                        due_at,
                        self.worker.actor.account,
                        now,
                    )
                    for one in survivor_ids
                ],
            )
            await tx.conn.executemany(
                """INSERT INTO planned_contacts (provider_id, id, survivor_id, pathway_id, series,
                       planned_on, held_on, due_at, closes_at, state)
                   VALUES ($1, $2, $3, (SELECT id FROM pathways w WHERE w.provider_id = $1
                                        AND w.survivor_id = $3 AND w.ended_at IS NULL),
                           'prompt', $4, $4, $5, $6, 'planned')""",
                [
                    (
                        provider_id,
                        contact_id,
                        survivor_id,
                        due_at.date(),
                        due_at,
                        closes_at or due_at + 2 * HOUR,
                    )
                    for contact_id, survivor_id in zip(contact_ids, survivor_ids, strict=True)
                ],
            )
        return contact_ids

    async def change(self, statement: str, *values: object) -> None:
        """Change a row as time or another user would; $1 is the provider."""
        async with self.installation.product.db.transaction(self.caller) as tx:
            await tx.conn.execute(statement, self.provider.id, *values)

    async def rows(self, query: str, *values: object) -> list[Any]:
        async with self.installation.product.db.transaction(self.caller) as tx:
            found: list[Any] = await tx.conn.fetch(query, self.provider.id, *values)
            return found

    async def request(self, survivor_id: UUID) -> UUID:
        return await prompts.request_now(
            self.installation.product.db, self.worker, survivor_id, new_key(self.worker)
        )

    async def schedule(self) -> int:
        return await prompts.schedule_prompts(self.installation.product.db, self.caller)

    async def send(self) -> int:
        return await self._send(PromptProducer())

    async def send_alerts(self) -> int:
        return await self._send(ALERTS)

    async def _send(self, producer: Producer) -> int:
        return await delivery.send_due(
            self.installation.product.db,
            self.caller,
            producer,
            self.installation.gateway,
            self.installation.product.settings.public_url,
        )

    async def sweep(self) -> None:
        await delivery.sweep(self.installation.product.db, self.caller, PromptProducer())

    async def sweep_alerts(self) -> None:
        await delivery.sweep(self.installation.product.db, self.caller, ALERTS)

    async def read(self) -> int:
        return await inbox.read_inbox(self.installation.product.db, self.caller)

    async def prompts(self, survivor_id: UUID) -> list[Prompt]:
        return await prompts.list_prompts(self.installation.product.db, self.worker, survivor_id)

    async def only_prompt(self, survivor_id: UUID) -> Prompt:
        (prompt,) = await self.prompts(survivor_id)
        return prompt

    async def inbox(self, caller: Caller | None = None) -> list[InboxMessage]:
        return await inbox.list_inbox(self.installation.product.db, caller or self.worker)

    async def open_tasks(self) -> list[tuple[str, UUID]]:
        rows = await self.rows(
            """SELECT kind, subject_id FROM tasks WHERE provider_id = $1 AND resolved_at IS NULL
               ORDER BY raised_at, kind"""
        )
        return [(row["kind"], row["subject_id"]) for row in rows]

    def arrived(self) -> list[Text]:
        """What came from this provider's numbers, by the handset's own log."""
        own = {self.provider.survivors_number, self.provider.staff_number}
        texts = self.installation.handset.phones.texts
        return [text for text in texts if text.sender in own and not text.from_phone]

    async def writes(self, body: str, phone: str = "+447700900123", to: str | None = None) -> Text:
        """Somebody types a text, and the product has answered for it."""
        handset = self.installation.handset
        text = handset.phones.write(
            phone=phone, sender=to or self.provider.survivors_number, body=body
        )
        handset._webhooks.post_inbound(text)
        await until(lambda: text.status != "sending")
        return text

    def goes_wrong(self, plan: Plan) -> None:
        self.installation.handset.faults.use(plan)


@asynccontextmanager
async def running_installation(
    database: DatabaseUrls, redis_url: str, keys: Path
) -> AsyncIterator[Installation]:
    """The web application and the handset, each told where the other is.

    Both use threads, one while it waits for the other, so there must be enough for all.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=64))
    web = _Later()
    async with served(web) as url:
        handset = Handset(
            account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, public_url=url, pace_seconds=0.01
        )
        async with (
            served(handset) as handset_url,
            running_product(
                database, redis_url, keys, public_url=url, twilio_base_url=handset_url
            ) as product,
        ):
            web.app = create_app(product.settings, clock=product.clock)
            gateway = TwilioGateway(ACCOUNT_SID, AUTH_TOKEN, base_url=handset_url, read_seconds=0.5)
            async with _started(web.app):
                yield Installation(product, handset, gateway, url)
            await gateway.close()
            await handset.close()


async def make_tenant(installation: Installation) -> Tenant:
    provider = await make_provider(installation.product)
    worker = await make_worker(installation.product, provider)
    await prompts.accept_wording(
        installation.product.db, provider.admin, "how-are-things-en", "1.0"
    )
    return Tenant(installation, provider, installation.product.scopes.worker(provider.id), worker)


@asynccontextmanager
async def _started(app: Litestar) -> AsyncIterator[None]:
    """The application's lifespan in a task of its own: it has to end where it began, and a fixture
    of a whole session ends elsewhere."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            begun.set()
            await over.wait()

    living = asyncio.create_task(live())
    await begun.wait()
    yield
    over.set()
    await living


class _Later:
    """An address first, and what answers there afterwards."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for something to become true. Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)
