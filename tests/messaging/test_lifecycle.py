"""The life of a message, every state × every event, against a table written by hand."""

import re
from pathlib import Path

import pytest

from outcomes.messaging.lifecycle import (
    TRANSITIONS,
    GatewayStatus,
    MessageEvent,
    MessageState,
    next_state,
    report,
    states_before,
)

DIAGRAM = Path(__file__).parents[2] / "docs/architecture.md"

EVENTS = "plan withhold cancel expire claim not_taken accept refuse lose on_its_way delivered undelivered"
BY_HAND = """
scheduled   .     withh cance expir sendi .     .     .     .     accep deliv undel
sending     .     .     .     .     .     sched accep faile uncon accep deliv undel
accepted    .     .     .     .     .     .     .     .     .     .     deliv undel
delivered   .     .     .     .     .     .     .     .     .     .     .     .
undelivered .     .     .     .     .     .     .     .     .     .     .     .
failed      .     .     .     .     .     .     .     .     .     accep deliv undel
unconfirmed .     .     .     .     .     .     accep .     .     accep deliv undel
withheld    sched .     .     .     .     .     .     .     .     accep deliv undel
cancelled   sched withh .     .     .     .     .     .     .     accep deliv undel
expired     .     .     .     .     .     .     .     .     .     accep deliv undel
"""
"""Each state by its first five letters; a dot keeps it. Written from the design, not from the code."""

CELLS = [
    (row.split()[0], event, cell)
    for row in BY_HAND.strip().splitlines()
    for event, cell in zip(EVENTS.split(), row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("state", "event", "expected"), CELLS)
def test_every_pair(state: str, event: str, expected: str) -> None:
    by_name = {one.name.lower().removeprefix("report_"): one for one in MessageEvent}
    after = next_state(MessageState(state), by_name[event])
    assert after[:5] == (state[:5] if expected == "." else expected)
    assert expected != "." or after == state


def test_the_table_has_every_pair() -> None:
    assert len(CELLS) == len(MessageState) * len(MessageEvent) == len(TRANSITIONS)


def test_every_gateway_status_is_a_report() -> None:
    arrived = {"delivered"}
    lost = {"undelivered", "failed"}
    for status in GatewayStatus:
        expected = (
            "report delivered"
            if status in arrived
            else "report undelivered"
            if status in lost
            else "report on its way"
        )
        assert report(status) == expected


def test_what_an_event_changes() -> None:
    assert states_before(MessageEvent.ACCEPT) == ["sending", "unconfirmed"]
    assert states_before(MessageEvent.CLAIM) == ["scheduled"]


def test_the_diagram_of_the_docs_is_the_table() -> None:
    """Every arrow of the diagram is a transition, and every transition has an arrow."""
    (block,) = re.findall(r"```message\n(.*?)```", DIAGRAM.read_text("utf-8"), re.DOTALL)
    drawn = set()
    for line in block.strip().splitlines():
        before, event, after = re.split(r" +(?:—|→) +", re.sub(r"\s*#.*", "", line).strip())
        drawn |= {
            (state, event, target)
            for state in before.split(" | ")
            for target in [after]
            if state != target
        }
    table = {
        (before, event, after)
        for (before, event), after in TRANSITIONS.items()
        if before is not after
    }
    assert drawn == table
