"""The texts of all phones in the order of arrival, in memory only.

There is no clock: the list is append-only, and tests rely on its order.
"""

from collections import Counter
from secrets import token_hex

from msgspec import Struct

_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})


class Text(Struct):
    """One text. `sender` is the product's number, whichever way the text went."""

    order: int
    sid: str
    phone: str
    sender: str
    body: str
    from_phone: bool
    status: str
    status_callback: str | None = None
    validity_seconds: int | None = None

    def __repr__(self) -> str:
        return f"<Text {self.order}>"


class Phones:
    """All practice phones, and which of them texted STOP to which number."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self._stopped: set[tuple[str, str]] = set()

    def accept(
        self, *, phone: str, sender: str, body: str, callback: str | None, validity: int | None
    ) -> Text:
        """Store a text from the product to a phone."""
        text = self._text(phone, sender, body, from_phone=False)
        text.status_callback, text.validity_seconds = callback, validity
        return text

    def write(self, *, phone: str, sender: str, body: str) -> Text:
        """A text typed on the phone. STOP and START take effect first, as at Twilio, and are still posted.

        No answer is sent to STOP: an installation has to make it neutral or switch it off.
        """
        word = body.strip().upper()
        if word in _STOP:
            self._stopped.add((phone, sender))
        elif word in _START:
            self._stopped.discard((phone, sender))
        return self._text(phone, sender, body, from_phone=True)

    def has_stopped(self, phone: str, sender: str) -> bool:
        return (phone, sender) in self._stopped

    def thread(self, phone: str) -> list[Text]:
        """Everything on one phone, oldest first."""
        return [text for text in self.texts if text.phone == phone]

    def latest(self) -> list[Text]:
        """The newest text of each phone, newest first."""
        newest = {text.phone: text for text in self.texts}
        return sorted(newest.values(), key=lambda text: text.order, reverse=True)

    def senders(self, phone: str) -> list[str]:
        """The numbers that this phone exchanges texts with, the latest first."""
        return list(dict.fromkeys(text.sender for text in reversed(self.thread(phone))))

    def arrivals(self) -> Counter[tuple[str, str, str | None]]:
        """How often each (phone, body, callback address) was accepted. Once is right."""
        return Counter(
            (text.phone, text.body, text.status_callback)
            for text in self.texts
            if not text.from_phone
        )

    def _text(self, phone: str, sender: str, body: str, *, from_phone: bool) -> Text:
        text = Text(
            order=len(self.texts) + 1,
            sid=f"SM{token_hex(16)}",
            phone=phone,
            sender=sender,
            body=body,
            from_phone=from_phone,
            status="sending" if from_phone else "queued",
        )
        self.texts.append(text)
        return text
