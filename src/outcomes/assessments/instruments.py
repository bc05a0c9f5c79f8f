"""Reads instruments: those that come with the product, and a provider's own file."""

from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from outcomes.assessments.models import (
    Instrument,
    NeedLevel,
    NeedsInstrument,
    OutcomeInstrument,
    OverallLevel,
)
from outcomes.errors import Invalid, NotFound

_SHIPPED = ("needs-eight-1.0", "six-domains-1.0")


class Instruments(Struct, frozen=True):
    """What an installation assesses with. New assessments use the first of each kind; what was assessed
    with the others stays readable."""

    outcomes: tuple[OutcomeInstrument, ...]
    needs: tuple[NeedsInstrument, ...]

    @property
    def offered_outcomes(self) -> OutcomeInstrument:
        """The outcome instrument of new assessments."""
        return self.outcomes[0]

    @property
    def offered_needs(self) -> NeedsInstrument:
        """The needs instrument of new assessments."""
        return self.needs[0]

    def find_outcomes(self, code: str, version: str) -> OutcomeInstrument | None:
        """The outcome instrument of that code and version, if it is installed."""
        return next((one for one in self.outcomes if _is(one, code, version)), None)

    def find_needs(self, code: str, version: str) -> NeedsInstrument | None:
        """The needs instrument of that code and version, if it is installed."""
        return next((one for one in self.needs if _is(one, code, version)), None)

    def get_outcomes(self, code: str, version: str) -> OutcomeInstrument:
        """The outcome instrument of that code and version. Raises NotFound."""
        if (found := self.find_outcomes(code, version)) is None:
            raise NotFound
        return found

    def get_needs(self, code: str, version: str) -> NeedsInstrument:
        """The needs instrument of that code and version. Raises NotFound."""
        if (found := self.find_needs(code, version)) is None:
            raise NotFound
        return found


@cache
def shipped_instruments() -> Instruments:
    """The instruments that come with the product."""
    folder = files("outcomes.assessments") / "shipped"
    read = [read_instrument((folder / f"{name}.toml").read_bytes()) for name in _SHIPPED]
    return Instruments(
        outcomes=tuple(one for one in read if isinstance(one, OutcomeInstrument)),
        needs=tuple(one for one in read if isinstance(one, NeedsInstrument)),
    )


def _is(instrument: Instrument, code: str, version: str) -> bool:
    return (instrument.code, instrument.version) == (code, version)


def read_instrument(file: bytes) -> Instrument:
    """An instrument from its TOML file. Raises Invalid, naming the place and the remedy."""
    try:
        instrument: Instrument = msgspec.toml.decode(file, type=Instrument)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Invalid.field("instrument", f"Correct the file: {problem}") from problem
    _check_wording(instrument)
    if isinstance(instrument, OutcomeInstrument):
        _check_outcomes(instrument)
    else:
        _check_needs(instrument)
    return instrument


def _check_wording(instrument: Instrument) -> None:
    if not all("en" in text for text in _texts(instrument)):
        raise Invalid.field("instrument", "Give every text in English, under `en`.")


def _texts(node: object) -> Iterator[dict[str, str]]:
    """Every text of an instrument: they are its only dicts."""
    if isinstance(node, dict):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _texts(part)
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _texts(getattr(node, name))


def _check_outcomes(instrument: OutcomeInstrument) -> None:
    values = [point.value for point in instrument.scale]
    rules = instrument.rules
    _require(values == list(range(values[0], values[-1] + 1)), "scale", "Count up by ones.")
    _require_unique("domains", (domain.code for domain in instrument.domains))
    _require_unique("items", (item.code for domain in instrument.domains for item in domain.items))
    numbers = [value for value in msgspec.structs.astuple(rules) if isinstance(value, Decimal)]
    _require(all(number.is_finite() for number in numbers), "rules", "Give plain numbers.")
    _require(0 < rules.answered_share <= 1, "rules.answered_share", "Give more than 0, up to 1.")
    _require(
        1 <= rules.domains_needed <= len(instrument.domains),
        "rules.domains_needed",
        "Give a number of domains that the instrument has.",
    )
    stable = (rules.stable_overall, rules.stable_domain)
    _require(
        all(values[0] <= threshold <= values[-1] for threshold in stable),
        "rules.stable_overall",
        "Give thresholds on the scale.",
    )
    _require(
        0 < rules.measurable_change < rules.substantial_change,
        "rules.measurable_change",
        "Give a measurable change above 0 and below the substantial one.",
    )


def _check_needs(instrument: NeedsInstrument) -> None:
    levels = [meaning.level for meaning in instrument.levels]
    _require(levels == list(NeedLevel), "levels", "Give each level once, from none to urgent.")
    overall = {consequence.level for consequence in instrument.consequences}
    _require(overall == set(OverallLevel), "consequences", "Give each overall level once.")
    _require_unique("areas", (area.code for area in instrument.areas))
    for area in instrument.areas:
        _require_unique(f"areas.{area.code}.factors", (factor.code for factor in area.factors))


def _require_unique(field: str, codes: Iterable[Hashable]) -> None:
    seen = list(codes)
    _require(len(seen) == len(set(seen)), field, "Use each code only once.")


def _require(holds: bool, field: str, remedy: str) -> None:
    if not holds:
        raise Invalid.field(field, remedy)
