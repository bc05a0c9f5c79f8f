"""What refusals, failed deliveries and statuses mean. Codes and their remedies: the design's list."""

import pytest

from outcomes.messaging.gateways.failures import FailureKind, delivery_retries, failure_kind
from outcomes.messaging.gateways.gateway import (
    OutboundSms,
    SmsError,
    SmsNotSent,
    SmsRejected,
    SmsUnknown,
    accepted,
    refusal,
)


def problem(code: int) -> str:
    return f'{{"code": {code}, "message": "m", "more_info": "https://x/{code}", "status": 400}}'


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (200, "", None),
        (201, "{}", None),
        (429, "", SmsNotSent),
        (429, problem(20429), SmsNotSent),
        (400, problem(21611), SmsNotSent),
        (400, problem(21211), SmsRejected),
        (401, problem(20003), SmsRejected),
        (404, problem(20404), SmsRejected),
        (403, "<html>a proxy's own page</html>", SmsUnknown),
        (408, "", SmsUnknown),
        (400, '{"code": "21211"}', SmsUnknown),
        (400, "[" * 100_000, SmsUnknown),
        (400, "\ud800", SmsUnknown),
        (500, problem(20500), SmsUnknown),
        (503, problem(21610), SmsUnknown),
        (302, "", SmsUnknown),
    ],
)
def test_an_answer_is_an_acceptance_a_refusal_or_nobody_knows(
    status: int, text: str, meaning: type[SmsError] | None
) -> None:
    found = refusal(status, text, None)
    assert (None if found is None else type(found)) is meaning


@pytest.mark.parametrize(
    ("code", "kind", "retries"),
    [
        (21211, FailureKind.BAD_NUMBER, 0),
        (21614, FailureKind.BAD_NUMBER, 0),
        (21635, FailureKind.BAD_NUMBER, 0),
        (30005, FailureKind.BAD_NUMBER, 0),
        (21610, FailureKind.OPTED_OUT, 0),
        (30003, FailureKind.PASSING, 3),
        (30008, FailureKind.PASSING, 1),
        (30006, FailureKind.OTHER, 0),
        (30004, FailureKind.OTHER, 0),
        (30036, FailureKind.OTHER, 0),
        (30007, FailureKind.CONTENT, 0),
        (21408, FailureKind.OTHER, 0),
        (99999, FailureKind.OTHER, 0),
        (None, FailureKind.OTHER, 0),
    ],
)
def test_every_code_has_its_remedy(code: int | None, kind: FailureKind, retries: int) -> None:
    assert (failure_kind(code), delivery_retries(code)) == (kind, retries)


def test_a_refusal_carries_its_code_and_a_back_off_its_seconds() -> None:
    refused = refusal(400, problem(21610), None)
    assert isinstance(refused, SmsRejected)
    assert (refused.code, refused.kind) == (21610, FailureKind.OPTED_OUT)
    for header, seconds in [("7", 7), ("999999", 3_600), ("Wed, 21 Oct 2026 07:28:00 GMT", None),
                            ("٧", None), ("-1", None), ("", None), (None, None)]:  # fmt: skip
        waiting = refusal(429, "", header)
        assert isinstance(waiting, SmsNotSent)
        assert waiting.retry_after_seconds == seconds


@pytest.mark.parametrize(
    "sid", [None, "", 7, "SM", "sm" + "0" * 32, "SM" + "G" * 32, "SM" + "0" * 33]
)
def test_an_acceptance_without_a_proper_id_proves_nothing(sid: object) -> None:
    with pytest.raises(SmsUnknown):
        accepted(sid)


def test_a_message_never_prints_what_it_holds() -> None:
    message = OutboundSms("+447700900123", "+447700900001", "Hi there", "https://x/?t=secret", 600)
    shown = f"{message} {message!r} {message.__rich_repr__()}"
    assert not any(part in shown for part in ("7700", "Hi", "secret"))
