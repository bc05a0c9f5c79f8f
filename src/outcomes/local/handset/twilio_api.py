"""Twilio's create-a-message request, answered as Twilio does: its checks, codes and JSON."""

import asyncio
import base64
import hmac
import re

import msgspec

from outcomes.local.handset.faults import Fault, FaultKind, Faults
from outcomes.local.handset.phones import Phones, Text
from outcomes.local.handset.webhooks import Webhooks
from outcomes.local.handset.wire import NoAnswerError, Request, Response
from outcomes.messaging.segments import count_segments

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_BODY = 1_600
_MAX_VALIDITY_SECONDS = 36_000


class TwilioApi:
    """Accepts messages for the phones, unless a fault is planned."""

    def __init__(
        self, account_sid: str, auth_token: str, phones: Phones, webhooks: Webhooks, faults: Faults
    ) -> None:
        self._account_sid = account_sid
        basic = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._authorization = f"Basic {basic}"
        self._phones = phones
        self._webhooks = webhooks
        self._faults = faults

    def has_valid_credentials(self, request: Request) -> bool:
        """Whether the caller gave the account's own credentials."""
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), self._authorization.encode())

    async def create_message(self, request: Request, account_sid: str) -> Response:
        """POST …/Accounts/{sid}/Messages.json. Raises NoAnswerError when a fault says so."""
        if not self.has_valid_credentials(request):
            return problem(401, 20003, "Authentication Error - invalid username")
        if account_sid != self._account_sid:
            return problem(404, 20404, "The requested resource was not found")
        fields = request.form()
        if refused := self._refusal(fields):
            return problem(400, *refused)
        fault = self._faults.next_fault()
        if fault is not None and not fault.kind.takes_the_message:
            return _instead_of_taking(fault)
        text = self._take(fields)
        self._webhooks.post_statuses(text, self._faults.plan)
        return await self._answer(text, fault)

    def _refusal(self, fields: dict[str, str]) -> tuple[int, str] | None:
        to, sender, body = fields.get("To", ""), fields.get("From", ""), fields.get("Body", "")
        validity = fields.get("ValidityPeriod", "1")
        checks = {
            (21604, "A 'To' phone number is required."): bool(to),
            (21211, "The 'To' number is not a valid phone number."): bool(_E164.fullmatch(to)),
            (21603, "A 'From' phone number is required."): bool(sender),
            (21212, "The 'From' number is not a valid phone number."): bool(
                _E164.fullmatch(sender)
            ),
            (21602, "Message body is required."): bool(body),
            (21617, "The message body exceeds 1600 characters."): len(body) <= _MAX_BODY,
            (21609, "The 'StatusCallback' URL is not a valid URL."): (
                fields.get("StatusCallback", "http://").startswith(("http://", "https://"))
            ),
            (21624, "Invalid validity period value"): (
                validity.isdecimal() and 1 <= int(validity) <= _MAX_VALIDITY_SECONDS
            ),
            (21610, "Attempt to send to unsubscribed recipient"): (
                not self._phones.has_stopped(to, sender)
            ),
        }
        return next((refused for refused, passes in checks.items() if not passes), None)

    def _take(self, fields: dict[str, str]) -> Text:
        validity = fields.get("ValidityPeriod")
        return self._phones.accept(
            phone=fields["To"],
            sender=fields["From"],
            body=fields["Body"],
            callback=fields.get("StatusCallback"),
            validity=None if validity is None else int(validity),
        )

    async def _answer(self, text: Text, fault: Fault | None) -> Response:
        if fault is not None and fault.kind is FaultKind.SILENCE_AFTER:
            raise NoAnswerError
        if fault is not None and fault.kind is FaultKind.ERROR_AFTER:
            return problem(500, 20500, "An internal server error has occurred")
        if fault is not None and fault.kind is FaultKind.MALFORMED:
            return Response(b'{"sid": "SM', 200, "application/json")
        await asyncio.sleep(fault.seconds if fault is not None else 0)
        return Response(self._resource(text), 201, "application/json")

    def _resource(self, text: Text) -> bytes:
        uri = f"/2010-04-01/Accounts/{self._account_sid}/Messages/{text.sid}"
        nothing = dict.fromkeys(
            ("date_created", "date_sent", "date_updated", "error_code", "error_message",
             "messaging_service_sid", "price", "price_unit")
        )  # fmt: skip
        return msgspec.json.encode(
            nothing
            | {
                "account_sid": self._account_sid,
                "api_version": "2010-04-01",
                "body": text.body,
                "direction": "outbound-api",
                "from": text.sender,
                "num_media": "0",
                "num_segments": str(count_segments(text.body).count),
                "sid": text.sid,
                "status": "queued",
                "subresource_uris": {"media": f"{uri}/Media.json"},
                "to": text.phone,
                "uri": f"{uri}.json",
            }
        )


def _instead_of_taking(fault: Fault) -> Response:
    if fault.kind is FaultKind.SILENCE_BEFORE:
        raise NoAnswerError
    if fault.kind is FaultKind.TOO_MANY:
        return problem(429, 20429, "Too Many Requests", ("retry-after", "1"))
    if fault.kind is FaultKind.ERROR_BEFORE:
        return problem(500, 20500, "An internal server error has occurred")
    return problem(400, fault.code, "The message was refused")


def problem(status: int, code: int, message: str, *headers: tuple[str, str]) -> Response:
    """Twilio's error shape."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    found = {"code": code, "message": message, "more_info": more_info, "status": status}
    return Response(msgspec.json.encode(found), status, "application/json", headers)
