"""Prompts and the Inbox as JSON."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from outcomes.platform.access.idempotency import Creation
from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Permission
from outcomes.platform.db import Database
from outcomes.platform.paging import Moment, Page, page, read_cursor
from outcomes.prompts import service
from outcomes.prompts.inbox import service as inbox
from outcomes.prompts.models import InboxMessage, NoBody, Prompt

Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=100)]


class RequestedPrompt(Struct, frozen=True):
    """A message that is sent within seconds, unless it is withheld then."""

    id: UUID


@get("/api/v1/survivors/{survivor_id:uuid}/prompts", permission=Permission.SEE_SURVIVORS)
async def list_prompts(
    db: Database,
    caller: Caller,
    survivor_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Prompt]:
    """Messages planned, sent, withheld and answered, with the reason where one was not sent."""
    after = read_cursor(Moment, cursor)
    found = await service.list_prompts(db, caller, survivor_id, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Moment(last.due_at, last.id))


@post("/api/v1/survivors/{survivor_id:uuid}/prompts", permission=Permission.SEND_PROMPTS)
async def request_prompt(
    db: Database, caller: Caller, survivor_id: FromPath[UUID], idempotency_key: UUID
) -> RequestedPrompt:
    """Send the approved message now; 409 says why that is not safe."""
    creation = Creation.of(caller, idempotency_key, f"prompt:{survivor_id}", NoBody())
    return RequestedPrompt(await service.request_now(db, caller, survivor_id, creation))


@get("/api/v1/inbox", permission=Permission.READ_INBOX)
async def list_inbox(
    db: Database, caller: Caller, cursor: Cursor = None, limit: Limit = 50
) -> Page[InboxMessage]:
    """Texts that need a person."""
    after = read_cursor(Moment, cursor)
    found = await inbox.list_inbox(db, caller, after=after, limit=limit + 1)
    return page(found, limit, lambda last: Moment(last.received_at, last.id))


@post("/api/v1/inbox/{message_id:uuid}/handled", permission=Permission.READ_INBOX, status_code=204)
async def handle_message(db: Database, caller: Caller, message_id: FromPath[UUID]) -> None:
    """Mark a message and its task as done."""
    await inbox.handle_message(db, caller, message_id)


ROUTES = (list_prompts, request_prompt, list_inbox, handle_message)
