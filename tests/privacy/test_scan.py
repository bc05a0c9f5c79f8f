"""The search itself: it must find what is there, whatever it looks like."""

import base64
import gzip
import json
import unicodedata
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.privacy.planted import fifty
from tests.privacy.scan import found_in_bytes, found_in_files, without_page_headers

VALUES = fifty()


@pytest.mark.parametrize("value", VALUES)
def test_every_encoding_is_found_between_other_bytes(value: str) -> None:
    utf8 = value.encode()
    for content in (
        utf8,
        value.encode("utf-16-le"),
        utf8.hex().encode(),
        json.dumps({"note": value}).encode(),
        urlencode({"note": value}).encode(),
        unicodedata.normalize("NFD", value).encode(),
        *(base64.b64encode(b"x" * n + utf8 + b"tail") for n in range(3)),
    ):
        assert value in found_in_bytes(b"before\0" + content + b"\0after", VALUES)


def test_what_is_not_there_is_not_found() -> None:
    assert found_in_bytes(b"nothing of the kind" * 100, VALUES) == set()


@pytest.mark.parametrize("written", ["07700 900703", "+44 7700 900703", "07700900703"])
def test_a_number_is_found_as_people_write_it(written: str) -> None:
    assert found_in_bytes(written.encode(), VALUES) == {"+447700900703"}


def test_what_stands_next_to_each_other_or_among_zeros_is_all_found() -> None:
    content = bytes(1000).join(value.encode() for value in VALUES)
    assert (
        found_in_bytes(content, VALUES)
        == found_in_bytes(content.replace(b"\0", b""), VALUES)
        == set(VALUES)
    )


def test_files_are_searched_through_gzip(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "packed").write_bytes(gzip.compress(VALUES[0].encode()))
    (tmp_path / "plain").write_bytes(VALUES[1].encode())

    assert found_in_files([tmp_path], VALUES) == {VALUES[0], VALUES[1]}


def test_a_value_is_found_that_a_page_of_the_wal_parts() -> None:
    first = b"\x18\xd1\x02\x00" + b"-" * 36 + b"r" * 8148 + b"half"
    second = b"\x18\xd1\x01\x00" + b"-" * 20 + b"way" + b"r" * 8165
    assert (len(first), len(second)) == (8192, 8192)
    assert found_in_bytes(first + second, ["halfway"]) == set()
    assert found_in_bytes(without_page_headers(first + second), ["halfway"]) == {"halfway"}
