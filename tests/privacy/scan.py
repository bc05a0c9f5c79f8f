"""Searches bytes for planted values in every encoding."""

import base64
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

_WAL_PAGE = 8192
_ZEROS = re.compile(rb"\0{16,}")
"""No encoding has a run of zeros; unused pages contain nothing else."""


def encodings(value: str) -> Iterator[bytes]:
    """The value as UTF-8, UTF-16, hex, base64 (at each of three alignments), JSON, URLs and names' other
    spellings; a number also as people write it."""
    utf8 = value.encode()
    yield utf8
    yield from (value.encode("utf-16-le"), value.encode("utf-16-be"))
    yield utf8.hex().encode()
    yield utf8.hex().upper().encode()
    for shift in range(3):
        yield _inner_base64(utf8, shift)
    yield json.dumps(value)[1:-1].encode()
    yield from (quote(value).encode(), quote_plus(value).encode())
    decomposed = unicodedata.normalize("NFD", value)
    yield decomposed.encode()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    yield from (bare.encode(), bare.casefold().encode(), bare.upper().encode())
    if value.startswith("+44"):
        yield from (f"0{value[3:]}".encode(), value[1:].encode())
        yield f"0{value[3:7]} {value[7:]}".encode()
        yield f"+44 {value[3:7]} {value[7:]}".encode()


def _inner_base64(data: bytes, shift: int) -> bytes:
    """What of its base64 does not depend on the neighbours, when it begins `shift` bytes into a group."""
    encoded = base64.b64encode(b"\0" * shift + data)
    begin = 0 if shift == 0 else 4
    end = len(encoded) - (0, 3, 2)[(shift + len(data)) % 3]
    return encoded[begin:end]


def found_in_bytes(content: bytes, values: Iterable[str]) -> set[str]:
    """The values that the content contains in any encoding."""
    pattern, values_of = _search(tuple(values))
    dense = _ZEROS.sub(bytes(16), content)
    return set().union(*(values_of[found[1]] for found in pattern.finditer(dense)))


def found_in_files(folders: Iterable[Path], values: Iterable[str]) -> set[str]:
    """The values that files below these folders contain, also inside gzip streams."""
    wanted, found = tuple(values), set[str]()
    for folder in folders:
        paths = [folder] if folder.is_file() else (p for p in folder.rglob("*") if p.is_file())
        for path in paths:
            found |= found_in_bytes(_content(path), wanted)
    return found


def without_page_headers(wal: bytes) -> bytes:
    """The records of a WAL file without what stands at the head of each page.

    24 bytes, or 40 where bit 2 of the page's flags says so (PostgreSQL, access/xlog_internal.h).
    """
    pages = (wal[start : start + _WAL_PAGE] for start in range(0, len(wal), _WAL_PAGE))
    return b"".join(page[40 if page[2] & 2 else 24 :] for page in pages)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    if content[:2] == b"\x1f\x8b":
        content += zlib.decompress(content, wbits=zlib.MAX_WBITS | 16)
    return content


class _Tree(dict[int, "_Tree"]):
    """A tree of encodings by their bytes; `_END` marks the end of one."""


_END = -1


@cache
def _search(values: tuple[str, ...]) -> tuple[re.Pattern[bytes], dict[bytes, set[str]]]:
    """One pattern for all encodings, with lookahead so that overlapping ones are found too.

    The base64 of numbers that differ in their last bits is the same but for what is cut off, so one
    encoding may belong to several values, also to those whose encoding is a prefix of it.
    """
    values_of: dict[bytes, set[str]] = {}
    for value in values:
        for encoding in encodings(value):
            values_of.setdefault(encoding, set()).add(value)
    tree = _Tree()
    for encoding in values_of:
        _grow(tree, encoding)
    whole = {
        encoding: set().union(
            *(values_of.get(encoding[:length], ()) for length in range(1, len(encoding) + 1))
        )
        for encoding in values_of
    }
    return re.compile(b"(?=(" + _pattern(tree) + b"))"), whole


def _grow(tree: _Tree, encoding: bytes) -> None:
    for byte in encoding:
        tree = tree.setdefault(byte, _Tree())
    tree[_END] = _Tree()


def _pattern(tree: _Tree) -> bytes:
    branches = [
        re.escape(bytes((byte,))) + _pattern(below) for byte, below in tree.items() if byte != _END
    ]
    joined = branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"
    if _END not in tree:
        return joined
    return b"(?:" + joined + b")?" if branches else b""
