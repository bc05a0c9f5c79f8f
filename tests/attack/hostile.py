"""Hostile values, and hypothesis strategies for the types of a Struct."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

TEXTS = (
    "a\0b", "\ud800", "\udfff\ud800", "\x1b[31mred\x1b[0m", "\x07", "\x7f", "\u202eevil\u202c",
    "\u2066a\u2069", "\u200b", "\u200b\u200d\ufeff", "\u00ad", "\ufeff", "\u2028", "e\u0301",
    "Z\u0351\u034f" * 60,
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "{% raw %}", "%s%n", "=1+1", "@SUM(A1)", "+1",
    "-1",
    "'; DROP TABLE survivors;--", "../../etc/passwd", "\r\nSet-Cookie: a=b", "👩‍👩‍👧",
    "𝕬", "اسم", "名", "ß", "İ",
    "null", "NaN", "true", "0", "", " ", "\t\n", "x" * 201, "x" * 4_001, "\U0010ffff", "\ufffe",
)  # fmt: skip
DAYS = (
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-02-29", "2028-02-29",
    "2026-13-01", "2026-00-10", "infinity", "-infinity", "today", "epoch", "2026-1-5", "20260105",
    "2026-W01-1", "05/01/2026", "٢٠٢٦-٠١-٠٥", "2026-01-05T00:00:00Z", "1900-01-01", "2100-01-01",
)  # fmt: skip
MOMENTS = (
    "2026-03-29T01:30:00", "2026-03-29T01:30:00Z", "2026-10-25T01:30:00+01:00", "2026-01-01T00:00:00+25:00",
    "2026-01-01T00:00:00-25:00", "2026-01-01T24:00:00Z", "2026-01-01T23:59:60Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00", "0000-01-01T00:00:00Z", "infinity", "now", "1767225600",
    "2026-01-01T00:00:00.123456789Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+00:00[Europe/London]",
)  # fmt: skip
IDS = (
    "{00000000-0000-0000-0000-000000000000}", "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF", "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "7c9e6679742540de944be07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae7 ", "1", "nil", "٧",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**63 - 1, -(2**63), 2**63, 10**17, 0.5, -0.0, 1e308, 5e-324)

texts = st.sampled_from(TEXTS) | st.text(max_size=80)
anything = st.recursive(
    st.none() | st.booleans() | texts | st.sampled_from((*NUMBERS, *DAYS, *MOMENTS, *IDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def bodies(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """JSON that is nearly a body of this type: each field right, hostile, or of another kind."""
    return _of(inspect.type_info(kind))


def _of(wanted: inspect.Type) -> st.SearchStrategy[Any]:
    match wanted:
        case inspect.Metadata():
            return _of(wanted.type)
        case inspect.UnionType():
            return st.one_of(*map(_of, wanted.types))
        case inspect.StructType():
            return _struct(wanted)
        case inspect.DictType():
            return st.dictionaries(_keys(wanted), _of(wanted.value_type), max_size=4)
        case inspect.VarTupleType() | inspect.ListType():
            return st.lists(_of(wanted.item_type), max_size=4)
        case inspect.EnumType():
            return st.sampled_from([*(one.value for one in wanted.cls), "other", 0])
        case inspect.BoolType():
            return st.sampled_from([True, False, 1, "true", None])
        case inspect.IntType():
            return st.sampled_from((*range(6), *NUMBERS)) | st.integers()
        case inspect.DateType():
            return st.sampled_from(DAYS) | st.dates().map(str)
        case inspect.DateTimeType():
            return st.sampled_from(MOMENTS) | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
        case inspect.UUIDType():
            return st.sampled_from(IDS) | st.uuids().map(str)
        case inspect.LiteralType():
            return st.sampled_from(wanted.values) | anything
        case inspect.NoneType():
            return st.none()
    return texts


def _struct(wanted: inspect.StructType) -> st.SearchStrategy[Any]:
    fields = {field.encode_name: _of(field.type) | anything for field in wanted.fields}
    needed = {field.encode_name for field in wanted.fields if field.required}
    return st.fixed_dictionaries(
        {name: fields[name] for name in needed},
        optional={name: fields[name] for name in fields.keys() - needed},
    )


def _keys(wanted: inspect.DictType) -> st.SearchStrategy[str]:
    return st.sampled_from(["money", "rest", "accommodation"]) | texts
