"""Everything that can be sent wrongly with a planted value in it, and faults of the servers' own."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import asyncpg

from outcomes.survivors.models import Purpose
from tests.privacy.browser import StaffBrowser
from tests.privacy.journey import STRANGER, Journey
from tests.privacy.places import superuser
from tests.privacy.planted import Planted, fifty, people
from tests.privacy.prepare import Prepared

Mistake = tuple[str, str, dict[str, Any]]
"""Method, address and what else `httpx` wants to know."""

_SURVIVORS = "/api/v1/survivors"
_RIGHT = {"name": "Somebody", "language": "en", "adult": True, "told_not_emergency_line": True}
_KEY = {"Idempotency-Key": str(uuid4())}


async def make_mistakes(journey: Journey, prepared: Prepared) -> None:
    """Send every mistake with every third value, so with values of each kind; then let the database
    fail while work continues."""
    url, seen = str(journey.worker.base_url), set[int]()
    assert journey.worker.post(_SURVIVORS, json=_RIGHT, headers=_KEY).status_code == 201
    with StaffBrowser(url) as visitor:
        for value in fifty()[::3]:
            seen |= _all(journey.worker, _signed_in(value)) | _all(visitor, _unknown(value))
            _send_damaged(url, value)
        seen |= _all(journey.worker, _heavy(fifty()[0])) | _all(visitor, _heavy(fifty()[28]))
    assert seen == {200, 303, 400, 401, 403, 404, 405, 409, 413, 415}
    assert await _with_faults(journey, prepared) == {500, 503}


def _all(browser: StaffBrowser, mistakes: Iterator[Mistake]) -> set[int]:
    return {browser.request(method, path, **more).status_code for method, path, more in mistakes}


def _signed_in(value: str) -> Iterator[Mistake]:
    """By a support worker."""
    quoted, raw = quote(value), value.encode()
    new = {"Idempotency-Key": str(uuid4())}
    json = {"content-type": "application/json", **new}
    somebody = f"{_SURVIVORS}/{UUID(int=1)}"
    yield "GET", f"/people/{quoted}", {}
    yield "GET", f"/people/{UUID(int=1)}?{quoted}={quoted}", {}
    yield "GET", "/people", {"params": {"show": value, "after": value}}
    yield "GET", _SURVIVORS, {"params": {"cursor": value, "show": value, "limit": value}}
    yield "GET", "/api/v1/planned-contacts", {"params": {"cursor": value}}
    yield "GET", "/api/v1/kpis", {"params": {"view": value, "first_day": value}}
    yield "GET", f"/results/{quoted}/{quoted}/{quoted}", {}
    yield "GET", f"/{quoted}", {"headers": {"Accept": "application/json", "Referer": quoted}}
    yield "GET", "/staff", {"headers": {"User-Agent": raw, "X-Forwarded-For": raw}}
    yield "DELETE", f"/people/search?name={quoted}", {}
    yield "PATCH", f"{somebody}/check-ins", {"json": {"note": value}}
    yield "POST", _SURVIVORS, {"json": {**_RIGHT, "name": value}}
    yield "POST", _SURVIVORS, {"json": _RIGHT, "headers": {"Idempotency-Key": raw}}
    yield "POST", _SURVIVORS, {"json": {**_RIGHT, "name": value}, "headers": _KEY}
    for wrong in (
        {**_RIGHT, value: value},
        {**_RIGHT, "name": [value]},
        {**_RIGHT, "name": value * 20},
        {**_RIGHT, "phone": f"{value} ext 5"},
        {**_RIGHT, "zone": value, "language": value, "exit_on": value},
        {**_RIGHT, "consents": [{"purpose": value}]},
        {
            **_RIGHT,
            "consents": [{"purpose": "call", "decision": "given", "wording_version": value}],
        },
        {**_RIGHT, "name": value, "adult": False},
    ):
        yield "POST", _SURVIVORS, {"json": wrong, "headers": new}
    for damaged in (raw, b'{"name": "' + raw + b'\xff"}', b'{"a": 1, "a": "' + raw + b'"}'):
        yield "POST", _SURVIVORS, {"content": damaged, "headers": json}
    yield "POST", _SURVIVORS, {"content": raw, "headers": {"content-type": "text/plain", **new}}
    yield "POST", _SURVIVORS, {"content": raw, "headers": {"content-type": quoted, **new}}
    for below in (
        "consents",
        "safe-contact",
        "pathway",
        "check-ins",
        "needs-assessments",
        "reviews",
    ):
        yield "POST", f"{somebody}/{below}", {"json": {value: value}, "headers": new}
    yield (
        "POST",
        f"{somebody}/check-ins",
        {"json": {"wellbeing": "fine", "note": value}, "headers": new},
    )
    yield (
        "POST",
        "/people/register",
        {"data": {"name": value, "phone": value, "exit_on.day": value}},
    )
    yield "POST", "/people/register", {"data": {value: value, "idempotency_key": value}}
    yield "POST", "/people/register", {"content": b"name=" + raw + b"%ff"}
    yield "POST", "/people/search", {"data": {"name": f"\0{value}"}}
    yield "POST", "/people/search", {"data": {"name": value}, "headers": {"X-CSRF-Token": quoted}}
    yield "POST", "/people/search", {"data": {"name": value}, "headers": {"Sec-Fetch-Site": raw}}
    yield "POST", "/confirm-password", {"data": {"next": value}, "headers": {"X-CSRF-Token": "x"}}
    yield (
        "POST",
        f"/people/{UUID(int=1)}/number",
        {"data": {"phone": value, "idempotency_key": value}},
    )


def _unknown(value: str) -> Iterator[Mistake]:
    """Without a session."""
    quoted, raw = quote(value), value.encode()
    yield "GET", f"/people/{quoted}", {}
    yield "GET", f"/sign-in?next=/{quoted}", {}
    yield "GET", f"/sign-in/link/{quoted}", {}
    yield "POST", f"/sign-in/link/{quoted}", {"data": {"password": value, "again": value}}
    yield "POST", _SURVIVORS, {"json": {"name": value}}
    yield "POST", _SURVIVORS, {"json": {}, "headers": {"Authorization": b"Bearer " + raw}}
    yield "GET", "/", {"headers": {"Cookie": b"__Host-outcomes=" + raw}}
    yield "GET", "/", {"headers": {"Host": quoted}}
    yield "POST", "/webhooks/twilio/inbound", {"data": {"Body": value, "From": value}}
    signed = {"X-Twilio-Signature": quoted}
    yield (
        "POST",
        "/webhooks/twilio/inbound",
        {"data": {"Body": value, "To": value}, "headers": signed},
    )
    yield (
        "POST",
        f"/webhooks/twilio/status?token={quoted}",
        {"data": {"To": value}, "headers": signed},
    )
    yield "TRACE", f"/{quoted}", {}


def _heavy(value: str) -> Iterator[Mistake]:
    """What costs too much to try with every value: passwords and megabytes."""
    yield "POST", "/sign-in", {"data": {"sign_in_name": value, "password": value}}
    yield (
        "POST",
        _SURVIVORS,
        {"json": {"name": value * 50_000}, "headers": {"Idempotency-Key": str(uuid4())}},
    )
    yield "POST", "/webhooks/twilio/inbound", {"data": {"Body": value * 50_000}}


def _send_damaged(url: str, value: str) -> None:
    """What no HTTP client sends."""
    raw = value.encode()
    for damaged in (
        raw + b"\r\n\r\n",
        b"GET /" + raw + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + raw + b"\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: " + raw + b"\r\n\r\n",
    ):
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port), timeout=10) as sent:
            sent.sendall(damaged)
            sent.shutdown(socket.SHUT_WR)
            while sent.recv(65536):
                pass


async def _with_faults(journey: Journey, prepared: Prepared) -> set[int]:
    """Work continues while the database refuses what it never should. What is answered."""
    seen = set[int]()
    async with superuser(prepared) as admin:
        app = await admin.fetchval("SELECT rolname FROM pg_roles WHERE rolname LIKE 'outcomes%app'")
        async with _refusing(admin, app):
            for person in people():
                seen |= _work(journey, person)
        await admin.execute(f'ALTER ROLE "{app}" CONNECTION LIMIT 0')
        await _end_connections(admin, app)
        for person in people()[:3]:
            seen |= _work(journey, person)
        await admin.execute(f'ALTER ROLE "{app}" CONNECTION LIMIT -1')
    return seen


@asynccontextmanager
async def _refusing(admin: asyncpg.Connection, app: str) -> AsyncIterator[None]:
    """Constraints that every row breaks, with rights that are gone: the worker meets both too."""
    tables = ("survivor_identities", "contact_methods", "check_ins", "safe_contacts")
    for table in tables:
        await admin.execute(f"ALTER TABLE {table} ADD CONSTRAINT fault CHECK (false) NOT VALID")
    await admin.execute(f'REVOKE SELECT ON consents, inbound_messages FROM "{app}"')
    yield
    await admin.execute(f'GRANT SELECT ON consents, inbound_messages TO "{app}"')
    for table in tables:
        await admin.execute(f"ALTER TABLE {table} DROP CONSTRAINT fault")


async def _end_connections(admin: asyncpg.Connection, app: str) -> None:
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", app
    )


def _work(journey: Journey, person: Planted) -> set[int]:
    """Requests that would succeed."""
    journey.reply(person.phone, f"{person.note} {person.name}")
    journey.reply(STRANGER, f"{person.worry} {person.phone}")
    survivor = f"{_SURVIVORS}/{journey.ids[person.name]}"
    new = {**_RIGHT, "name": person.name, "phone": person.phone, "preferences": person.note}
    bodies: dict[str, dict[str, Any]] = {
        _SURVIVORS: new,
        f"{survivor}/check-ins": {"wellbeing": "fine", "note": person.note, "worry": person.worry},
        f"{survivor}/safe-contact": {"hours": {}, "what_to_say": person.note},
        f"{survivor}/consents": {
            "purpose": Purpose.CALL,
            "decision": "given",
            "wording_version": "2026-11",
        },
    }
    key = {"Idempotency-Key": str(uuid4())}
    seen = {
        journey.worker.post(path, json=body, headers=key).status_code
        for path, body in bodies.items()
    }
    form = {"phone": person.phone, "idempotency_key": str(uuid4())}
    changed = journey.worker.post(f"/people/{journey.ids[person.name]}/number", data=form)
    return seen | {changed.status_code}
