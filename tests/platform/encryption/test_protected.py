"""What must not be seen is not seen: not printed, logged, pickled, encoded or in an error."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from outcomes.errors import OutcomesError
from outcomes.platform.encryption import (
    DecryptionError,
    Field,
    KeyRing,
    NewKey,
    Protected,
    ProviderKeys,
    SchemaError,
)
from outcomes.platform.encryption.keys.keystore import KeyStore
from tests.platform.encryption.test_blobs import Anything, Note

CANARY = "Canary-Zebedee"
FIELD = Field("survivors", "name_ciphertext")


class Person(msgspec.Struct):
    name: Protected[str]


def test_it_is_revealed_on_request() -> None:
    assert Protected(CANARY).reveal() == CANARY


def test_it_equals_only_its_like() -> None:
    assert Protected(CANARY) == Protected("Canary-" + "Zebedee")
    assert Protected(CANARY) != Protected("Canary")
    assert Protected(CANARY) != CANARY


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>40}".format,
        "{!r:.3}".format,
        lambda value: f"{value} {value!r} {value!s} {value=}",
        lambda value: "%s %r" % (value, value),  # noqa: UP031  # the old spelling is what is tested
        lambda value: repr([Person(value)]),
        lambda value: json.dumps({"name": value}, default=str),
        lambda value: str(dir(value)),
    ],
)
def test_it_prints_as_nothing(show: Callable[[object], str]) -> None:
    said = show(Protected(CANARY))
    assert CANARY not in said
    assert "Can" not in said


@pytest.mark.parametrize(
    "take",
    [
        *(lambda value, p=p: pickle.dumps(value, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy,
        copy.deepcopy,
        json.dumps,
        msgspec.json.encode,
        msgspec.msgpack.encode,
        msgspec.to_builtins,
        vars,
        hash,
        lambda value: pickle.dumps([Person(value)]),
        lambda value: msgspec.json.encode(Person(value)),
        lambda value: msgspec.to_builtins({"a": [Person(value)]}),
    ],
)
def test_it_cannot_be_taken_along(take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        take(Protected(CANARY))
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_logs_and_tracebacks_with_locals_do_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    held = Protected(CANARY)
    try:
        raise RuntimeError(f"about {held}")
    except RuntimeError as error:
        logging.getLogger("outcomes").exception("about %s and %r", held, Person(held))
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "<protected>" in caplog.text
    assert CANARY not in caplog.text
    lines = "".join(shown.format())
    assert "held = <protected>" in lines
    assert CANARY not in lines


def chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    for behind in (error.__cause__, error.__context__):
        if behind is not None:
            yield from chain(behind)


def everything_it_says(error: BaseException) -> str:
    """All that a log or an error tracker could take out of an exception and those behind it."""
    said = [
        ascii((str(e), repr(e), e.args, vars(e), getattr(e, "object", ""))) for e in chain(error)
    ]
    return "".join([*said, *traceback.format_exception(error)])


class Unknown:
    def __repr__(self) -> str:
        return CANARY


def failing_calls(new: NewKey) -> dict[str, Callable[[], object]]:
    key, row = new.key, uuid4()
    blob = key.encrypt_json(FIELD, row, Anything({"text": "x", "mood": CANARY}))
    not_utf8 = key.encrypt(FIELD, row, CANARY.encode() + b"\xff")
    nested = '{"a":' * 5_000
    deep = key.encrypt(FIELD, row, (nested + CANARY).encode())
    endless: list[object] = [CANARY]
    endless.append(endless)
    return {
        "lone surrogate": lambda: key.encrypt_text(FIELD, row, CANARY + "\ud800"),
        "lone surrogate in JSON": lambda: key.encrypt_json(
            FIELD, row, Anything([CANARY + "\ud800"])
        ),
        "unknown type": lambda: key.encrypt_json(FIELD, row, Anything([CANARY, Unknown()])),
        "huge number": lambda: key.encrypt_json(FIELD, row, Anything([CANARY, 10**5_000])),
        "endless": lambda: key.encrypt_json(FIELD, row, Anything(endless)),
        "other shape": lambda: key.decrypt_json(FIELD, row, blob, Note),
        "not JSON": lambda: key.decrypt_json(FIELD, row, not_utf8, Note),
        "too deep": lambda: key.decrypt_json(FIELD, row, deep, Anything),
        "not UTF-8": lambda: key.decrypt_text(FIELD, row, not_utf8),
        "other row": lambda: key.decrypt_text(FIELD, uuid4(), blob),
    }


WRITING = ["lone surrogate", "lone surrogate in JSON", "unknown type", "huge number", "endless"]
READING = ["not UTF-8", "other row"]
OTHER_SHAPES = ["other shape", "not JSON", "too deep"]


@pytest.mark.parametrize("name", WRITING + READING + OTHER_SHAPES)
def test_no_failure_repeats_the_plaintext(new_key: NewKey, name: str) -> None:
    with pytest.raises((OutcomesError, TypeError)) as caught:
        failing_calls(new_key)[name]()
    behind_us = list(chain(caught.value))
    assert CANARY not in everything_it_says(caught.value)
    assert len(behind_us) == 1


def test_a_failed_reading_always_says_the_same(new_key: NewKey) -> None:
    for names, kind in ((READING, DecryptionError), (OTHER_SHAPES, SchemaError)):
        said = set()
        for name in names:
            with pytest.raises(kind) as caught:
                failing_calls(new_key)[name]()
            said.add(repr(caught.value))
        assert len(said) == 1


def test_nothing_that_holds_keys_prints_or_pickles_them(
    key_directory: Path, ring: KeyRing, keys: ProviderKeys, new_key: NewKey
) -> None:
    store = KeyStore(key_directory)
    secrets = store.provider(keys.provider_id)
    kek = secrets.epochs[1].kek.reveal()
    root = (key_directory / "root.key").read_bytes()
    holders = [store, secrets, ring, ring.installation, keys, new_key, new_key.key]
    for holder in holders:
        said = repr(holder) + str(holder)
        for key in (kek, root, secrets.tally.reveal(), new_key.wrapped.wrapped):
            assert repr(key)[2:-1] not in said
            assert key.hex() not in said
        with pytest.raises(TypeError):
            pickle.dumps(holder)
        with pytest.raises(TypeError):
            msgspec.json.encode(holder)
