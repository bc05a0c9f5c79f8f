"""What the gate says beside what the survivor has said is safe."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from outcomes.prompts.gate import GateFacts, terms_for_later, terms_now, wording_for
from outcomes.prompts.models import NotReady, WithheldReason
from outcomes.survivors.models import NotSafe
from tests.survivors.test_safety import SAFE

NOON, NIGHT = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (12, 23))
WORDING = wording_for("en")
assert WORDING is not None
ACCEPTED = frozenset({(WORDING.code, WORDING.version)})
READY = GateFacts(SAFE, ACCEPTED, unread=False)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (READY, None),
        (replace(READY, unread=True), NotReady.UNREAD_MESSAGE),
        (replace(READY, accepted=frozenset()), NotReady.NOT_ACCEPTED),
        (replace(READY, contactability=replace(SAFE, language="xx")), NotReady.NOT_IN_LANGUAGE),
        (replace(READY, contactability=replace(SAFE, opted_out=True)), NotSafe.OPTED_OUT),
    ],
)
def test_one_reason_is_enough(facts: GateFacts, reason: WithheldReason | None) -> None:
    assert terms_now(facts, NOON).withheld is reason
    assert terms_for_later(facts, NIGHT).withheld is reason


def test_at_night_nothing_goes_out_now() -> None:
    assert terms_now(READY, NIGHT).withheld is NotSafe.OUTSIDE_HOURS
    assert terms_now(replace(READY, unread=True), NIGHT).withheld is NotReady.UNREAD_MESSAGE
