"""What a card says of a figure."""

from decimal import Decimal

from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis.figures.disclosure import external_view, internal_view
from outcomes.kpis.figures.naming import category_names
from outcomes.kpis.figures.sql_files import get_kpi
from outcomes.kpis.models import KpiValue, Table, View
from outcomes.kpis.presentation import Card, sections, slopes

INSTRUMENT = shipped_instruments().offered_outcomes


def card(
    code: str, *values: KpiValue, view: View = View.EXTERNAL, past: KpiValue | None = None
) -> Card:
    show = external_view if view is View.EXTERNAL else internal_view
    kpi = get_kpi(code)
    earlier = (Table(kpi, show(kpi, [past])),) if past else ()
    names = category_names(kpi, INSTRUMENT)
    (section,) = sections((Table(kpi, show(kpi, values), names),), earlier)
    return section.cards[0]


def test_a_share_says_its_percentage_and_of_how_many() -> None:
    one = card("regular-drop-ins", KpiValue(None, 23, 92), past=KpiValue(None, 30, 60))
    assert one.whole is not None
    assert (one.whole.headline, one.whole.words) == ("28%", "25 of 90 people")
    assert (one.whole.done, one.whole.total, one.before) == (25, 90, "50%")
    assert not one.hidden


def test_a_hidden_share_says_that_it_is_hidden() -> None:
    one = card("started-work", KpiValue(None, 4, 92), past=KpiValue(None, 3, 15))
    assert one.whole is not None
    assert (one.whole.headline, one.whole.words) == ("0 to 9", "of 90 people")
    assert (one.whole.done, one.before, one.hidden) == (None, None, True)


def test_a_whole_that_is_all_of_its_parts_is_a_number() -> None:
    reasons = KpiValue("at_work", 180, 270), KpiValue("no_reply", 90, 270)
    one = card("no-answer-reasons", KpiValue(None, 270, 270), *reasons)
    assert one.whole is not None
    assert (one.whole.headline, one.whole.words) == ("270", "")
    assert [(part.name, part.headline, part.words) for part in one.parts] == [
        ("At work", "67%", "180 of 270"),
        ("Rang, no reply", "33%", "90 of 270"),
    ]


def test_no_data_is_said_in_words() -> None:
    one = card("call-pick-up", KpiValue())
    assert one.whole is not None
    assert (one.whole.headline, one.whole.words) == ("No data", "")


def test_slopes_are_drawn_where_both_means_may_be_shown() -> None:
    tables = []
    for code, mean in (("outcome-baseline", "2.0"), ("outcome-latest", "2.5")):
        values = [
            KpiValue("safety", None, 24, Decimal(mean)),
            KpiValue("social_support", None, 19, Decimal(mean)),
        ]
        kpi = get_kpi(code)
        tables.append(Table(kpi, external_view(kpi, values), category_names(kpi, INSTRUMENT)))
    (slope,) = slopes(tuple(tables))
    assert (slope.label, slope.first, slope.last) == ("Safety", 2.0, 2.5)
