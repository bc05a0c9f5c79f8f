"""What the gateway posts to us, read strictly from raw bytes. Knows no web framework.

The signature covers the configured public address, so the Host header plays no part, and its
algorithm is fixed here, never taken from the request. It covers names and values *without delimiters*:
whoever captured one request can cut the same text into other fields and it still verifies. Hence
the strict reading: every field that we use has an exact shape, and the rules in `_no_shifts` refuse
what only a cut elsewhere could produce.

Everything refused is a 403 and leaves nothing behind. That includes a signed text from an
alphanumeric sender or a short code: no phone of a person sends from one, and nothing could match
it. Media are neither fetched nor looked at; a picture's text, if any, is read like any other.
"""

import re
from hashlib import sha256
from urllib.parse import parse_qsl

from twilio.request_validator import HMAC_SHA1, RequestValidator

from outcomes.errors import Forbidden
from outcomes.messaging.gateways.gateway import E164, MESSAGE_SID
from outcomes.messaging.gateways.models import InboundSms, SignedForm, StatusUpdate
from outcomes.messaging.lifecycle import GatewayStatus

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}")
_STATUS = re.compile(r"[a-z_]{1,24}")
_ERROR_CODE = re.compile(r"[0-9]{1,6}")
_OPT_OUT_TYPES = frozenset({"STOP", "START", "HELP"})
_OPTIONAL = ("ErrorCode", "OptOutType")  # read when present, so they must not hide elsewhere
_SWALLOWED = ("From+", "To+", "Body", *_OPTIONAL)


class WebhookRefused(Forbidden):
    """This request is not one that the gateway sends."""


class SignatureRefused(WebhookRefused):
    """This request does not carry the gateway's signature."""


def verify(
    signature: str | None, url: str, raw_body: bytes, auth_tokens: tuple[str, ...]
) -> SignedForm:
    """Check the gateway's signature and return the fields that it covers.

    `url` is the configured public address of the webhook with the query as it was received.
    Several tokens are accepted while one is being replaced.
    Raises SignatureRefused, and WebhookRefused for a body that cannot be fields at all.
    """
    if not signature:
        raise SignatureRefused
    fields = _fields(raw_body)
    if not url.isascii() or not any(
        RequestValidator(token).validate(url, fields, signature, HMAC_SHA1) for token in auth_tokens
    ):
        raise SignatureRefused
    return SignedForm(fields, sha256(signature.encode()).digest())


def read_inbound(form: SignedForm, account_sid: str) -> InboundSms:
    """The text in a verified request. Raises WebhookRefused if any part is not as it should be."""
    fields = form.fields
    _no_shifts(fields)
    if any("Body" < name < "From" for name in fields):
        raise WebhookRefused  # an SMS has none there: the end of a body, cut off
    body, opt_out_type = fields.get("Body"), fields.get("OptOutType")
    if body is None or (opt_out_type is not None and opt_out_type not in _OPT_OUT_TYPES):
        raise WebhookRefused
    _require_account(fields, account_sid)
    return InboundSms(
        message_sid=_matching(fields, "MessageSid", MESSAGE_SID),
        from_=_matching(fields, "From", E164),
        to=_matching(fields, "To", E164),
        body=body,
        opt_out_type=opt_out_type,
        signature_digest=form.signature_digest,
    )


def read_status(form: SignedForm, account_sid: str) -> StatusUpdate:
    """The news in a verified status callback. Raises WebhookRefused as `read_inbound` does."""
    fields = form.fields
    _no_shifts(fields)
    _require_account(fields, account_sid)
    word = _matching(fields, "MessageStatus", _STATUS)
    has_code = bool(fields.get("ErrorCode"))
    return StatusUpdate(
        message_sid=_matching(fields, "MessageSid", MESSAGE_SID),
        from_=_matching(fields, "From", E164),
        to=_matching(fields, "To", E164),
        status=_known(word),
        error_code=int(_matching(fields, "ErrorCode", _ERROR_CODE)) if has_code else None,
        signature_digest=form.signature_digest,
    )


def _fields(raw_body: bytes) -> dict[str, str]:
    """URL-encoded fields, each name once. Raises WebhookRefused."""
    if len(raw_body) > MAX_BODY_BYTES:
        raise WebhookRefused
    try:
        pairs = parse_qsl(
            raw_body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise WebhookRefused from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise WebhookRefused
    return fields


def _no_shifts(fields: dict[str, str]) -> None:
    """Refuse fields that can only come from cutting the signed text in other places.

    A cut that hides or replaces a field we read has to leave the true one's text somewhere else: in
    a value, or, where it holds no `+`, in a name. Only a body may hold anything.
    """
    for name, value in fields.items():
        hidden_in_name = any(word in name and word != name for word in _OPTIONAL)
        hidden_in_value = name != "Body" and any(word in value for word in _SWALLOWED)
        if not _NAME.fullmatch(name) or hidden_in_name or hidden_in_value:
            raise WebhookRefused


def _require_account(fields: dict[str, str], account_sid: str) -> None:
    if fields.get("AccountSid") != account_sid:
        raise WebhookRefused


def _known(word: str) -> GatewayStatus | None:
    try:
        return GatewayStatus(word)
    except ValueError:
        return None


def _matching(fields: dict[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = fields.get(name, "")
    if not shape.fullmatch(value):
        raise WebhookRefused
    return value
