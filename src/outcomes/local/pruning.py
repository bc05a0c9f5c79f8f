"""Removes the rules for unused components from a minified style sheet."""

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK_OF = re.compile(r"\.(govuk-(?:[a-z0-9]+(?:-[a-z0-9]+)*|\\!))")
_GROUPS = ("@media", "@supports")


def pruned(css: str, blocks: frozenset[str]) -> str:
    """The sheet with those selectors only whose every `govuk-` class belongs to one of `blocks`.

    A block is a component's class without element or modifier: `govuk-input` for
    `.govuk-input__wrapper` and `.govuk-input--error`. Rules without such a class stay.
    """
    return "".join(_kept_rules(_COMMENT.sub("", css), blocks))


def _kept_rules(css: str, blocks: frozenset[str]) -> Iterator[str]:
    for prelude, body in _rules(css):
        if body is None:
            yield prelude
        elif prelude.startswith(_GROUPS):
            inside = pruned(body, blocks)
            if inside:
                yield f"{prelude}{{{inside}}}"
        elif prelude.startswith("@"):
            continue  # rules for obsolete browsers
        elif selectors := [one for one in _selectors(prelude) if _blocks(one) <= blocks]:
            yield f"{','.join(selectors)}{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Each rule's prelude and body; a statement such as `@charset "UTF-8";` has no body."""
    start = 0
    while start < len(css):
        end = min((at for at in (css.find(c, start) for c in "{;") if at >= 0), default=len(css))
        prelude = css[start:end].strip()
        if end == len(css) or css[end] == ";":
            start = end + 1
            if prelude:
                yield f"{prelude};", None
            continue
        close = _closing(css, end)
        yield prelude, css[end + 1 : close]
        start = close + 1


def _closing(css: str, opening: int) -> int:
    depth = 0
    for brace in re.finditer(r"[{}]", css[opening:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return opening + brace.start()
    raise ValueError("A brace in the style sheet is never closed.")


def _selectors(prelude: str) -> list[str]:
    """Split at the commas outside parentheses; `:is()` and `:not()` contain commas."""
    return re.split(r",(?![^(]*\))", prelude)


def _blocks(selector: str) -> set[str]:
    return set(_BLOCK_OF.findall(selector))
