"""The real gateway. The only place that imports Twilio's client.

The vendor's client keeps and logs more than we want: addresses and headers at INFO, its last
request with number and body in memory, the number in the text of its exceptions. So its HTTP class
is replaced from `request` down, and none of its exceptions leaves this file.
"""

import logging
from typing import Final
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    TCPConnector,
    encode_basic_auth,
)
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

from outcomes.messaging.gateways.gateway import (
    Accepted,
    OutboundSms,
    SmsError,
    SmsNotSent,
    SmsUnknown,
    accepted,
    refusal,
)

VENDOR_URL: Final = "https://api.twilio.com"
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0


class TwilioGateway:
    """Sends through Twilio, or through whatever speaks its HTTP at `base_url`.

    Make it inside a running event loop, and close it.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str = VENDOR_URL,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        logging.getLogger("twilio").setLevel(logging.WARNING)
        self._http = _Transport(base_url, read_seconds)
        self._client = Client(account_sid, auth_token, http_client=self._http)

    async def send(self, message: OutboundSms) -> Accepted:
        """Send the message once. Raises SmsNotSent, SmsRejected or SmsUnknown."""
        try:
            created = await self._client.messages.create_async(
                to=message.to,
                from_=message.from_,
                body=message.body,
                status_callback=message.status_callback_url,
                validity_period=message.validity_seconds,
            )
        except SmsError:
            raise
        except Exception:  # the client's own parsing of an answer; its text may quote it
            created = None
        return accepted(created and created.sid)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()


class _Transport(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no type information
    """One fresh connection a message, no retries, no log, nothing remembered.

    A pooled connection that the gateway has just closed looks like a lost answer; on a fresh one,
    failing to connect proves that nothing left.
    """

    def __init__(self, base_url: str, read_seconds: float) -> None:
        super().__init__(pool_connections=False)
        self._base_url = base_url.rstrip("/")
        self.session = ClientSession(
            connector=TCPConnector(force_close=True),
            timeout=ClientTimeout(
                total=CONNECT_SECONDS + read_seconds + 2,
                connect=CONNECT_SECONDS,
                sock_connect=CONNECT_SECONDS,
                sock_read=read_seconds,
            ),
        )

    async def request(  # the signature is the vendor's
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # named by the vendor; the session sets it
        allow_redirects: bool = False,
    ) -> Response:
        """The answer, if it is an acceptance. Raises SmsNotSent, SmsRejected or SmsUnknown."""
        sent_headers = dict(headers or {})
        if auth is not None:
            sent_headers["Authorization"] = encode_basic_auth(*auth)
        answer = await self._exchange(method, url, data, sent_headers)
        if isinstance(answer, SmsError):
            raise answer
        return answer

    async def _exchange(
        self, method: str, url: str, data: dict[str, object] | None, headers: dict[str, str]
    ) -> Response | SmsError:
        """Errors are returned, so that none drags the vendor's exception along as its context."""
        target = URL(self._base_url + urlsplit(url).path, encoded=True)
        form = {name: str(value) for name, value in (data or {}).items()}
        try:
            async with self.session.request(
                method, target, data=form, headers=headers, allow_redirects=False
            ) as answer:
                text = await answer.text()
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL):
            return SmsNotSent()  # name, connection or TLS failed: no byte of the request left
        except (ClientError, TimeoutError, OSError, ValueError):
            return SmsUnknown()
        refused = refusal(answer.status, text, answer.headers.get("Retry-After"))
        return refused or Response(answer.status, text, answer.headers)
