"""Names for rows that statements can only tell apart by a token or an id."""

from msgspec.structs import replace

from outcomes.kpis.models import Kpi, KpiValue
from outcomes.platform.db import Transaction
from outcomes.providers import service as providers
from outcomes.survivors.choices import nationalities

NOT_LISTED = "Not in our list"
"""Somebody registered a code that is no country's."""


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
