"""How many SMS segments a text takes, which decides what it costs and whether it can be split.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension) and TS 23.040 (a longer
message gives each segment a header of 6 bytes). One character outside the alphabet turns the whole
message into UCS-2.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # each takes an escape septet as well


class Encoding(StrEnum):
    """How the text travels."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


class Segments(Struct, frozen=True):
    """`units` are septets (GSM-7) or 16-bit code units (UCS-2) of the whole text."""

    encoding: Encoding
    units: int
    count: int


def count_segments(text: str) -> Segments:
    """Measure a text. An empty one still travels as one segment."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        widths = [2 if character in _EXTENSION else 1 for character in text]
        return _measured(Encoding.GSM_7, widths, alone=160, joined=153)
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _measured(Encoding.UCS_2, widths, alone=70, joined=67)


def _measured(encoding: Encoding, widths: list[int], *, alone: int, joined: int) -> Segments:
    units = sum(widths)
    return Segments(encoding, units, 1 if units <= alone else _pack(widths, joined))


def _pack(widths: Iterable[int], room: int) -> int:
    """Segments needed when no escape sequence and no surrogate pair may be cut in two."""
    count, used = 1, 0
    for width in widths:
        if used + width > room:
            count, used = count + 1, 0
        used += width
    return count
