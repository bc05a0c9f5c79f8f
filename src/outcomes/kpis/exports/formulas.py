"""Escapes text that a spreadsheet would read as a formula."""

import unicodedata

STARTERS = frozenset("=+-@")
UNSAFE_CONTROLS = frozenset("\t\r\n")


def neutralise(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet might run.

    That is text whose first visible character is `=`, `+`, `-` or `@` in any width, after any
    spaces, byte order marks and other invisible characters, or that begins with a tab, a carriage
    return or a line feed. See the OWASP page on CSV injection.
    """
    if text[:1] in UNSAFE_CONTROLS and text:
        return "'" + text
    first = next((char for char in text if not _invisible(char)), "")
    return "'" + text if unicodedata.normalize("NFKC", first)[:1] in STARTERS and first else text


def _invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}
