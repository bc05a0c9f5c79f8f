"""Telephone numbers as people type them, turned into E.164 or refused with a remedy.

Ofcom reserves some ranges for drama: these numbers are never assigned, so practice data may use them.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from outcomes.errors import Invalid

_UK = 44
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_DRAMA_MOBILE = re.compile(r"\+447700900[0-9]{3}")
_DRAMA = re.compile(r"\+44(7700900|1632960|3069990|8081570)[0-9]{3}")


def mobile(typed: str, field: str) -> str:
    """A mobile number in E.164; without a country code it is read as a UK number.

    Raises:
        Invalid: not a mobile number that a text could reach.
    """
    number = _parsed(typed, field)
    is_mobile = phonenumbers.number_type(number) in _MOBILE
    if _DRAMA_MOBILE.fullmatch(_e164(number)) or is_mobile:
        return _e164(number)
    raise _refused(field)


def sender(typed: str, field: str) -> str:
    """A number that the gateway sends from, of any kind, in E.164.

    Raises:
        Invalid: not a telephone number.
    """
    return _e164(_parsed(typed, field))


def _parsed(typed: str, field: str) -> PhoneNumber:
    try:
        number = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException as error:
        raise _refused(field) from error
    usable = phonenumbers.is_valid_number(number) or _DRAMA.fullmatch(_e164(number))
    if number.extension or not usable:
        raise _refused(field)
    return number


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable(e164: str) -> str:
    """The number as people here write it: `07700 900123`, or `+355 67 212 3456`."""
    number = phonenumbers.parse(e164)
    formats = phonenumbers.PhoneNumberFormat
    written = formats.NATIONAL if number.country_code == _UK else formats.INTERNATIONAL
    return phonenumbers.format_number(number, written)


def dialled(e164: str, *, withhold: bool) -> str:
    """The digits for a `tel:` link; the prefix 141 withholds the caller's number (UK networks)."""
    if not withhold:
        return e164
    number = phonenumbers.parse(e164)
    if number.country_code == _UK:
        return f"1410{number.national_number}"
    return f"14100{e164.removeprefix('+')}"


def _refused(field: str) -> Invalid:
    return Invalid.field(
        field, "Enter a mobile number, such as 07700 900123, or with its country code, +44…"
    )
