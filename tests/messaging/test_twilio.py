"""The real client against the handset, and against servers that behave badly."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from outcomes.local.handset.faults import Fault, FaultKind, Plan
from outcomes.messaging.gateways.failures import FailureKind
from outcomes.messaging.gateways.gateway import (
    MESSAGE_SID,
    OutboundSms,
    SmsGateway,
    SmsNotSent,
    SmsRejected,
    SmsUnknown,
)
from outcomes.messaging.gateways.twilio import TwilioGateway
from tests.messaging.serving import ACCOUNT, TOKEN, ServedHandset, served_handset

PHONE, SENDER, WORDS = "+447700900123", "+447700900001", "Hi, how are things?"
MESSAGE = OutboundSms(
    PHONE, SENDER, WORDS, "https://outcomes.example/webhooks/twilio/status?t=Ab", 600
)


@pytest.fixture
async def served() -> AsyncIterator[ServedHandset]:
    async with served_handset() as found:
        yield found


@asynccontextmanager
async def gateway(
    base_url: str, *, token: str = TOKEN, read_seconds: float = 10.0
) -> AsyncIterator[SmsGateway]:
    opened = TwilioGateway(ACCOUNT, token, base_url=base_url, read_seconds=read_seconds)
    try:
        yield opened
    finally:
        await opened.close()


async def test_a_message_arrives_once_with_everything_that_it_needs(served: ServedHandset) -> None:
    async with gateway(served.url) as sms:
        taken = await sms.send(MESSAGE)
    [text] = served.handset.phones.texts
    assert MESSAGE_SID.fullmatch(taken.message_sid)
    assert taken.message_sid == text.sid
    assert (text.phone, text.sender, text.body) == (PHONE, SENDER, WORDS)
    assert text.validity_seconds == 600
    assert text.status_callback == MESSAGE.status_callback_url
    assert list(served.handset.phones.arrivals().values()) == [1]


async def test_every_script_survives_the_way(served: ServedHandset) -> None:
    words = "ë 1️⃣ توقف & a=b+c%20\nline two 👩‍👧"
    async with gateway(f"{served.url}/") as sms:
        await sms.send(msgspec.structs.replace(MESSAGE, body=words))
    assert served.handset.phones.texts[0].body == words


@pytest.mark.parametrize(
    ("change", "code", "kind"),
    [
        ({"to": ""}, 21604, FailureKind.OTHER),
        ({"to": "+0123"}, 21211, FailureKind.BAD_NUMBER),
        ({"from_": "nobody"}, 21212, FailureKind.OTHER),
        ({"body": ""}, 21602, FailureKind.CONTENT),
        ({"body": "a" * 1_601}, 21617, FailureKind.CONTENT),
        ({"validity_seconds": 36_001}, 21624, FailureKind.OTHER),
        ({"status_callback_url": "nowhere"}, 21609, FailureKind.OTHER),
    ],
)
async def test_a_refusal_for_good(
    served: ServedHandset, change: dict[str, str], code: int, kind: FailureKind
) -> None:
    async with gateway(served.url) as sms:
        with pytest.raises(SmsRejected) as refused:
            await sms.send(msgspec.structs.replace(MESSAGE, **change))
    assert (refused.value.code, refused.value.kind) == (code, kind)
    assert served.handset.phones.texts == []


@pytest.mark.parametrize(
    ("code", "kind"), [(21610, FailureKind.OPTED_OUT), (21614, FailureKind.BAD_NUMBER)]
)
async def test_a_refusal_that_the_handset_is_told_to_make(
    served: ServedHandset, code: int, kind: FailureKind
) -> None:
    served.handset.faults.use(Plan(faults=(Fault(FaultKind.REFUSE, code=code),)))
    async with gateway(served.url) as sms:
        with pytest.raises(SmsRejected) as refused:
            await sms.send(MESSAGE)
        assert (refused.value.code, refused.value.kind) == (code, kind)
        await sms.send(MESSAGE)  # one fault, one message


async def test_wrong_credentials_are_a_refusal(served: ServedHandset) -> None:
    async with gateway(served.url, token="wrong") as sms:
        with pytest.raises(SmsRejected) as refused:
            await sms.send(MESSAGE)
    assert refused.value.code == 20003


async def test_a_stop_on_the_phone_is_refused_by_the_gateway_until_start(
    served: ServedHandset,
) -> None:
    phones = served.handset.phones
    async with gateway(served.url) as sms:
        phones.write(phone=PHONE, sender=SENDER, body=" Stop ")
        with pytest.raises(SmsRejected) as refused:
            await sms.send(MESSAGE)
        assert refused.value.kind is FailureKind.OPTED_OUT
        phones.write(phone=PHONE, sender=SENDER, body="START")
        await sms.send(MESSAGE)


async def test_too_many_requests_prove_that_nothing_was_taken(served: ServedHandset) -> None:
    served.handset.faults.use(Plan(faults=(Fault(FaultKind.TOO_MANY),)))
    async with gateway(served.url) as sms:
        with pytest.raises(SmsNotSent) as waiting:
            await sms.send(MESSAGE)
    assert waiting.value.retry_after_seconds == 1
    assert served.handset.phones.texts == []


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        (FaultKind.ERROR_BEFORE, 0),
        (FaultKind.ERROR_AFTER, 1),
        (FaultKind.SILENCE_BEFORE, 0),
        (FaultKind.SILENCE_AFTER, 1),
        (FaultKind.MALFORMED, 1),
    ],
)
async def test_nobody_knows_and_nothing_is_sent_twice(
    served: ServedHandset, kind: FaultKind, taken: int
) -> None:
    """The sender cannot tell these apart; the handset's log can."""
    served.handset.faults.use(Plan(faults=(Fault(kind),)))
    async with gateway(served.url, read_seconds=0.5) as sms:
        with pytest.raises(SmsUnknown):
            await sms.send(MESSAGE)
    assert len(served.handset.phones.texts) == taken


@pytest.mark.parametrize("host", ["127.0.0.1", "gateway.invalid"])
async def test_a_refused_connection_and_a_name_that_is_none_prove_that_nothing_left(
    host: str,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening: connections are refused
        async with gateway(f"http://{host}:{closed.getsockname()[1]}") as sms:
            with pytest.raises(SmsNotSent):
                await sms.send(MESSAGE)


async def test_a_handshake_that_fails_proves_that_nothing_left(served: ServedHandset) -> None:
    async with gateway(served.url.replace("http:", "https:")) as sms:
        with pytest.raises(SmsNotSent):
            await sms.send(MESSAGE)
    assert served.handset.phones.texts == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"sid":"x"}',
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nproxy",
        b"not HTTP at all\r\n\r\n",
    ],
)
async def test_an_answer_that_cannot_be_trusted_leaves_it_unknown(answer: bytes) -> None:
    requests = 0

    async def misbehave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(misbehave, "127.0.0.1", 0)
    async with server, gateway(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as sms:
        with pytest.raises(SmsUnknown):
            await sms.send(MESSAGE)
    assert requests == 1


async def test_nothing_of_a_message_reaches_a_log_or_an_exception(
    served: ServedHandset, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("twilio").setLevel(logging.NOTSET)
    kinds = (FaultKind.REFUSE, FaultKind.ERROR_AFTER, FaultKind.MALFORMED, FaultKind.TOO_MANY)
    served.handset.faults.use(Plan(faults=tuple(Fault(kind) for kind in kinds)))
    raised: list[BaseException] = []
    async with gateway(served.url) as sms:
        for _ in kinds:
            with pytest.raises((SmsRejected, SmsUnknown, SmsNotSent)) as found:
                await sms.send(MESSAGE)
            raised.append(found.value)
        await sms.send(MESSAGE)
    logging.getLogger(__name__).debug("canary")
    shown = caplog.text + "".join(capfd.readouterr())
    assert "canary" in shown
    for error in raised:
        assert error.__cause__ is None
        assert error.__context__ is None
        shown += f"{error!r} {error}"
    assert not any(part in shown for part in ("7700", WORDS, "t=Ab", TOKEN, ACCOUNT))
