"""Names for rows that statements can only tell apart by a token or an id."""

from itertools import product
from string import ascii_uppercase

from msgspec.structs import replace

from outcomes.db import Transaction
from outcomes.kpis.models import Kpi, KpiValue
from outcomes.providers import service as providers


async def named(tx: Transaction, kpi: Kpi, values: tuple[KpiValue, ...]) -> tuple[KpiValue, ...]:
    """The same rows, nationalities by their ISO 3166-1 code and support workers by their name."""
    categories = {value.category for value in values} - {None}
    if kpi.breakdown == "nationality" and categories:
        return _renamed(values, _nationalities(tx))
    if kpi.breakdown == "support worker" and categories:
        accounts = await providers.list_accounts(tx)
        return _renamed(values, {str(account.id): account.name for account in accounts})
    return values


def _nationalities(tx: Transaction) -> dict[str, str]:
    """Every code there can be, by its token: a token cannot be turned back, only recognised."""
    codes = map("".join, product(ascii_uppercase, repeat=2))
    return {tx.caller.scope.keys.nationality_token(code).hex(): code for code in codes}


def _renamed(values: tuple[KpiValue, ...], names: dict[str, str]) -> tuple[KpiValue, ...]:
    """The whole first, then the largest; equal ones by name."""
    known = [
        value if value.category is None else replace(value, category=names[value.category])
        for value in values
    ]
    return tuple(
        sorted(known, key=lambda v: (v.category is not None, -(v.numerator or 0), v.category or ""))
    )
