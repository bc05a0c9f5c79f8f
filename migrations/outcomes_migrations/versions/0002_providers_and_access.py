"""Providers, the people who work there, their credentials, and the record of who looked at what."""

from alembic import op

from outcomes_migrations.tenancy import auth_role, protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _data_keys()
    _providers_and_accounts()
    _credentials()
    _audit_and_idempotency()
    _tasks_and_alerts()


def _data_keys() -> None:
    op.execute("""
        CREATE TABLE data_keys (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('survivor', 'staff', 'quarantine')),
            subject_id uuid NOT NULL,
            kek_version integer NOT NULL CHECK (kek_version > 0),
            wrapped bytea NOT NULL,
            commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
            created_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX data_keys_one_per_subject ON data_keys (provider_id, kind, subject_id)
        WHERE kind <> 'quarantine'""")
    protect("data_keys", "SELECT, INSERT, UPDATE, DELETE")


def _providers_and_accounts() -> None:
    op.execute("""
        CREATE TABLE teams (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            name_ciphertext bytea NOT NULL,
            PRIMARY KEY (provider_id, id)
        )""")
    protect("teams")
    op.execute("""
        CREATE TABLE accounts (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            team_id uuid,
            role text NOT NULL
                CHECK (role IN ('support_worker', 'team_lead', 'provider_admin', 'analyst')),
            state text NOT NULL CHECK (state IN ('active', 'disabled')),
            details_ciphertext bytea NOT NULL,
            phone_bidx bytea CHECK (octet_length(phone_bidx) = 16),
            created_at timestamptz NOT NULL,
            disabled_at timestamptz,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, team_id) REFERENCES teams,
            CHECK ((state = 'disabled') = (disabled_at IS NOT NULL))
        )""")
    op.execute("CREATE INDEX accounts_by_phone ON accounts (provider_id, phone_bidx)")
    protect("accounts")
    op.execute("""
        CREATE TABLE sender_numbers (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            number text NOT NULL CHECK (number ~ '^[+][1-9][0-9]{6,14}$'),
            used_for text NOT NULL CHECK (used_for IN ('survivors', 'staff')),
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, used_for),
            UNIQUE (provider_id, number)
        )""")
    protect("sender_numbers")
    op.execute("""
        CREATE TABLE providers (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            name_ciphertext bytea NOT NULL,
            uk_part text NOT NULL CHECK (uk_part IN ('england', 'wales', 'scotland', 'northern_ireland')),
            on_call_account_id uuid,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id),
            CHECK (id = provider_id),
            FOREIGN KEY (provider_id, on_call_account_id) REFERENCES accounts
        )""")
    protect("providers")
    op.execute("""
        CREATE TABLE wording_acceptances (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            wording_code text NOT NULL,
            wording_version text NOT NULL,
            language text NOT NULL,
            accepted_by uuid NOT NULL,
            accepted_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, wording_code, wording_version, language),
            FOREIGN KEY (provider_id, accepted_by) REFERENCES accounts
        )""")
    protect("wording_acceptances", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE covers (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            absent_account_id uuid NOT NULL,
            cover_account_id uuid NOT NULL,
            from_on date NOT NULL,
            until_on date NOT NULL,
            recorded_by uuid NOT NULL,
            recorded_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, absent_account_id) REFERENCES accounts,
            FOREIGN KEY (provider_id, cover_account_id) REFERENCES accounts,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts,
            CHECK (from_on <= until_on),
            CHECK (absent_account_id <> cover_account_id)
        )""")
    op.execute("CREATE INDEX covers_by_cover ON covers (provider_id, cover_account_id, until_on)")
    protect("covers")


def _credentials() -> None:
    op.execute("""
        CREATE TABLE credentials (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            account_id uuid NOT NULL,
            sign_in_digest bytea NOT NULL CHECK (octet_length(sign_in_digest) = 32),
            password_hash text NOT NULL,
            failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
            next_try_at timestamptz,
            changed_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, account_id),
            UNIQUE (provider_id, sign_in_digest),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts
        )""")
    protect("credentials")
    op.execute("""
        CREATE TABLE sessions (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
            account_id uuid NOT NULL,
            created_at timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            reauthenticated_at timestamptz,
            ended_at timestamptz,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, token_digest),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts,
            CHECK (expires_at <= created_at + interval '12 hours')
        )""")
    op.execute("CREATE INDEX sessions_by_account ON sessions (provider_id, account_id)")
    protect("sessions")
    op.execute("""
        CREATE TABLE api_tokens (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
            account_id uuid NOT NULL,
            permissions text[] NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            revoked_at timestamptz,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, token_digest),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts
        )""")
    protect("api_tokens")
    op.execute("""
        CREATE TABLE sign_in_links (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
            account_id uuid NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, token_digest),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts
        )""")
    protect("sign_in_links")
    auth = auth_role()
    op.execute(f"GRANT SELECT, UPDATE (failures, next_try_at) ON credentials TO {auth}")
    op.execute(f"GRANT SELECT, UPDATE (last_seen_at) ON sessions TO {auth}")
    op.execute(f"GRANT SELECT ON api_tokens, sign_in_links TO {auth}")
    op.execute(f"GRANT SELECT (provider_id, id, role, state, team_id) ON accounts TO {auth}")


def _audit_and_idempotency() -> None:
    op.execute("""
        CREATE TABLE audit_events (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            at timestamptz NOT NULL,
            actor_kind text NOT NULL CHECK (actor_kind IN ('account', 'worker', 'gateway', 'operator')),
            account_id uuid,
            session_id uuid,
            token_id uuid,
            role text,
            action text NOT NULL CHECK (action ~ '^[a-z_]+[.][a-z_]+$'),
            subject_kind text NOT NULL,
            subject_ids uuid[] NOT NULL,
            fields text[] NOT NULL,
            purpose text NOT NULL,
            PRIMARY KEY (provider_id, id),
            CHECK ((actor_kind = 'account') = (account_id IS NOT NULL))
        )""")
    op.execute("CREATE INDEX audit_events_by_time ON audit_events (provider_id, at)")
    protect("audit_events", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE idempotency_keys (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            key uuid NOT NULL,
            account_id uuid NOT NULL,
            route text NOT NULL,
            body_mac bytea NOT NULL CHECK (octet_length(body_mac) = 32),
            created_at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, key),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts
        )""")
    protect("idempotency_keys", "SELECT, INSERT, DELETE")


def _tasks_and_alerts() -> None:
    op.execute("""
        CREATE TABLE tasks (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            kind text NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid NOT NULL,
            survivor_id uuid,
            owner_account_id uuid,
            raised_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            resolved_at timestamptz,
            resolved_by uuid,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, kind, subject_id),
            FOREIGN KEY (provider_id, owner_account_id) REFERENCES accounts,
            FOREIGN KEY (provider_id, resolved_by) REFERENCES accounts
        )""")
    op.execute("CREATE INDEX tasks_open ON tasks (provider_id, due_at) WHERE resolved_at IS NULL")
    protect("tasks")
    op.execute("""
        CREATE TABLE staff_alerts (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            task_id uuid NOT NULL,
            account_id uuid NOT NULL,
            attempt integer NOT NULL CHECK (attempt IN (1, 2)),
            state text NOT NULL CHECK (state IN
                ('scheduled', 'sending', 'accepted', 'delivered', 'undelivered', 'failed', 'unconfirmed',
                 'cancelled')),
            due_at timestamptz NOT NULL,
            lease_token uuid,
            lease_until timestamptz,
            callback_digest bytea,
            gateway_message_id text CHECK (gateway_message_id ~ '^(SM|MM)[0-9a-f]{32}$'),
            error_code text CHECK (error_code ~ '^[0-9]{1,6}$'),
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, task_id, attempt),
            FOREIGN KEY (provider_id, task_id) REFERENCES tasks,
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts,
            CHECK ((state = 'sending') = (lease_token IS NOT NULL)),
            CHECK ((lease_token IS NULL) = (lease_until IS NULL))
        )""")
    op.execute("""
        CREATE INDEX staff_alerts_due ON staff_alerts (provider_id, due_at)
        WHERE state IN ('scheduled', 'sending')""")
    op.execute(
        "CREATE INDEX staff_alerts_by_callback ON staff_alerts (provider_id, callback_digest)"
    )
    protect("staff_alerts")
