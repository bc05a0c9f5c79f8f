"""Webhooks, signed by twilio's own validator, then damaged in every way that we could think of."""

from urllib.parse import urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from outcomes.errors import Forbidden
from outcomes.messaging.gateways.inbound import (
    MAX_BODY_BYTES,
    SignatureRefused,
    WebhookRefused,
    read_inbound,
    read_status,
    verify,
)
from outcomes.messaging.gateways.models import InboundSms, StatusUpdate
from outcomes.messaging.lifecycle import GatewayStatus

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "a" * 32
SID = "SM" + "0123456789abcdef" * 2
URL = "https://outcomes.example/webhooks/twilio/inbound"
STATUS_URL = "https://outcomes.example/webhooks/twilio/status?t=Ab12"

INBOUND = {
    "ToCountry": "GB", "ToState": "", "SmsMessageSid": SID, "NumMedia": "0", "ToCity": "Tonbridge",
    "FromZip": "", "SmsSid": SID, "FromState": "", "SmsStatus": "received", "FromCity": "LONDON",
    "Body": "1", "FromCountry": "GB", "To": "+447700900001", "ToZip": "", "NumSegments": "1",
    "MessageSid": SID, "AccountSid": ACCOUNT, "From": "+447700900123", "ApiVersion": "2010-04-01",
}  # fmt: skip
STATUS = {
    "SmsSid": SID, "SmsStatus": "delivered", "MessageStatus": "delivered", "To": "+447700900123",
    "MessageSid": SID, "AccountSid": ACCOUNT, "From": "+447700900001", "ApiVersion": "2010-04-01",
    "RawDlrDoneDate": "2611221200",
}  # fmt: skip


def sign(fields: dict[str, str], url: str = URL) -> str:
    signature: str = RequestValidator(TOKEN).compute_signature(url, fields)
    return signature


def receive(fields: dict[str, str], signature: str | None = None) -> InboundSms:
    given = sign(fields) if signature is None else signature
    form = verify(given, URL, urlencode(fields).encode(), (TOKEN,))
    return read_inbound(form, ACCOUNT)


def receive_status(fields: dict[str, str]) -> StatusUpdate:
    raw = urlencode(fields).encode()
    return read_status(verify(sign(fields, STATUS_URL), STATUS_URL, raw, (TOKEN,)), ACCOUNT)


@pytest.mark.parametrize(
    "body",
    ["1", "", "   ", "STOP.", "توقف", "1️⃣", "a" * 1_600, "😀" * 700, "line\r\nline", "\x00", "\ufffd",
     "a&b=c%20+d", "From +447700900999", "=1+1"],
)  # fmt: skip
def test_a_text_signed_by_twilios_own_validator_is_read(body: str) -> None:
    message = receive(INBOUND | {"Body": body})
    assert (message.from_, message.to) == ("+447700900123", "+447700900001")
    assert (message.message_sid, message.body) == (SID, body)
    assert message.opt_out_type is None
    assert len(message.signature_digest) == 32


def test_new_fields_and_media_change_nothing() -> None:
    extra = {
        "NumMedia": "1",
        "MediaUrl0": "http://169.254.169.254/latest",
        "MediaContentType0": "text/html",
        "OptOutType": "STOP",
        "SomethingNew": "x",
    }
    assert receive(INBOUND | extra).opt_out_type == "STOP"


def test_a_status_is_read_with_its_error() -> None:
    delivered = receive_status(STATUS)
    assert (delivered.message_sid, delivered.status) == (SID, GatewayStatus.DELIVERED)
    assert (delivered.error_code, delivered.to) == (None, "+447700900123")
    failed = receive_status(STATUS | {"MessageStatus": "undelivered", "ErrorCode": "30003"})
    assert (failed.status, failed.error_code) == (GatewayStatus.UNDELIVERED, 30003)
    assert receive_status(STATUS | {"ErrorCode": ""}).error_code is None
    assert receive_status(STATUS | {"MessageStatus": "partially_delivered"}).status is None


def test_the_old_token_still_counts_while_a_new_one_is_brought_in() -> None:
    raw = urlencode(INBOUND).encode()
    assert verify(sign(INBOUND), URL, raw, ("new" * 10, TOKEN)).fields == INBOUND
    with pytest.raises(SignatureRefused):
        verify(sign(INBOUND), URL, raw, ("new" * 10,))
    with pytest.raises(SignatureRefused):
        verify(sign(INBOUND), URL, raw, ())


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "A" * 27 + "="])
def test_no_signature_or_a_wrong_one_is_refused_and_not_an_error(signature: str | None) -> None:
    with pytest.raises(SignatureRefused):
        verify(signature, URL, urlencode(INBOUND).encode(), (TOKEN,))
    assert issubclass(SignatureRefused, WebhookRefused)
    assert issubclass(WebhookRefused, Forbidden)


def test_a_stronger_algorithm_named_by_the_request_is_still_not_ours() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, INBOUND, "HMAC_SHA256")
    with pytest.raises(SignatureRefused):
        receive(INBOUND, signature)


@given(st.data())
def test_one_byte_changed_anywhere_is_refused(data: st.DataObject) -> None:
    raw, signature = bytearray(urlencode(INBOUND).encode()), sign(INBOUND)
    place = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255))
    assume(raw[place] != byte)
    raw[place] = byte
    try:
        assert read_inbound(verify(signature, URL, bytes(raw), (TOKEN,)), ACCOUNT) == receive(
            INBOUND
        )
    except WebhookRefused:
        return  # nothing else may come out: the same text in other bytes ("+" for "%20") is the same


@pytest.mark.parametrize(
    "url",
    [
        "http://outcomes.example/webhooks/twilio/inbound",
        "https://evil.example/webhooks/twilio/inbound",
        "https://outcomes.example/webhooks/twilio/inbound/",
        "https://outcomes.example/webhooks/twilio/inbound?x=1",
        "https://outcomes.example/webhooks/twilio/status",
        "https://outcomes.example/webhooks/twilio/inbound?é",
    ],
)
def test_only_the_configured_address_counts(url: str) -> None:
    """The Host header is never asked: whoever calls passes the configured address."""
    with pytest.raises(SignatureRefused):
        verify(sign(INBOUND), url, urlencode(INBOUND).encode(), (TOKEN,))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Body",
        b"a=1&&b=2",
        b"a=%ff",
        "a=é".encode(),
        b"\xff\xfe=1",
        b"a=1&a=1",
        b"a=1&a=2",
        b"a=" + b"x" * MAX_BODY_BYTES,
        b"&".join(b"a%d=1" % n for n in range(101)),
        b'{"Body": "1"}',
    ],
)
def test_a_body_that_cannot_be_fields_is_refused(raw: bytes) -> None:
    with pytest.raises(WebhookRefused):
        verify("A" * 28, URL, raw, (TOKEN,))


@pytest.mark.parametrize(
    "change",
    [
        {"AccountSid": "AC" + "b" * 32}, {"AccountSid": ""}, {"MessageSid": SID.lower()},
        {"MessageSid": "SM123"}, {"MessageSid": SID + "0"}, {"MessageSid": "SM" + "٠" * 32},
        {"From": "anonymous"}, {"From": ""}, {"From": "60777"}, {"From": "07700900123"},
        {"From": "+44 7700 900123"}, {"From": "+447700900123\n"}, {"From": "+٤٤٧٧٠٠٩٠٠١٢٣"},
        {"From": "whatsapp:+447700900123"}, {"To": "OUTCOMES"}, {"To": ""}, {"OptOutType": "stop"},
        {"bad name": "x"}, {"a" * 42: "x"}, {"": "x"}, {"nâme": "x"}, {"0Name": "x"},
    ],
)  # fmt: skip
def test_a_signed_text_of_the_wrong_shape_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        receive(INBOUND | change)


@pytest.mark.parametrize("name", ["AccountSid", "MessageSid", "From", "To", "Body"])
def test_a_signed_text_without_a_needed_field_is_refused(name: str) -> None:
    with pytest.raises(WebhookRefused):
        receive({key: value for key, value in INBOUND.items() if key != name})


@pytest.mark.parametrize(
    "change",
    [{"MessageStatus": ""}, {"MessageStatus": "DELIVERED"}, {"ErrorCode": "text"},
     {"ErrorCode": "1234567"}, {"MessageSid": ""}, {"To": "x"}, {"From": ""}, {"AccountSid": "AC"}],
)  # fmt: skip
def test_a_signed_status_of_the_wrong_shape_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        receive_status(STATUS | change)


def without(fields: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in names}


RESHAPED = {
    "another sender from inside the body": (
        INBOUND | {"Body": "1From+447700900999FromA"},
        INBOUND | {"Body": "1", "From": "+447700900999", "FromA": "From+447700900123"},
    ),
    "the end of a body cut off as a field": (
        INBOUND | {"Body": "3 Come now"},
        INBOUND | {"Body": "3 ", "Come": " now"},
    ),
    "STOP hidden in a field's name": (
        INBOUND | {"Body": "STOP"},
        without(INBOUND, "Body") | {"BodySTOP": ""},
    ),
    "STOP hidden before the body": (
        INBOUND | {"Body": "STOPBody1"},
        INBOUND | {"ApiVersion": "2010-04-01BodySTOP", "Body": "1"},
    ),
    "the gateway's opt-out hidden in a value": (
        INBOUND | {"OptOutType": "STOP"},
        INBOUND | {"NumSegments": "1OptOutTypeSTOP"},
    ),
    "the gateway's opt-out hidden in a name": (
        without(INBOUND, "NumSegments") | {"OptOutType": "STOP"},
        without(INBOUND, "NumMedia", "NumSegments") | {"NumMedia0OptOutTypeSTOP": ""},
    ),
    "the gateway's opt-out cut from its name": (
        INBOUND | {"OptOutType": "STOP"},
        INBOUND | {"OptOutType": "", "STOP": ""},
    ),
    "two numbers in one": (
        INBOUND,
        without(INBOUND, "To", "ToCity") | {"SmsStatus": "receivedTo+447700900001ToCityTonbridge"},
    ),
}


@pytest.mark.parametrize("shape", RESHAPED)
def test_a_captured_text_cut_in_other_places_still_verifies_and_is_refused(shape: str) -> None:
    captured, cut = RESHAPED[shape]
    assert sign(captured) == sign(cut), "the cut must be one that the signature does not see"
    with pytest.raises(WebhookRefused):
        receive(cut, sign(captured))


def test_a_captured_status_cut_in_other_places_is_refused() -> None:
    captured = STATUS | {"MessageStatus": "undelivered", "ErrorCode": "30003"}
    for cut in (
        without(captured, "ErrorCode") | {"ApiVersion": "2010-04-01ErrorCode30003"},
        without(captured, "ErrorCode", "ApiVersion") | {"ApiVersion": "2010-04-01ErrorCode30003"},
        without(captured, "SmsSid", "SmsStatus", "To", "RawDlrDoneDate", "MessageStatus")
        | {"MessageStatus": "un", "delivered": f"RawDlrDoneDate2611221200SmsSid{SID}"},
    ):
        raw = urlencode(cut).encode()
        with pytest.raises(WebhookRefused):
            read_status(verify(sign(captured, STATUS_URL), STATUS_URL, raw, (TOKEN,)), ACCOUNT)


_PIECES = ["From", "+447700900999", "FromCity", "Body", "OptOutType", "STOP", "To", "MessageSid",
           SID, "ErrorCode", "Come", "Api", "1", "x", " "]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(_PIECES), max_size=6), st.booleans(), st.data())
def test_no_cut_of_a_captured_text_ever_reads_as_another_one(
    body: list[str], says_stop: bool, data: st.DataObject
) -> None:
    """Cut the signed text anew at a few of its own seams: refused, or read as what it was."""
    captured = INBOUND | {"Body": "".join(body)} | ({"OptOutType": "STOP"} if says_stop else {})
    seams: list[tuple[str, str]] = []
    for name in sorted(captured):
        seams.append((name, "name"))
        seams += [(piece, "value") for piece in (body if name == "Body" else [captured[name]])]
    flips = st.tuples(
        st.integers(1, len(seams) - 1), st.sampled_from(["name", "value", "more name"])
    )
    for place, role in data.draw(st.lists(flips, max_size=4)):
        seams[place] = (seams[place][0], role)
    try:
        read = receive(_joined(seams), sign(captured))
    except WebhookRefused:
        return
    assert read == receive(captured)


def _joined(seams: list[tuple[str, str]]) -> dict[str, str]:
    fields, name, value = dict[str, str](), "", ""
    for piece, role in seams:
        if role == "name":
            fields |= {name: value} if name else {}
            name, value = piece, ""
        elif role == "more name" and not value:
            name += piece
        else:
            value += piece
    return fields | {name: value}
