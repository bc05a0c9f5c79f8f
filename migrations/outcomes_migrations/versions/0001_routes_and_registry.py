"""The only two tables that belong to no single provider: where a credential leads, and who exists.

Neither holds a name: routes are keyed digests under an installation key that is not in the database.
"""

from alembic import op

from outcomes_migrations.tenancy import OWN_ROW, app_role, auth_role

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE provider_registry (
            provider_id uuid PRIMARY KEY,
            state text NOT NULL CHECK (state IN ('active', 'closed')),
            next_due_at timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE access_routes (
            kind text NOT NULL
                CHECK (kind IN ('sign_in_name', 'session', 'api_token', 'sign_in_link', 'sender_number')),
            digest bytea NOT NULL CHECK (octet_length(digest) = 32),
            provider_id uuid NOT NULL REFERENCES provider_registry,
            PRIMARY KEY (kind, digest)
        )""")
    op.execute("CREATE INDEX access_routes_by_provider ON access_routes (provider_id)")
    for table in ("provider_registry", "access_routes"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    app, auth = app_role(), auth_role()
    op.execute(
        f"CREATE POLICY everyone_reads ON provider_registry FOR SELECT TO {app} USING (true)"
    )
    op.execute(
        f"CREATE POLICY own_insert ON provider_registry FOR INSERT TO {app} WITH CHECK ({OWN_ROW})"
    )
    op.execute(
        f"CREATE POLICY own_update ON provider_registry FOR UPDATE TO {app}"
        f" USING ({OWN_ROW}) WITH CHECK ({OWN_ROW})"
    )
    op.execute(f"GRANT SELECT ON alembic_version TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON provider_registry TO {app}")
    op.execute(
        f"CREATE POLICY own_routes ON access_routes TO {app} USING ({OWN_ROW}) WITH CHECK ({OWN_ROW})"
    )
    op.execute(f"GRANT SELECT, INSERT, DELETE ON access_routes TO {app}")
    op.execute(f"CREATE POLICY auth_reads ON access_routes FOR SELECT TO {auth} USING (true)")
    op.execute(f"GRANT SELECT ON access_routes TO {auth}")
