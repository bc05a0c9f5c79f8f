"""The words that the database allows are the words of the code, each with a sentence for people."""

import re
from enum import StrEnum

import asyncpg
import pytest

from outcomes.messaging.lifecycle import GatewayStatus, MessageState
from outcomes.prompts.gate import alert_wording, wording_for
from outcomes.prompts.models import CancelReason, MessageKind, NotReady
from outcomes.prompts.reasons import why_not_sent
from outcomes.survivors.models import NotSafe
from outcomes.tasks.service import TASK_RESOLVED


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("outgoing_messages", "state", {*MessageState}),
        ("outgoing_messages", "reason", {*NotSafe, *NotReady, *CancelReason, TASK_RESOLVED}),
        ("message_statuses", "status", {*GatewayStatus, "unknown"}),
        ("inbound_messages", "kind", {*MessageKind}),
    ],
)
async def test_the_database_allows_exactly_these(
    superuser_url: str, table: str, column: str, words: set[StrEnum | str]
) -> None:
    conn = await asyncpg.connect(superuser_url)
    check = await conn.fetchval(
        """SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = $2
           WHERE k.conrelid = $1::regclass AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]""",
        table,
        column,
    )
    await conn.close()
    assert set(re.findall(r"'([a-z_]+)'", check)) == {str(word) for word in words}


def test_every_reason_has_its_sentence() -> None:
    withheld = [why_not_sent(MessageState.WITHHELD, word) for word in (*NotSafe, *NotReady)]
    cancelled = [why_not_sent(MessageState.CANCELLED, word) for word in CancelReason]
    assert all(sentence.endswith(".") for sentence in (*withheld, *cancelled))
    assert len({*withheld, *cancelled}) == len(withheld) + len(cancelled)


def test_there_is_a_wording_in_english_and_none_that_nobody_reviewed() -> None:
    assert wording_for("en") is not None
    assert wording_for("ti") is None
    assert alert_wording().text == "Please open your list"
