"""The webhooks over HTTP, signed by the vendor's own validator: taken once, or refused and nothing kept."""

import asyncio
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.prompts.installation import Tenant, until
from tests.support import ACCOUNT_SID, AUTH_TOKEN, make_provider

INBOUND, STATUS = "/webhooks/twilio/inbound", "/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded"


def text(tenant: Tenant, body: str = "hello") -> dict[str, str]:
    return {
        "AccountSid": ACCOUNT_SID,
        "Body": body,
        "From": "+447700900123",
        "MessageSid": f"SM{token_hex(16)}",
        "NumMedia": "0",
        "To": tenant.provider.survivors_number,
    }


async def post(tenant: Tenant, fields: dict[str, str], **case: Any) -> int:
    return (await answer(tenant, fields, **case)).status_code


async def answer(
    tenant: Tenant,
    fields: dict[str, str],
    *,
    path: str = INBOUND,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    signature: str | None = None,
) -> httpx.Response:
    url = tenant.installation.url + path
    signed = RequestValidator(AUTH_TOKEN).compute_signature(url, fields)
    given = {"Content-Type": FORM, "X-Twilio-Signature": signature or signed, **(headers or {})}
    async with httpx.AsyncClient() as client:
        return await client.post(
            url,
            content=urlencode(fields).encode() if content is None else content,
            headers={name: value for name, value in given.items() if value},
        )


async def stored(tenant: Tenant) -> int:
    (row,) = await tenant.rows("SELECT count(*) FROM inbound_messages WHERE provider_id = $1")
    count: int = row["count"]
    return count


async def test_what_the_gateway_signed_is_stored_encrypted(tenant: Tenant) -> None:
    assert await post(tenant, text(tenant, "planted words")) == 204
    (row,) = await tenant.rows("SELECT m.* FROM inbound_messages m WHERE provider_id = $1")
    assert row["state"] == "unread"
    for blob in (row["body_ciphertext"], row["from_ciphertext"]):
        assert b"planted" not in blob
        assert b"447700900123" not in blob


async def test_one_changed_byte_a_missing_header_or_a_spoofed_host_is_refused(
    tenant: Tenant,
) -> None:
    fields = text(tenant)
    body = urlencode(fields).encode()
    cases: list[dict[str, Any]] = [
        {"content": body.replace(b"hello", b"hellp")},
        {"headers": {"X-Twilio-Signature": ""}},
        {"signature": "AAAA" + "A" * 24},
        {"content": body + b"&Extra=1"},
        {"content": body.replace(b"Body=hello", b"Body=hel&lo=")},
        {"content": b"\xff\xfe"},
        {"content": b""},
    ]
    for case in cases:
        assert await post(tenant, fields, **case) == 403
    signed_for_another_host = RequestValidator(AUTH_TOKEN).compute_signature(
        "https://elsewhere.example" + INBOUND, fields
    )
    spoofed = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    assert await post(tenant, fields, headers=spoofed, signature=signed_for_another_host) == 403
    assert await stored(tenant) == 0
    assert await post(tenant, fields, headers={"Host": "elsewhere.example"}) == 204


@pytest.mark.parametrize(
    ("field", "value", "refused"),
    [
        ("AccountSid", "AC" + "f" * 32, 403),
        ("To", "+447700900999", 404),
        ("From", "Bank", 403),
        ("MessageSid", "SM1", 403),
    ],
)
async def test_a_signed_request_that_is_not_ours_is_refused(
    tenant: Tenant, field: str, value: str, refused: int
) -> None:
    assert await post(tenant, text(tenant) | {field: value}) == refused
    assert await stored(tenant) == 0


async def test_the_same_message_a_hundred_times_at_once_is_one(tenant: Tenant) -> None:
    await tenant.survivor()
    fields = text(tenant)
    codes = await asyncio.gather(*(post(tenant, fields) for _ in range(100)))
    assert set(codes) == {204}
    assert await stored(tenant) == 1
    assert await tenant.read() == 1
    assert len(await tenant.inbox()) == 1
    assert await post(tenant, fields) == 204
    assert await tenant.read() == 0


async def test_the_same_signature_under_another_id_is_one(tenant: Tenant) -> None:
    """A captured request cannot be made into two, whatever else is changed beside it."""
    fields = text(tenant)
    assert await post(tenant, fields) == 204
    async with tenant.installation.product.db.transaction(tenant.caller) as tx:
        await tx.conn.execute(
            "UPDATE inbound_messages SET gateway_message_id = $2 WHERE provider_id = $1",
            tenant.provider.id,
            f"SM{token_hex(16)}",
        )
    assert await post(tenant, fields) == 204
    assert await stored(tenant) == 1


def status(tenant: Tenant, **changes: str) -> dict[str, str]:
    return {
        "AccountSid": ACCOUNT_SID,
        "From": tenant.provider.survivors_number,
        "MessageSid": f"SM{token_hex(16)}",
        "MessageStatus": "delivered",
        "To": "+447700900123",
    } | changes


async def test_a_status_without_a_token_of_ours_is_refused(tenant: Tenant) -> None:
    for path in (STATUS, f"{STATUS}?token=abc", f"{STATUS}?token="):
        assert await post(tenant, status(tenant), path=path) == 404
    (row,) = await tenant.rows("SELECT count(*) FROM message_statuses WHERE provider_id = $1")
    assert row["count"] == 0


async def test_anothers_token_looks_absent_and_changes_nothing(tenant: Tenant) -> None:
    """The gateway signs for all providers: the number says whose it is, and the token has to be theirs."""
    await tenant.request(await tenant.survivor())
    await tenant.send()
    await until(lambda: _has_ended(tenant))
    (sent,) = tenant.arrived()
    path = str(sent.status_callback).removeprefix(tenant.installation.url)
    stranger = await make_provider(tenant.installation.product)
    theirs = status(tenant, From=stranger.survivors_number, MessageStatus="undelivered")
    before = await _kept(tenant)
    foreign = await answer(tenant, theirs, path=path)
    absent = await answer(tenant, theirs, path=f"{STATUS}?token={'A' * len(path.split('=')[1])}")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content
    assert await _kept(tenant) == before
    own = status(tenant, MessageSid=sent.sid, MessageStatus="delivered")
    assert await post(tenant, own, path=path) == 204


async def _has_ended(tenant: Tenant) -> bool:
    rows = await tenant.rows(
        """SELECT state FROM outgoing_messages
           WHERE provider_id = $1 AND recipient_kind = 'survivor'"""
    )
    return [row["state"] for row in rows] == ["delivered"]


async def _kept(tenant: Tenant) -> list[str]:
    rows = await tenant.rows(
        """SELECT p::text FROM prompts p WHERE provider_id = $1
           UNION ALL SELECT e::text FROM message_statuses e WHERE provider_id = $1 ORDER BY 1"""
    )
    return [row["p"] for row in rows]
