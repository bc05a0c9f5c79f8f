"""Callers for accounts that a fixture brought along."""

from urllib.parse import urlsplit

import asyncpg

from outcomes.platform.access.models import Caller
from outcomes.platform.access.roles import Role
from tests.support import Product


async def caller_of(product: Product, superuser_url: str, role: Role) -> Caller:
    """Somebody with this role, signed in as the product does it after the right password."""
    path = urlsplit(product.settings.database.app).path
    conn = await asyncpg.connect(urlsplit(superuser_url)._replace(path=path).geturl())
    row = await conn.fetchrow(
        """SELECT provider_id, id, team_id FROM accounts
           WHERE role = $1 AND state = 'active' ORDER BY id LIMIT 1""",
        role,
    )
    await conn.close()
    account = {"account_id": row["id"], "role": role, "team_id": row["team_id"]}
    return product.scopes._account_caller(row["provider_id"], account)
