"""Webhooks to the product, signed as Twilio signs them.

Source of the signature: Twilio, "Webhooks security": the address, then each name and value in the
order of the names, HMAC-SHA1 under the auth token, base64.
"""

import asyncio
import base64
import hmac
from collections.abc import Coroutine
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from outcomes.local.handset.faults import Callbacks, Plan
from outcomes.local.handset.phones import Text

_TRIES = 3
_TIMEOUT_SECONDS = 15
_AT_ONCE = 8


class Webhooks:
    """Posts in the background, a few at a time, each up to three times if there is no answer."""

    def __init__(
        self, public_url: str, account_sid: str, auth_token: str, *, pace_seconds: float = 0.3
    ) -> None:
        self._inbound_url = f"{public_url.rstrip('/')}/webhooks/twilio/inbound"
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._pace_seconds = pace_seconds
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    def post_statuses(self, text: Text, plan: Plan) -> None:
        """Post the statuses of a text. Its first status, queued, has no callback."""
        if text.status_callback is not None:
            self._start(self._post_statuses(text, text.status_callback, plan))

    def post_inbound(self, text: Text) -> None:
        """Post a text from a phone; its status says whether the product accepted it."""
        self._start(self._post_inbound(text))

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _post_statuses(self, text: Text, url: str, plan: Plan) -> None:
        await asyncio.sleep(plan.callback_delay_seconds)
        for status in plan.statuses:
            await asyncio.sleep(self._pace_seconds)
            text.status = status
            fields = self._common(text, sender=text.sender, to=text.phone)
            fields |= {"SmsStatus": status, "MessageStatus": status}
            if plan.error_code is not None and status in {"undelivered", "failed"}:
                fields["ErrorCode"] = str(plan.error_code)
            for _ in range(
                {Callbacks.OFF: 0, Callbacks.ONCE: 1, Callbacks.DOUBLED: 2}[plan.callbacks]
            ):
                await self._post(url, fields)

    async def _post_inbound(self, text: Text) -> None:
        fields = self._common(text, sender=text.phone, to=text.sender)
        fields |= {"Body": text.body, "SmsMessageSid": text.sid, "SmsStatus": "received"}
        fields |= {"NumMedia": "0", "NumSegments": "1", "FromCountry": "GB", "ToCountry": "GB"}
        fields |= {
            f"{side}{part}": "" for side in ("From", "To") for part in ("City", "State", "Zip")
        }
        text.status = "taken" if await self._post(self._inbound_url, fields) else "not taken"

    def _common(self, text: Text, *, sender: str, to: str) -> dict[str, str]:
        return {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "From": sender,
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "To": to,
        }

    async def _post(self, url: str, fields: dict[str, str]) -> bool:
        """Whether the product answered with a 2xx; a refusal is final, no answer is retried."""
        signature = sign(self._auth_token, url, fields)
        for _ in range(_TRIES):
            async with self._room:
                status = await asyncio.to_thread(_exchange, url, fields, signature)
            if status is not None and status < 500:
                return 200 <= status < 300
            await asyncio.sleep(self._pace_seconds)
        return False


def sign(auth_token: str, url: str, fields: dict[str, str]) -> str:
    """The value of X-Twilio-Signature."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), "sha1")).decode()


def _exchange(url: str, fields: dict[str, str], signature: str) -> int | None:
    """The status of the answer, or None when there was none."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature,
        "User-Agent": "TwilioProxy/1.1",
    }
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, urlencode(fields), headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
