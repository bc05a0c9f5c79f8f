"""SQL with named parameters: `:survivor_id` in the source, `$1` on the wire.

A statement is composed from constants when its module is imported, never from values:

    _LOCK_DUE = sql("SELECT id FROM prompts WHERE provider_id = :provider_id AND due_at <= :now")
"""

import re
from collections.abc import Mapping

from msgspec import Struct

_TOKEN = re.compile(
    r"""
      \bE'(?:[^'\\]|\\.|'')*'                   # a string with escapes
    | '[^']*'                                   # a string; a doubled quote makes it two
    | "[^"]*"                                   # a quoted name
    | \$(?P<tag>[a-z_]\w*|)\$.*?\$(?P=tag)\$    # a dollar-quoted string
    | --[^\n]*                                  # a comment to the end of the line
    | /\*.*?\*/                                 # a comment within the text
    | ::                                        # a cast
    | (?P<positional>\$\d+)
    | (?<!\w):(?P<name>[a-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class Statement(Struct, frozen=True):
    """SQL as the server reads it, and the names of its parameters: `names[0]` is `$1`."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """The values in the order of the parameters.

        Raises:
            TypeError: a parameter has no value, or a value has no parameter.
        """
        if values.keys() != set(self.names):
            raise TypeError(_difference(self.names, values))
        return tuple(values[name] for name in self.names)


def sql(text: str) -> Statement:
    """A statement with `:name` for each parameter; the same name is the same parameter.

    Quoted text, comments and `::casts` are left alone.

    Raises:
        ValueError: the text counts a parameter, as `$1`.
    """
    numbers: dict[str, int] = {}

    def numbered(token: re.Match[str]) -> str:
        if token["positional"]:
            raise ValueError(f"Name the parameter instead of {token[0]}")
        name = token["name"]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else token[0]

    return Statement(_TOKEN.sub(numbered, text.strip()), tuple(numbers))


def _difference(names: tuple[str, ...], values: Mapping[str, object]) -> str:
    missing = [name for name in names if name not in values]
    unknown = [name for name in values if name not in names]
    return f"Parameters without a value: {missing}; values without a parameter: {unknown}"
