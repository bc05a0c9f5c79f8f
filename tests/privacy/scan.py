"""Searches heaps of bytes for planted values, in every guise in which they could lie there."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def guises(value: str) -> Iterator[bytes]:
    """The value as UTF-8, UTF-16, hex, base64 (at each of three alignments) and JSON escapes."""
    utf8 = value.encode()
    yield utf8
    yield from (value.encode("utf-16-le"), value.encode("utf-16-be"))
    yield utf8.hex().encode()
    yield utf8.hex().upper().encode()
    for shift in range(3):
        yield _inner_base64(utf8, shift)
    escaped = json.dumps(value)[1:-1].encode()
    if escaped != utf8:
        yield escaped
    if value.startswith("+44"):
        national = "0" + value[3:]
        yield national.encode()
        yield value[1:].encode()
        yield f"%2B{value[1:]}".encode()


def _inner_base64(data: bytes, shift: int) -> bytes:
    """What of its base64 does not depend on the neighbours, when it begins `shift` bytes into a group."""
    encoded = base64.b64encode(b"\0" * shift + data)
    begin = 0 if shift == 0 else 4
    end = len(encoded) - (4 if (shift + len(data)) % 3 else 0)
    return encoded[begin:end]


def found_in_bytes(heap: bytes, values: Iterable[str]) -> set[str]:
    """Which of the values lie in the heap in any guise."""
    return {value for value in values if any(guise in heap for guise in guises(value))}


def found_in_files(folders: Iterable[Path], values: Iterable[str]) -> set[str]:
    """Which of the values lie in any file below these folders, also inside gzip streams."""
    wanted, found = list(values), set[str]()
    for folder in folders:
        paths = [folder] if folder.is_file() else (p for p in folder.rglob("*") if p.is_file())
        for path in paths:
            found |= found_in_bytes(_content(path), (v for v in wanted if v not in found))
    return found


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    if content[:2] == b"\x1f\x8b":
        content += zlib.decompress(content, wbits=zlib.MAX_WBITS | 16)
    return content
