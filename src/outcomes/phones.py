"""Telephone numbers as people type them, turned into E.164 or refused with a remedy."""

import phonenumbers
from phonenumbers import PhoneNumberType

from outcomes.errors import Invalid

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_FICTION = "+447700900"
"""Ofcom keeps 07700 900000 to 900999 for drama: nobody has one, so practice data may."""


def mobile(typed: str, field: str) -> str:
    """The number in E.164. A number without a country code is taken as a UK one.

    Raises:
        Invalid: not a mobile number that a text could reach.
    """
    try:
        number = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException as error:
        raise _refused(field) from error
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    fiction = e164.startswith(_FICTION) and len(e164) == len("+447700900123")
    reachable = phonenumbers.is_valid_number(number) and (
        phonenumbers.number_type(number) in _MOBILE
    )
    if number.extension or not (fiction or reachable):
        raise _refused(field)
    return e164


def _refused(field: str) -> Invalid:
    return Invalid.field(
        field, "Enter a mobile number, such as 07700 900123, or with its country code, +44…"
    )
