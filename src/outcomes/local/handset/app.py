"""The handset as one ASGI application: Twilio's API, the pages, and two addresses for tests."""

import re

import msgspec

from outcomes.local.handset.faults import Faults, Plan
from outcomes.local.handset.pages import Pages
from outcomes.local.handset.phones import Phones
from outcomes.local.handset.twilio_api import TwilioApi, problem
from outcomes.local.handset.webhooks import Webhooks
from outcomes.local.handset.wire import (
    Message,
    NoAnswerError,
    Receive,
    Request,
    Response,
    Send,
    read_request,
    write_response,
)

_DIGITS = re.compile(r"[1-9][0-9]{6,14}")
_NOT_FOUND = Response(b"Not found", 404, "text/plain")


class Handset:
    """Serve it with uvicorn; in a test, its `phones` and `faults` may be used directly as well."""

    def __init__(
        self, *, account_sid: str, auth_token: str, public_url: str, pace_seconds: float = 0.3
    ) -> None:
        self.phones = Phones()
        self.faults = Faults()
        self._webhooks = Webhooks(public_url, account_sid, auth_token, pace_seconds=pace_seconds)
        self._api = TwilioApi(account_sid, auth_token, self.phones, self._webhooks, self.faults)
        self._pages = Pages(self.phones, self._webhooks)

    async def close(self) -> None:
        """Drop the webhooks that are still under way."""
        await self._webhooks.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        try:
            response = await self._answer(request)
        except NoAnswerError:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await write_response(response, send)

    async def _answer(self, request: Request) -> Response:
        match [request.method, *request.path.strip("/").split("/")]:
            case ["POST", "2010-04-01", "Accounts", account_sid, "Messages.json"]:
                return await self._api.create_message(request, account_sid)
            case [_, "handset", action]:
                return self._for_tests(request, action)
            case ["GET", "healthz"]:
                return Response(b"ok", content_type="text/plain")
            case ["GET", "static", name]:
                return self._pages.static(name) or _NOT_FOUND
            case _:
                return self._page(request)

    def _page(self, request: Request) -> Response:
        match [request.method, *request.path.strip("/").split("/")]:
            case ["GET", ""]:
                return self._pages.home()
            case ["GET", "list"]:
                return self._pages.list_of_phones(request)
            case ["GET", "phones"]:
                return self._pages.choose(request)
            case ["GET", "phones", digits] if _DIGITS.fullmatch(digits):
                return self._pages.phone(digits)
            case ["GET", "phones", digits, "thread"] if _DIGITS.fullmatch(digits):
                return self._pages.thread(digits)
            case ["POST", "phones", digits] if _DIGITS.fullmatch(digits):
                return self._pages.reply(digits, request)
            case _:
                return _NOT_FOUND

    def _for_tests(self, request: Request, action: str) -> Response:
        """The log of arrivals, and the plan of faults. Needs the credentials."""
        if not self._api.has_valid_credentials(request):
            return problem(401, 20003, "Authentication Error - invalid username")
        match (request.method, action):
            case ("GET", "messages"):
                return Response(self._log(), content_type="application/json")
            case ("POST", "faults"):
                try:
                    self.faults.use(msgspec.json.decode(request.body, type=Plan))
                except msgspec.MsgspecError as error:
                    return Response(str(error).encode(), 400, "text/plain")
                return Response(status=204)
            case _:
                return _NOT_FOUND

    def _log(self) -> bytes:
        counts = [
            {"to": phone, "body": body, "status_callback": callback, "count": count}
            for (phone, body, callback), count in self.phones.arrivals().items()
        ]
        accepted = [text for text in self.phones.texts if not text.from_phone]
        replies = [text for text in self.phones.texts if text.from_phone]
        return msgspec.json.encode({"accepted": accepted, "replies": replies, "counts": counts})
