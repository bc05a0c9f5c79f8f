"""Text that a spreadsheet would run."""

import pytest

from outcomes.kpis.exports.formulas import neutralise


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+447700900123",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\tharmless",
        "\rharmless",
        "\nharmless",
        "  =1",
        "\u00a0=1",
        "\ufeff=1",
        "\u200b=1",
        "\ufeff \t@x",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\ufe63x",  # small hyphen-minus
        "\x00=1",
    ],
)
def test_made_text_again(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<10",
        "[c]",
        "City Hearts",
        "1 January 2017",
        "a=b",
        "(product default)",
        "– dash",
    ],
)
def test_left_alone(text: str) -> None:
    assert neutralise(text) == text
