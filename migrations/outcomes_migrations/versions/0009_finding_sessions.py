"""Find a session or an API token in one round trip.

Each function sets the provider for its transaction and reads under the same row-level security as any
other statement of the caller's role: it runs with the rights of whoever calls it.
"""

from alembic import op

from outcomes_migrations.tenancy import auth_role

revision = "0009"
down_revision = "0008"

_SET_PROVIDER = "EXECUTE format('SET LOCAL app.provider_id = %L', of_provider_id);"


def upgrade() -> None:
    op.execute(f"""
        CREATE FUNCTION find_session(
            of_provider_id uuid, of_digest bytea, moment timestamptz, idle_lock interval)
        RETURNS TABLE (id uuid, account_id uuid, reauthenticated_at timestamptz, role text, team_id uuid)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        BEGIN
            {_SET_PROVIDER}
            UPDATE sessions s SET last_seen_at = moment
            WHERE s.provider_id = of_provider_id AND s.token_digest = of_digest
              AND s.last_seen_at BETWEEN moment - idle_lock AND moment - interval '1 minute';
            RETURN QUERY
                SELECT s.id, s.account_id, s.reauthenticated_at, a.role, a.team_id
                FROM sessions s
                JOIN accounts a ON a.provider_id = of_provider_id AND a.id = s.account_id
                WHERE s.provider_id = of_provider_id AND s.token_digest = of_digest
                  AND s.ended_at IS NULL AND s.expires_at > moment
                  AND s.last_seen_at > moment - idle_lock AND a.state = 'active';
        END $$""")
    op.execute(f"""
        CREATE FUNCTION find_api_token(of_provider_id uuid, of_digest bytea, moment timestamptz)
        RETURNS TABLE (id uuid, account_id uuid, permissions text[], role text, team_id uuid)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        BEGIN
            {_SET_PROVIDER}
            RETURN QUERY
                SELECT t.id, t.account_id, t.permissions, a.role, a.team_id
                FROM api_tokens t
                JOIN accounts a ON a.provider_id = of_provider_id AND a.id = t.account_id
                WHERE t.provider_id = of_provider_id AND t.token_digest = of_digest
                  AND t.revoked_at IS NULL AND t.expires_at > moment
                  AND a.state = 'active';
        END $$""")
    for signature in (
        "find_session(uuid, bytea, timestamptz, interval)",
        "find_api_token(uuid, bytea, timestamptz)",
    ):
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {auth_role()}")
