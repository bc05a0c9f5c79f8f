"""Names of rows: from labels, from the instrument, and from names where a statement returns tokens or
ids."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from outcomes.assessments.models import OutcomeInstrument
from outcomes.check_ins.labels import ACTIVITIES, ATTEMPT_OUTCOMES, REASONS
from outcomes.check_ins.models import AttemptOutcome
from outcomes.kpis.models import Kpi, KpiValue
from outcomes.pathways.labels import STAGES
from outcomes.platform.db import Transaction
from outcomes.providers import service as providers
from outcomes.survivors.choices import nationalities

NOT_LISTED = "Not in our list"
"""The name of a code that is no country."""


_ANOTHER_ANSWERED = "someone_else_answered"
"""The statement's code of a call that another person answered."""


def category_names(kpi: Kpi, instrument: OutcomeInstrument) -> dict[str, str]:
    """Names for the category codes of the statement."""
    match kpi.breakdown:
        case "outcome domain":
            return {domain.code: domain.title["en"] for domain in instrument.domains}
        case "reason":
            another = {_ANOTHER_ANSWERED: ATTEMPT_OUTCOMES[AttemptOutcome.THIRD_PARTY]}
            return {str(reason): words for reason, words in REASONS.items()} | another
        case "point after exit":
            return {str(stage): words for stage, words in STAGES.items()}
        case "activity":
            return {str(activity): words for activity, words in ACTIVITIES.items()}
    return {}


Values = Mapping[str, tuple[KpiValue, ...]]
"""The rows of each KPI, by its code."""


async def named(tx: Transaction, kpis: Sequence[Kpi], values: Values) -> Values:
    """The rows with names of countries for nationalities and names of support workers for ids. The
    accounts are read at most once."""
    divided = {kpi.breakdown for kpi in kpis if any(row.category for row in values[kpi.code])}
    names: dict[str, dict[str, str]] = {}
    if "nationality" in divided:
        names["nationality"] = _nationalities(tx)
    if "support worker" in divided:
        accounts = await providers.list_accounts(tx)
        names["support worker"] = {str(account.id): account.name for account in accounts}
    return {
        kpi.code: _renamed(values[kpi.code], names[kpi.breakdown])
        if kpi.breakdown in names
        else values[kpi.code]
        for kpi in kpis
    }


def _nationalities(tx: Transaction) -> dict[str, str]:
    """Every country by its token: a token cannot be turned back, only recognised."""
    keys = tx.caller.scope.keys
    return {keys.nationality_token(code).hex(): country for code, country in nationalities()}


def _renamed(values: tuple[KpiValue, ...], names: dict[str, str]) -> tuple[KpiValue, ...]:
    """The whole first, then the largest; equal ones by name."""
    known = [
        replace(value, category=names.get(value.category, NOT_LISTED)) if value.category else value
        for value in values
    ]
    return tuple(
        sorted(known, key=lambda v: (v.category is not None, -(v.numerator or 0), v.category or ""))
    )
