"""What every tenant table gets: row-level security that even its owner cannot pass, and grants.

The policy has no sub-select (a distributed engine refuses one there) and turns the empty setting that
PostgreSQL leaves after a transaction into NULL, which matches no row.
"""

from alembic import op

OWN_ROW = "provider_id = nullif(current_setting('app.provider_id', true), '')::uuid"


def app_role() -> str:
    """The role of the application, quoted; its name is read out of the address in the environment."""
    return _quoted("app_role")


def auth_role() -> str:
    """The role that looks up sign-in names, sessions and tokens, quoted."""
    return _quoted("auth_role")


def protect(table: str, grants: str = "SELECT, INSERT, UPDATE") -> None:
    """Force row-level security on a tenant table and let the application do no more than `grants`."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_provider ON {table} USING ({OWN_ROW}) WITH CHECK ({OWN_ROW})")
    op.execute(f"GRANT {grants} ON {table} TO {app_role()}")


def _quoted(attribute: str) -> str:
    config = op.get_context().config
    if config is None:
        raise RuntimeError("migrations run through `outcomes migrate`, which names the roles")
    name: str = config.attributes[attribute]
    return '"' + name.replace('"', '""') + '"'
