"""The KPIs: one `.sql` file each, read from the package, with its definition in its header.

A header is the file's first comment lines, `-- name: value`, in the order of `HEADER`; a value may
continue on lines that begin with two dashes and three spaces. An analyst can read and sign off one
file without knowing Python. Placeholders such as `{measurable_change}` are filled in by `defined`
with the numbers of the outcome instrument.
"""

from functools import cache
from importlib.resources import files

from msgspec.structs import replace

from outcomes.assessments.models import OutcomeInstrument
from outcomes.kpis.models import Audience, Counts, Kpi, Shows

HEADER = (
    "code",
    "title",
    "counts",
    "shows",
    "numerator",
    "denominator",
    "breakdown",
    "period",
    "empty",
    "source",
    "needs",
    "audience",
)


@cache
def catalogue() -> tuple[Kpi, ...]:
    """Every KPI, in the order of the file names. Raises ValueError for a malformed file."""
    folder = files("outcomes.kpis") / "sql"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(parse(name, (folder / name).read_text("utf-8")) for name in names)


def get_kpi(code: str) -> Kpi:
    """One KPI by its code. Raises KeyError."""
    return {kpi.code: kpi for kpi in catalogue()}[code]


def defined(kpi: Kpi, instrument: OutcomeInstrument) -> Kpi:
    """The KPI with the placeholders of its definition filled in for this instrument."""
    rules, scale = instrument.rules, instrument.scale
    numbers = {
        "instrument": instrument.code,
        "lowest": scale[0].value,
        "highest": scale[-1].value,
        "measurable_change": rules.measurable_change,
        "substantial_change": rules.substantial_change,
        "stable_overall": rules.stable_overall,
        "stable_domain": rules.stable_domain,
    }
    return replace(
        kpi, numerator=kpi.numerator.format(**numbers), source=kpi.source.format(**numbers)
    )


def parse(name: str, text: str) -> Kpi:
    """A file's text as a KPI. Raises ValueError naming the file and what is wrong with it."""
    fields, text = _split(name, text)
    if tuple(fields) != HEADER:
        raise ValueError(f"{name}: the header must have exactly these lines: {', '.join(HEADER)}")
    if not name.endswith(f"_{fields['code'].replace('-', '_')}.sql"):
        raise ValueError(f"{name}: the file is not named after its code")
    return Kpi(
        code=fields["code"],
        title=fields["title"],
        counts=Counts(fields["counts"]),
        shows=Shows(fields["shows"]),
        numerator=fields["numerator"],
        denominator=fields["denominator"],
        breakdown=fields["breakdown"],
        period=fields["period"],
        empty=fields["empty"],
        source=fields["source"],
        needs=frozenset(fields["needs"].split(", ")),
        audience=Audience(fields["audience"]),
        statement=text,
    )


def _split(name: str, text: str) -> tuple[dict[str, str], str]:
    fields: dict[str, str] = {}
    lines = text.splitlines()
    body = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    last = ""
    for line in lines[:body]:
        if line.startswith("--   ") and last:
            fields[last] += " " + line[5:].strip()
            continue
        last, colon, value = line.removeprefix("-- ").partition(": ")
        if not colon or last in fields:
            raise ValueError(f"{name}: cannot read the header line {line!r}")
        fields[last] = value.strip()
    statement = "\n".join(lines[body:]).strip()
    if not statement:
        raise ValueError(f"{name}: there is no statement below the header")
    return fields, statement
