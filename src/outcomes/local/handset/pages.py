"""The phones on a screen: pick one, read its thread, type a reply. Works without scripts.

The thread and the list are frames that the browser reloads every three seconds, so that a reply that is
being typed stays as it is.
"""

import re
from importlib import resources
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined

from outcomes.local.handset.phones import Phones
from outcomes.local.handset.webhooks import Webhooks
from outcomes.local.handset.wire import Request, Response, see_other

_REFRESH = (("refresh", "3"),)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_TYPES = {"handset.css": "text/css; charset=utf-8", "handset.svg": "image/svg+xml"}
_MAX_REPLY = 1_600


class Pages:
    """Renders the phones and takes what is typed on them."""

    def __init__(self, phones: Phones, webhooks: Webhooks) -> None:
        self._phones = phones
        self._webhooks = webhooks
        self._templates = Environment(
            loader=PackageLoader("outcomes.local.handset"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["spaced"] = spaced

    def home(self, problem: str | None = None) -> Response:
        """The page on which a phone is chosen."""
        return self._render("home.html", status=400 if problem else 200, problem=problem)

    def list_of_phones(self, request: Request) -> Response:
        """The phones with texts, the newest first; a frame that reloads itself."""
        current = dict(parse_qsl(request.query)).get("current", "")
        latest = self._phones.latest()
        return self._render("list.html", _REFRESH, latest=latest, current=f"+{current}")

    def choose(self, request: Request) -> Response:
        """Go to the phone whose number was typed."""
        typed = dict(parse_qsl(request.query)).get("number", "")
        number = _international(typed)
        if not _NUMBER.fullmatch(number):
            return self.home("Enter a mobile number, such as 07700\u00a0900123.")
        return see_other(f"/phones/{number[1:]}")

    def phone(self, digits: str, problem: str | None = None, typed: str = "") -> Response:
        """One phone: its thread and a box to reply."""
        return self._render(
            "phone.html",
            status=400 if problem else 200,
            number=f"+{digits}",
            senders=self._phones.senders(f"+{digits}"),
            problem=problem,
            typed=typed,
        )

    def thread(self, digits: str) -> Response:
        """The texts of one phone, oldest first; a frame that reloads itself."""
        texts = self._phones.thread(f"+{digits}")
        several = len(self._phones.senders(f"+{digits}")) > 1
        return self._render("thread.html", _REFRESH, texts=texts, several=several)

    def reply(self, digits: str, request: Request) -> Response:
        """Send what was typed, then show the phone again.

        If the page is older than the phone's first text, it has no number to reply to.
        """
        fields = request.form()
        senders = self._phones.senders(f"+{digits}")
        answered = senders[0] if len(senders) == 1 else ""
        body = fields.get("quick") or fields.get("body", "").replace("\r\n", "\n")
        sender = _international(fields.get("to", "")) or answered
        if not _NUMBER.fullmatch(sender):
            return self.phone(digits, "Enter the number that this phone texts.", body)
        if len(body) > _MAX_REPLY:
            return self.phone(digits, f"Write at most {_MAX_REPLY} characters.", body)
        self._webhooks.post_inbound(
            self._phones.write(phone=f"+{digits}", sender=sender, body=body)
        )
        return see_other(f"/phones/{digits}")

    def static(self, name: str) -> Response | None:
        """The style sheet and the icon."""
        if name not in _TYPES:
            return None
        content = resources.files(__package__).joinpath("static", name).read_bytes()
        return Response(content, content_type=_TYPES[name])

    def _render(
        self,
        template: str,
        headers: tuple[tuple[str, str], ...] = (),
        *,
        status: int = 200,
        **values: object,
    ) -> Response:
        page = self._templates.get_template(template).render(**values)
        return Response(page.encode(), status, headers=headers)


def spaced(number: str) -> str:
    """+447700900123 as people write it: +44 7700 900123."""
    if number.startswith("+44") and len(number) == 13:
        return f"+44 {number[3:7]} {number[7:]}"
    return number


def _international(typed: str) -> str:
    number = re.sub(r"[\s()-]", "", typed)
    return f"+44{number[1:]}" if number.startswith("0") else number
