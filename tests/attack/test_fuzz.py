"""Bodies that hypothesis makes from the type of each address: a typed refusal, or safely stored."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from outcomes.platform.access.roles import Role
from tests.attack.bodies import right_body
from tests.attack.hostile import anything, bodies
from tests.attack.routes import list_routes
from tests.support import Browser

UNHURRIED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KINDS = [
    "NewSurvivor", "NewConsent", "SafeContactProfile", "NewPathway", "ExitDate", "NewNeedsAssessment",
    "NewOutcomeAssessment", "NewReview", "NewCheckIn", "NewAttempt", "NewActivity", "DropInAttended",
    "NewFlag", "FlagResolution", "NewExport",
]  # fmt: skip


def test_every_type_is_tried(app: Litestar) -> None:
    assert {route.body.__name__ for route in list_routes(app) if route.body} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@UNHURRIED
@given(draw=st.data())
async def test_whatever_is_sent_is_refused_or_kept(
    app: Litestar, browsers: dict[Role, Browser], survivor_id: UUID, kind: str, draw: Any
) -> None:
    """Half of them are right but for one field, so that what lies behind the types is reached."""
    route = next(one for one in list_routes(app) if one.body and one.body.__name__ == kind)
    body = draw.draw(bodies(route.body))
    if draw.draw(st.booleans()):
        right = right_body(route.body, survivor_id)
        name = draw.draw(st.sampled_from(sorted({*route.body.__struct_fields__, *right})))
        body = {**right, name: body.get(name, draw.draw(anything))}
    role = Role.TEAM_LEAD if kind == "NewExport" else Role.SUPPORT_WORKER
    answer = await browsers[role].request(
        route.method,
        route.address(survivor_id=survivor_id),
        content=json.dumps(body),
        headers={"content-type": "application/json", "idempotency-key": str(uuid4())},
    )
    assert answer.status_code in (200, 201, 400, 404, 409), answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
