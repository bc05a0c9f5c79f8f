"""Requests for KPI exports, and the finished file as ciphertext until it is deleted after a day."""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE kpi_exports (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            view text NOT NULL CHECK (view IN ('internal', 'external')),
            format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
            period_from date NOT NULL,
            period_until date NOT NULL,
            purpose_ciphertext bytea NOT NULL,
            state text NOT NULL CHECK (state IN ('requested', 'ready', 'failed', 'deleted')),
            file_ciphertext bytea,
            requested_at timestamptz NOT NULL,
            requested_by uuid NOT NULL,
            finished_at timestamptz,
            deletes_at timestamptz,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, requested_by) REFERENCES accounts,
            CHECK (period_from < period_until),
            CHECK ((state = 'ready') = (file_ciphertext IS NOT NULL))
        )""")
    op.execute(
        "CREATE INDEX kpi_exports_waiting ON kpi_exports (provider_id, requested_at)"
        " WHERE state = 'requested'"
    )
    op.execute(
        "CREATE INDEX kpi_exports_ready ON kpi_exports (provider_id, deletes_at) WHERE state = 'ready'"
    )
    protect("kpi_exports")
