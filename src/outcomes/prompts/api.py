"""Prompts and the Inbox as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller, Permission
from outcomes.platform.db import Database
from outcomes.prompts import service
from outcomes.prompts.models import InboxMessage, NoBody, Prompt

Limit = Annotated[int, QueryParameter(ge=1, le=100)]


class PromptPage(Struct, frozen=True):
    """The latest due first. `next` goes into `cursor` to ask for the older ones."""

    items: list[Prompt]
    next: UUID | None


class InboxPage(Struct, frozen=True):
    """The oldest first. `next` goes into `cursor` to ask for the newer ones."""

    items: list[InboxMessage]
    next: UUID | None


class RequestedPrompt(Struct, frozen=True):
    """A message that goes out within seconds, unless it is withheld then."""

    id: UUID


@get("/api/v1/survivors/{survivor_id:uuid}/prompts", permission=Permission.SEE_SURVIVORS)
async def list_prompts(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> PromptPage:
    """Messages planned, sent, withheld and answered, each with why where it was not sent."""
    items = await service.list_prompts(db, caller, survivor_id, after=cursor, limit=limit)
    return PromptPage(items, items[-1].id if len(items) == limit else None)


@post("/api/v1/survivors/{survivor_id:uuid}/prompts", permission=Permission.SEND_PROMPTS)
async def request_prompt(
    db: Database, caller: Caller, survivor_id: FromPath[UUID], idempotency_key: UUID
) -> RequestedPrompt:
    """Send the approved message now; 409 says why that is not safe."""
    creation = Creation.of(caller, idempotency_key, f"prompt:{survivor_id}", NoBody())
    return RequestedPrompt(await service.request_now(db, caller, survivor_id, creation))


@get("/api/v1/inbox", permission=Permission.READ_INBOX)
async def list_inbox(
    db: Database, caller: Caller, cursor: FromQuery[UUID | None] = None, limit: Limit = 50
) -> InboxPage:
    """Texts that wait for a person."""
    items = await service.list_inbox(db, caller, after=cursor, limit=limit)
    return InboxPage(items, items[-1].id if len(items) == limit else None)


@post("/api/v1/inbox/{message_id:uuid}/handled", permission=Permission.READ_INBOX, status_code=204)
async def handle_message(db: Database, caller: Caller, message_id: FromPath[UUID]) -> None:
    """Put a message away, and its task with it."""
    await service.handle_message(db, caller, message_id)


ROUTES = (list_prompts, request_prompt, list_inbox, handle_message)
