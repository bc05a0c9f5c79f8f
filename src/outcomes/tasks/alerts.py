"""Alerts to colleagues: texts without content, from a number that no survivor is texted from.

They are messages like any other. The second attempt is a separate message.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from outcomes.messaging.gateways.failures import FailureKind
from outcomes.messaging.lifecycle import MessageEvent, MessageState
from outcomes.messaging.models import Change, Content, Due, RecipientKind, Unsendable, Verdict
from outcomes.platform.access import audit
from outcomes.platform.db import Transaction
from outcomes.providers.accounts import service as accounts
from outcomes.tasks import store
from outcomes.tasks.models import TaskKind
from outcomes.tasks.service import TASK_RESOLVED, raise_again

_RECHECKED_AFTER = timedelta(minutes=1)


class AlertProducer:
    """The producer of alerts; `text` is the approved wording."""

    recipient_kind = RecipientKind.ACCOUNT
    longest_wait = timedelta(minutes=2)
    """Short, because somebody may be in danger (product default; no external source)."""
    validity = timedelta(hours=1)
    """A later alert would be pointless (product default; no external source)."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def gate(
        self, tx: Transaction, due: Sequence[Due], now: datetime
    ) -> Mapping[UUID, Verdict]:
        """Alerts to a deactivated account wait until another account is put on call."""
        wanted = await store.list_wanted(tx, [one.id for one in due])
        active = await accounts.list_active(tx, {one.recipient_id for one in due})
        later = Verdict(None, try_at=now + _RECHECKED_AFTER)
        return {
            one.id: Verdict(MessageEvent.CANCEL, TASK_RESOLVED)
            if one.id not in wanted
            else Verdict(MessageEvent.CLAIM)
            if one.recipient_id in active
            else later
            for one in due
        }

    async def compose(
        self, tx: Transaction, message: Due, now: datetime
    ) -> Content | Unsendable | None:
        """The account's number, if it is still to be alerted."""
        if message.id not in await store.list_wanted(tx, [message.id]):
            return None
        if message.recipient_id not in await accounts.list_active(tx, {message.recipient_id}):
            return None
        details = await accounts.get_details(tx, message.recipient_id)
        if details.phone is None:
            return Unsendable(FailureKind.BAD_NUMBER)
        return Content(details.phone, self._text)

    async def find_stale(self, tx: Transaction, now: datetime) -> Sequence[tuple[Due, str]]:
        """None: resolving a task cancels its alerts at once."""
        return ()

    async def changed(self, tx: Transaction, change: Change, now: datetime) -> None:
        """Raise a task about a phone that cannot be alerted."""
        failed = change.after in (MessageState.FAILED, MessageState.UNDELIVERED)
        if failed and change.after is not change.before:
            await raise_again(
                tx,
                TaskKind.ALERT_FAILED,
                subject_kind="account",
                subject_id=change.recipient_id,
                owner_account_id=change.recipient_id,
                now=now,
            )

    def event(self, action: str, recipient_ids: tuple[UUID, ...]) -> audit.Event:
        return audit.Event(f"alert.{action}", "account", recipient_ids, ("state",))
