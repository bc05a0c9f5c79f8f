"""Segments against an independent implementation (smsutil) and published limits."""

import smsutil
from hypothesis import given
from hypothesis import strategies as st

from outcomes.messaging.segments import Encoding, Segments, count_segments

_GSM = "abc @£$éÇΔΩ_\n€[]{}|~^\\"


@given(
    st.text(st.sampled_from(_GSM), min_size=1, max_size=700)
    | st.text(st.sampled_from(_GSM + "ëżአ😀👩‍👧"), min_size=1, max_size=400)
    | st.text(st.characters(exclude_characters="\x1b"), min_size=1, max_size=400)
)
def test_the_count_agrees_with_smsutil(text: str) -> None:
    """Except for the bare escape, which smsutil counts as a character of the alphabet."""
    theirs = smsutil.split(text)
    encoding = Encoding.GSM_7 if smsutil.is_valid_gsm(text) else Encoding.UCS_2
    ours = count_segments(text)
    assert (ours.encoding, ours.count) == (encoding, len(theirs.parts))


def test_the_published_limits() -> None:
    assert count_segments("") == Segments(Encoding.GSM_7, 0, 1)
    assert count_segments("a" * 160) == Segments(Encoding.GSM_7, 160, 1)
    assert count_segments("a" * 161) == Segments(Encoding.GSM_7, 161, 2)
    assert count_segments("a" * 306).count == 2
    assert count_segments("a" * 307).count == 3
    assert count_segments("€" * 80) == Segments(Encoding.GSM_7, 160, 1)
    assert count_segments("€" * 81).count == 2
    assert count_segments("ż" * 70) == Segments(Encoding.UCS_2, 70, 1)
    assert count_segments("ż" * 71).count == 2
    assert count_segments("😀" * 35) == Segments(Encoding.UCS_2, 70, 1)
    assert count_segments("😀" * 36).count == 2


def test_neither_an_escape_nor_a_surrogate_pair_is_cut() -> None:
    assert count_segments("a" * 152 + "€" + "a" * 152).count == 3  # 306 septets, but 152 + 153 + 1
    assert count_segments("ż" * 66 + "😀" + "ż" * 66).count == 3  # 134 units, but 66 + 67 + 1
