"""A report to write: one KPI of each kind, and a provider and a purpose that mean harm."""

from datetime import UTC, date, datetime

from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis.exports.report import Report
from outcomes.kpis.figures.disclosure import external_view, internal_view
from outcomes.kpis.figures.naming import category_names
from outcomes.kpis.figures.sql_files import defined, get_kpi
from outcomes.kpis.models import KpiValue, Period, Table, View

EXACT = {
    "survivors-supported": [KpiValue(numerator=92)],
    "nationalities": [
        KpiValue(numerator=27, denominator=92),
        KpiValue(category="Albania", numerator=14),
        KpiValue(category="Malta", numerator=3),
    ],
    "call-pick-up": [KpiValue(numerator=730, denominator=1000)],
    "regular-drop-ins": [KpiValue(numerator=23, denominator=92)],
    "started-work": [KpiValue(numerator=4, denominator=92)],
    "outcome-change": [KpiValue(category="safety"), KpiValue(category="social_support")],
}


def sample(view: View = View.EXTERNAL, provider: str = '=HYPERLINK("x")') -> Report:
    show = external_view if view is View.EXTERNAL else internal_view
    instrument = shipped_instruments().offered_outcomes
    kpis = [defined(get_kpi(code), instrument) for code in EXACT]
    return Report(
        provider=provider,
        purpose="\ufeff=cmd|' /C calc'!A0",
        period=Period(date(2017, 1, 1), date(2017, 7, 1)),
        view=view,
        made_at=datetime(2017, 7, 3, 8, 30, tzinfo=UTC),
        tables=tuple(
            Table(kpi, show(kpi, EXACT[kpi.code]), category_names(kpi, instrument)) for kpi in kpis
        ),
    )
