"""What rows are called: by labels and the instrument, and where a statement can only tell them apart by a
token or an id, by name."""

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
"""Somebody registered a code that is no country's."""


_ANOTHER_ANSWERED = "someone_else_answered"
"""What the statement calls a call that another person answered."""


def category_names(kpi: Kpi, instrument: OutcomeInstrument) -> dict[str, str]:
    """What people call the categories that the statement codes."""
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


async def named(tx: Transaction, kpi: Kpi, values: tuple[KpiValue, ...]) -> tuple[KpiValue, ...]:
    """The same rows, nationalities by their country and support workers by their name."""
    categories = {value.category for value in values} - {None}
    if kpi.breakdown == "nationality" and categories:
        return _renamed(values, _nationalities(tx))
    if kpi.breakdown == "support worker" and categories:
        accounts = await providers.list_accounts(tx)
        return _renamed(values, {str(account.id): account.name for account in accounts})
    return values


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
