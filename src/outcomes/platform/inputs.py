"""The strict base of every form and JSON body, and its text types.

The same Struct is filled by a page and by the API. A field's `msgspec.Meta(title=...)` is how
messages name it ("Enter the exit date…"); `extra={"remedy": "Choose how they are"}` replaces the
generated message. Text reaches a Struct stripped, in Unicode
NFC and without control characters (see `platform/web/requests/reading.py`); blank text counts as not given.
"""

from typing import Annotated

from msgspec import Meta, Struct


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields of a request: frozen, strict, and never printed with their values."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
"""One line, such as a name or a place."""

LongText = Annotated[str, Meta(min_length=1, max_length=4_000)]
"""A note of at most 4,000 characters."""

RecordVersion = Annotated[int, Meta(ge=1, le=2**31 - 1, title="version")]
"""The version of the record that was shown, so that no other change is overwritten."""
