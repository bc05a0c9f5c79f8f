"""Survivors: a pseudonymous row, and everything that could identify a person as ciphertext beside it."""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _survivors()
    _ways_to_reach_them()
    _caseload()


def _survivors() -> None:
    op.execute("""
        CREATE TABLE survivors (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            reference text NOT NULL CHECK (reference ~ '^[A-HJ-NP-Z][2-9]-[2-9]{3}$'),
            zone text NOT NULL,
            exit_on date,
            nationality_token bytea CHECK (octet_length(nationality_token) = 16),
            told_not_emergency_line_at timestamptz NOT NULL,
            registered_at timestamptz NOT NULL,
            registered_by uuid NOT NULL,
            version integer NOT NULL CHECK (version > 0),
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, reference),
            FOREIGN KEY (provider_id, registered_by) REFERENCES accounts
        )""")
    protect("survivors")
    op.execute("""
        CREATE TABLE survivor_identities (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            survivor_id uuid NOT NULL,
            name_ciphertext bytea NOT NULL,
            details_ciphertext bytea NOT NULL,
            language_ciphertext bytea NOT NULL,
            PRIMARY KEY (provider_id, survivor_id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors
        )""")
    protect("survivor_identities")


def _ways_to_reach_them() -> None:
    op.execute("""
        CREATE TABLE contact_methods (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            phone_ciphertext bytea NOT NULL,
            phone_bidx bytea NOT NULL CHECK (octet_length(phone_bidx) = 16),
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            retired_at timestamptz,
            frozen_at timestamptz,
            frozen_reason text
                CHECK (frozen_reason IN ('wrong_number', 'unknown_to_gateway', 'no_delivery')),
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts,
            CHECK ((frozen_at IS NULL) = (frozen_reason IS NULL))
        )""")
    op.execute("""
        CREATE UNIQUE INDEX contact_methods_one_current ON contact_methods (provider_id, survivor_id)
        WHERE retired_at IS NULL""")
    op.execute("""
        CREATE INDEX contact_methods_by_phone ON contact_methods (provider_id, phone_bidx)
        WHERE retired_at IS NULL""")
    protect("contact_methods")
    op.execute("""
        CREATE TABLE safe_contacts (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            version integer NOT NULL CHECK (version > 0),
            profile_ciphertext bytea NOT NULL,
            confirmed_at timestamptz NOT NULL,
            expires_on date NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, survivor_id, version),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    protect("safe_contacts", "SELECT, INSERT, UPDATE (confirmed_at, expires_on)")
    op.execute("""
        CREATE TABLE consents (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            purpose text NOT NULL CHECK (purpose IN ('call', 'sms', 'sharing')),
            decision text NOT NULL CHECK (decision IN ('given', 'withdrawn')),
            wording_version text NOT NULL CHECK (wording_version ~ '^[0-9]{4}-[0-9]{2}$'),
            decided_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute("""
        CREATE INDEX consents_latest ON consents (provider_id, survivor_id, purpose, recorded_at DESC)""")
    protect("consents", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE opt_outs (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid,
            phone_bidx bytea CHECK (octet_length(phone_bidx) = 16),
            source text NOT NULL CHECK (source IN ('reply', 'gateway', 'duress', 'worker')),
            opted_out_at timestamptz NOT NULL,
            lifted_at timestamptz,
            lifted_by uuid,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, lifted_by) REFERENCES accounts,
            CHECK (survivor_id IS NOT NULL OR phone_bidx IS NOT NULL),
            CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
        )""")
    op.execute(
        "CREATE INDEX opt_outs_by_phone ON opt_outs (provider_id, phone_bidx) WHERE lifted_at IS NULL"
    )
    op.execute(
        "CREATE INDEX opt_outs_by_survivor ON opt_outs (provider_id, survivor_id) WHERE lifted_at IS NULL"
    )
    protect("opt_outs")


def _caseload() -> None:
    op.execute("""
        CREATE TABLE caseload_assignments (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            account_id uuid NOT NULL,
            from_at timestamptz NOT NULL,
            until_at timestamptz,
            assigned_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts,
            FOREIGN KEY (provider_id, assigned_by) REFERENCES accounts,
            CHECK (until_at IS NULL OR until_at >= from_at)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX caseload_one_worker ON caseload_assignments (provider_id, survivor_id)
        WHERE until_at IS NULL""")
    op.execute("""
        CREATE INDEX caseload_by_account ON caseload_assignments (provider_id, account_id)
        WHERE until_at IS NULL""")
    protect("caseload_assignments")
