"""The handset calls as Twilio does, keeps an honest log, and works as a process of its own."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from outcomes.local.handset.webhooks import sign
from outcomes.messaging.gateways.inbound import read_inbound, read_status, verify
from outcomes.messaging.gateways.models import InboundSms, StatusUpdate
from outcomes.messaging.lifecycle import GatewayStatus
from tests.messaging.serving import ACCOUNT, TOKEN, ServedHandset, served_handset, until

PHONE, SENDER = "+447700900123", "+447700900001"
CREATE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.fixture
async def served() -> AsyncIterator[ServedHandset]:
    async with served_handset() as found:
        yield found


@pytest.fixture
async def client(served: ServedHandset) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=served.url, auth=(ACCOUNT, TOKEN)) as opened:
        yield opened


def message(served: ServedHandset, words: str = "Hi") -> dict[str, str]:
    callback = f"{served.public_url}/webhooks/twilio/status?t=Ab12"
    return {
        "To": PHONE,
        "From": SENDER,
        "Body": words,
        "StatusCallback": callback,
        "ValidityPeriod": "600",
    }


def statuses(served: ServedHandset) -> list[StatusUpdate]:
    """What the product makes of the callbacks, by its own strict reading."""
    url = f"{served.public_url}/webhooks/twilio/status?t=Ab12"
    return [
        read_status(verify(call.headers["x-twilio-signature"], url, call.body, (TOKEN,)), ACCOUNT)
        for call in served.product.received
        if (call.path, call.query) == ("/webhooks/twilio/status", "t=Ab12")
    ]


def texts_in(served: ServedHandset) -> list[InboundSms]:
    url = f"{served.public_url}/webhooks/twilio/inbound"
    return [
        read_inbound(verify(call.headers["x-twilio-signature"], url, call.body, (TOKEN,)), ACCOUNT)
        for call in served.product.received
        if call.path == "/webhooks/twilio/inbound"
    ]


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_it_signs_as_twilios_own_validator_does(fields: dict[str, str]) -> None:
    url = "https://outcomes.example/webhooks/twilio/status?t=Ab12"
    assert sign(TOKEN, url, fields) == RequestValidator(TOKEN).compute_signature(url, fields)


async def test_a_message_is_followed_by_its_statuses(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    answer = await client.post(CREATE, data=message(served))
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    await until(lambda: len(served.product.received) == 2)
    told = statuses(served)
    assert [update.status for update in told] == [GatewayStatus.SENT, GatewayStatus.DELIVERED]
    assert {update.message_sid for update in told} == {answer.json()["sid"]}
    assert {(update.from_, update.to) for update in told} == {(SENDER, PHONE)}


async def test_twilios_error_shape_and_a_missing_number(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    answer = await client.post(CREATE, data=message(served) | {"To": ""})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }
    assert (await client.post(CREATE, data=message(served), auth=("x", "y"))).status_code == 401
    assert (await client.post(CREATE.replace("a", "b", 9), data={})).status_code == 404


async def test_the_log_counts_every_arrival(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    for words in ("one", "one", "two"):
        await client.post(CREATE, data=message(served, words))
    log = (await client.get("/handset/messages")).json()
    assert [text["body"] for text in log["accepted"]] == ["one", "one", "two"]
    assert [text["order"] for text in log["accepted"]] == [1, 2, 3]
    assert [(c["to"], c["body"], c["count"]) for c in log["counts"]] == [
        (PHONE, "one", 2),
        (PHONE, "two", 1),
    ]
    assert {c["status_callback"][-6:] for c in log["counts"]} == {"t=Ab12"}
    assert (await client.get("/handset/messages", auth=("x", "y"))).status_code == 401


async def test_callbacks_can_be_off_doubled_or_tell_of_a_failure(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    async def plan(**values: object) -> None:
        assert (await client.post("/handset/faults", json=values)).status_code == 204

    await plan(callbacks="off")
    await client.post(CREATE, data=message(served))
    await until(lambda: served.handset.phones.texts[0].status == "delivered")
    assert served.product.received == []
    await plan(callbacks="doubled", statuses=["sent", "undelivered"], error_code=30003)
    await client.post(CREATE, data=message(served))
    await until(lambda: len(served.product.received) == 4)
    assert [update.error_code for update in statuses(served)] == [None, None, 30003, 30003]
    assert (await client.post("/handset/faults", json={"nonsense": 1})).status_code == 400


async def test_a_callback_may_come_before_the_answer(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    await client.post("/handset/faults", json={"faults": [{"kind": "slow", "seconds": 60}]})
    answer = asyncio.create_task(client.post(CREATE, data=message(served)))
    await until(lambda: len(served.product.received) == 2)
    assert not answer.done()
    answer.cancel()


async def test_a_reply_is_posted_signed_and_its_fate_is_shown(
    served: ServedHandset, client: httpx.AsyncClient
) -> None:
    served.product.statuses = [204, 403, 503, 503, 204]
    for words in ("١", "refused", "later"):
        sent = await client.post(f"/phones/{PHONE[1:]}", data={"to": SENDER, "body": words})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/phones/{PHONE[1:]}")
        last = served.handset.phones.texts[-1]
        await until(lambda text=last: text.status != "sending")  # type: ignore[misc]
    assert [text.status for text in served.handset.phones.texts] == ["taken", "not taken", "taken"]
    read = texts_in(served)
    assert (read[0].from_, read[0].to, read[0].body) == (PHONE, SENDER, "١")
    assert [text.body for text in read] == ["١", "refused", "later", "later", "later"]


@pytest.mark.parametrize("to", ["", "nobody", "+0"])
async def test_a_reply_to_nobody_keeps_what_was_typed(client: httpx.AsyncClient, to: str) -> None:
    page = await client.post(f"/phones/{PHONE[1:]}", data={"to": to, "body": "<b>keep me"})
    assert page.status_code == 400
    assert "&lt;b&gt;keep me" in page.text


async def test_pages_let_nothing_run_and_unknown_ones_are_not_found(
    client: httpx.AsyncClient, served: ServedHandset
) -> None:
    await client.post(CREATE, data=message(served, "<script>alert(1)</script>"))
    for path in ("/", f"/phones/{PHONE[1:]}", f"/phones/{PHONE[1:]}/thread"):
        page = await client.get(path)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["cache-control"] == "no-store"
        assert "<script>" not in page.text
    for path in ("/nothing", "/phones/x", "/phones/1/thread", "/static/../app.py", "/static/x"):
        assert (await client.get(path)).status_code == 404
    chosen = await client.get("/phones", params={"number": "07700 900456"})
    assert chosen.headers["location"] == "/phones/447700900456"
    assert (await client.get("/phones", params={"number": "?"})).status_code == 400


async def test_it_runs_as_a_process_and_says_nothing_of_what_it_holds(
    served: ServedHandset,
) -> None:
    """Started as the product starts it; its output is empty and it ends on SIGTERM."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    names = {
        "OUTCOMES_TWILIO_ACCOUNT_SID": ACCOUNT,
        "OUTCOMES_TWILIO_AUTH_TOKEN": TOKEN,
        "OUTCOMES_PUBLIC_URL": served.public_url,
        "OUTCOMES_HANDSET_PORT": port,
    }
    process = await _started(os.environ | names)
    try:
        transport = httpx.AsyncHTTPTransport(retries=8)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", auth=(ACCOUNT, TOKEN), transport=transport
        ) as client:
            assert (await client.get("/healthz")).text == "ok"
            assert (await client.post(CREATE, data=message(served))).status_code == 201
            log = (await client.get("/handset/messages")).json()
            assert len(log["accepted"]) == 1
    finally:
        process.terminate()
    assert await process.communicate() == (b"", b"")


async def test_it_says_in_one_line_what_it_needs() -> None:
    process = await _started({})
    _, said = await process.communicate()
    assert process.returncode == 1
    assert said.startswith(b"The handset needs OUTCOMES_TWILIO_ACCOUNT_SID")
    assert said.count(b"\n") == 1


async def _started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "outcomes.local.handset"), env=environment, stdout=PIPE, stderr=PIPE
    )
