"""How often logging a check-in asks the database."""

from uuid import uuid4

import msgspec

from outcomes.check_ins.models import NewCheckIn, Wellbeing
from outcomes.local.embedded.servers import Servers
from tests.support import (
    Browser,
    Product,
    make_provider,
    make_survivor,
    make_worker,
    running_app,
    session_token,
)
from tests.wire import Statement, watched


async def test_a_check_in_takes_five_round_trips(product: Product, servers: Servers) -> None:
    """Session; BEGIN; boundary, key and idempotency; the check-in with its audit; COMMIT."""
    worker = await make_worker(product, await make_provider(product))
    survivor_id = await make_survivor(product, worker)
    token = await session_token(product, worker)
    database = product.settings.database
    log, superuser = servers.context.log("postgres"), servers.postgres.superuser_url
    path = f"/api/v1/survivors/{survivor_id}/check-ins"
    body = msgspec.to_builtins(NewCheckIn(Wellbeing.FINE))
    async with watched(log, superuser, database) as wire, running_app(product) as app:
        browser = Browser(app, token, product.ring.installation.csrf(token))
        assert (await browser.post(path, json=body, headers=_key())).status_code == 201
        wire.mark()
        key = _key()
        assert (await browser.post(path, json=body, headers=key)).status_code == 201
        first = await wire.since_mark()
        wire.mark()
        assert (await browser.post(path, json=body, headers=key)).status_code == 201
        again = await wire.since_mark()
    auth, app_role = database.auth_role, database.app_role
    assert [(one.role, _does(one)) for one in first] == [
        (auth, "find_session"),
        (app_role, "BEGIN"),
        (app_role, "idempotency_keys"),
        (app_role, "check_ins"),
        (app_role, "COMMIT"),
    ]
    assert [(one.role, _does(one)) for one in again] == [
        (auth, "find_session"),
        (app_role, "BEGIN"),
        (app_role, "idempotency_keys"),
        (app_role, "idempotency_keys"),
        (app_role, "COMMIT"),
    ]


def _does(statement: Statement) -> str:
    words = ("BEGIN", "COMMIT", "find_session", "idempotency_keys", "check_ins")
    return next(word for word in words if word in statement.sql)


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
