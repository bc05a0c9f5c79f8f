"""How names are compared: as people type them who lack the letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.survivors.service import plain


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Đặng Thị Hà", "dang thi ha"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("José  María", "jose maria"),
        ("Øyvind Ærø", "oyvind aero"),
        ("Işıl Çelik", "isil celik"),
        ("STRASSE", "straße"),
        ("Ｆｕｌｌ Width", "full width"),
        ("አበበ", "አበበ"),
    ],
)
def test_a_name_is_found_as_it_is_typed_without_its_letters(name: str, typed: str) -> None:
    assert plain(name) == plain(typed)


@given(st.text(max_size=60))
def test_comparing_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(f"  {text} ") == plain(text)
