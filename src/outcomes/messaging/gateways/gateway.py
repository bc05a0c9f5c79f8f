"""What the product asks of an SMS gateway, and what it makes of a refusal. No network here.

Every way in which a message can fail to be accepted is one of three, because each leads to another
state of the prompt:

    OutcomesError
    └── SmsError
        ├── SmsNotSent    the gateway provably did not take it → back to *scheduled*
        ├── SmsRejected   refused for good → *failed*, and a task for a person
        └── SmsUnknown    nobody knows → *unconfirmed*; a person decides, it is never sent again

None of them carries a number, a body or the vendor's words.
"""

import re
from typing import Protocol

import msgspec
from msgspec import Struct

from outcomes.errors import OutcomesError
from outcomes.messaging.gateways.failures import FailureKind, failure_kind

MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_WAIT_SECONDS = 3_600


class Private(Struct, frozen=True):
    """Numbers and words of people. Never printed with what it holds."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class OutboundSms(Private, frozen=True):
    """One message to send. Numbers are E.164; the gateway drops an unsent message after `validity_seconds`.

    The status callback is the public address with our opaque token in its query, which is what
    turns a late callback into evidence that an unconfirmed message was accepted.
    """

    to: str
    from_: str
    body: str
    status_callback_url: str
    validity_seconds: int
    """1 to 36,000; source: Twilio's Message resource, `ValidityPeriod`."""


class Accepted(Struct, frozen=True):
    """The gateway has taken the message and gave it this id."""

    message_sid: str


class SmsGateway(Protocol):
    """Whatever takes a text message towards a phone."""

    async def send(self, message: OutboundSms) -> Accepted:
        """Send the message once; it is never retried here.

        Raises SmsNotSent, SmsRejected or SmsUnknown. A cancelled call is as good as SmsUnknown.
        """

    async def close(self) -> None:
        """Close the connections."""


class SmsError(OutcomesError):
    """The message was not confirmed by the gateway."""


class SmsNotSent(SmsError):
    """The gateway did not take the message. It may be tried again."""

    def __init__(self, retry_after_seconds: int | None = None) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class SmsRejected(SmsError):
    """The gateway refused the message for good."""

    def __init__(self, code: int, kind: FailureKind) -> None:
        super().__init__()
        self.code = code
        self.kind = kind


class SmsUnknown(SmsError):
    """It is unknown whether the gateway took the message. It must not be sent again automatically."""


class _Problem(Struct, frozen=True):
    code: int | None = None


def refusal(status: int, text: str, retry_after: str | None) -> SmsError | None:
    """What a complete HTTP answer to a create request means; None when it is an acceptance.

    429, and the codes for a full queue, prove that nothing was taken. Another 4xx is a refusal only
    when the gateway's own error code says so: without one it may come from something in between.
    A 5xx may follow an acceptance, and a redirect is followed nowhere: nobody knows.
    """
    if 200 <= status < 300:
        return None
    if status == 429:
        return SmsNotSent(_seconds(retry_after))
    code = _error_code(text)
    if code is None or not 400 <= status < 500:
        return SmsUnknown()
    kind = failure_kind(code)
    return (
        SmsNotSent(_seconds(retry_after))
        if kind is FailureKind.PASSING
        else SmsRejected(code, kind)
    )


def accepted(message_sid: object) -> Accepted:
    """The acceptance, if its id has the right shape. Raises SmsUnknown otherwise."""
    if not isinstance(message_sid, str) or not MESSAGE_SID.fullmatch(message_sid):
        raise SmsUnknown
    return Accepted(message_sid)


def _error_code(text: str) -> int | None:
    try:
        return msgspec.json.decode(text, type=_Problem).code
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _seconds(retry_after: str | None) -> int | None:
    if retry_after is None or not re.fullmatch(r"[0-9]{1,6}", retry_after):
        return None  # an HTTP date, or nothing: the caller's own back-off decides
    return min(int(retry_after), _MAX_WAIT_SECONDS)
