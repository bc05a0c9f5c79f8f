"""Names of fields in messages and answers."""

import re

_PLAIN = re.compile(r"[A-Za-z0-9_.\-]{1,80}")
_NOUN_PHRASES = (
    "a ",
    "an ",
    "how ",
    "their ",
    "the ",
    "what ",
    "when ",
    "whether ",
    "who ",
    "your ",
)


def field_name(sent: str) -> str:
    """The name of a field in a request, safe to repeat; `unknown` when it is not a name."""
    return sent if _PLAIN.fullmatch(sent) else "unknown"


def phrase(title: str) -> str:
    """A field's title inside a sentence: `exit date` becomes `the exit date`."""
    return title if title.startswith(_NOUN_PHRASES) else f"the {title}"


def title_of(name: str) -> str:
    """The title of a field that declares none: `exit_on` becomes `exit date`."""
    plain = name.rsplit(".", 1)[-1].removesuffix("_id")
    if plain.endswith("_on"):
        plain = plain.removesuffix("_on") + "_date"
    elif plain.endswith("_at"):
        plain = plain.removesuffix("_at") + "_time"
    return plain.replace("_", " ").replace("-", " ")
