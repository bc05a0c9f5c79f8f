"""Named parameters: which `:name` is one, and which only looks like one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.platform.sql import Statement, sql


@pytest.mark.parametrize(
    ("text", "on_the_wire", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("SELECT :a", "SELECT $1", ("a",)),
        ("SELECT :b, :a, :b", "SELECT $1, $2, $1", ("b", "a")),
        ("x=:a AND y=ANY(:ids)", "x=$1 AND y=ANY($2)", ("a", "ids")),
        ("(:a::uuid IS NULL OR id = :a)", "($1::uuid IS NULL OR id = $1)", ("a",)),
        ("now::date - :days::integer", "now::date - $1::integer", ("days",)),
        ("'a'::text || :a", "'a'::text || $1", ("a",)),
        ("at + time '23:59' < :at", "at + time '23:59' < $1", ("at",)),
        ("':a' || 'it''s :b' || :c", "':a' || 'it''s :b' || $1", ("c",)),
        (r"E'it\'s :a' || :b", r"E'it\'s :a' || $1", ("b",)),
        (r"'\' || :a || '\'", r"'\' || $1 || '\'", ("a",)),
        ('":a" = :b', '":a" = $1', ("b",)),
        ("$$ :a $$ || :b", "$$ :a $$ || $1", ("b",)),
        ("$x$ :a $$ :b $x$ || :c", "$x$ :a $$ :b $x$ || $1", ("c",)),
        ("1 -- :a don't\n, :b", "1 -- :a don't\n, $1", ("b",)),
        ("1 /* :a\n :b */ , :c", "1 /* :a\n :b */ , $1", ("c",)),
        ("names[1:2]", "names[1:2]", ()),
        ("id = :id_12", "id = $1", ("id_12",)),
        ("\n    SELECT :a\n", "SELECT $1", ("a",)),
    ],
)
def test_parameters_are_numbered_by_their_first_place(
    text: str, on_the_wire: str, names: tuple[str, ...]
) -> None:
    assert sql(text) == Statement(on_the_wire, names)


def test_a_counted_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\$1"):
        sql("SELECT name FROM teams WHERE id = $1")


def test_a_dollar_within_quotes_is_no_parameter() -> None:
    assert sql("SELECT '$1', :a").text == "SELECT '$1', $1"


def test_values_come_in_the_order_of_the_parameters() -> None:
    statement = sql("SELECT :b, :a, :b")
    assert statement.arguments({"a": 1, "b": None}) == (None, 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": 1}, "without a value: ['b']"),
        ({"a": 1, "b": 2, "c": 3}, "without a parameter: ['c']"),
        ({"a": 1, "c": 3}, "without a value: ['b']; values without a parameter: ['c']"),
    ],
)
def test_missing_and_unknown_names_are_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError) as refused:
        sql("SELECT :a, :b").arguments(values)
    assert said in str(refused.value)


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PLAIN = st.sampled_from(
    ["SELECT ", " = ", "::uuid", "('x:y')", '":q"', "/* :c */", "$$:d$$", "-- :e\n", " AND "]
)


@given(st.lists(st.one_of(NAMES.map(lambda name: (name,)), PLAIN)))
def test_every_parameter_and_nothing_else_is_replaced(parts: list[tuple[str] | str]) -> None:
    """Written together from its parts, a text has just the parameters that were put there."""
    names = [part[0] for part in parts if isinstance(part, tuple)]
    first_places = list(dict.fromkeys(names))
    text = " ".join(part if isinstance(part, str) else f":{part[0]}" for part in parts)
    expected = " ".join(
        part if isinstance(part, str) else f"${first_places.index(part[0]) + 1}" for part in parts
    )
    assert sql(text) == Statement(expected.strip(), tuple(first_places))


@given(st.dictionaries(NAMES, st.integers(), min_size=1))
def test_each_value_stands_where_its_name_does(values: dict[str, int]) -> None:
    statement = sql(", ".join(f":{name}" for name in values))
    arguments = statement.arguments(values)
    assert {name: arguments[n] for n, name in enumerate(statement.names)} == values
    for name in values:
        with pytest.raises(TypeError):
            statement.arguments({key: value for key, value in values.items() if key != name})
