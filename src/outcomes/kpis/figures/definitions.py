"""`docs/kpis.md`, made from the headers of the `.sql` files.

Run `python -m outcomes.kpis.figures.definitions > docs/kpis.md` after changing one.
"""

import sys

from outcomes.assessments.instruments import shipped_instruments
from outcomes.kpis.figures.sql_files import catalogue, defined
from outcomes.kpis.labels import COUNTS, MARK_MEANINGS, SHOWS
from outcomes.kpis.models import Audience, Kpi
from outcomes.kpis.wording import EXTERNAL_NOTES

_INTRODUCTION = """\
# KPIs

Each KPI is one file in `src/outcomes/kpis/sql`, with its definition in its header; this page is made
from those headers (`python -m outcomes.kpis.figures.definitions`). "Product default; no
external source" marks a rule that we chose because no published one exists. No data is never shown as 0.

The *internal view* is exact: for team leads and provider admins, and audited. Everything else that
leaves goes through the rule below.
"""


def definitions_page() -> str:
    """The whole page as Markdown."""
    rule = "\n".join(f"{n}. {note}" for n, note in enumerate(EXTERNAL_NOTES, start=1))
    marks = "\n".join(f"| `{mark}` | {meaning} |" for mark, meaning in MARK_MEANINGS.items())
    sections = "\n".join(
        _section(defined(kpi, shipped_instruments().offered_outcomes)) for kpi in catalogue()
    )
    return (
        f"{_INTRODUCTION}\n## What leaves, and how\n\n{rule}\n\n"
        f"| mark | means |\n| --- | --- |\n{marks}\n\n{sections}"
    )


def _section(kpi: Kpi) -> str:
    inside = " Internal only." if kpi.audience is Audience.INTERNAL else ""
    facts = {
        "Counts": f"{COUNTS[kpi.counts].lower()}, read as {SHOWS[kpi.shows]}.{inside}",
        "Numerator": kpi.numerator,
        "Denominator": kpi.denominator,
        "Rows": kpi.breakdown,
        "Period": kpi.period,
        "No data": kpi.empty,
        "Source": kpi.source,
        "Tables": ", ".join(sorted(kpi.needs)),
    }
    lines = "\n".join(f"- **{name}:** {text}" for name, text in facts.items())
    return f"## {kpi.title}\n\n`{kpi.code}`\n\n{lines}\n"


if __name__ == "__main__":
    sys.stdout.write(definitions_page())
