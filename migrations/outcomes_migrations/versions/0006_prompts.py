"""Messages to survivors, what the gateway said of them, and what came back."""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _prompts()
    _inbox()


def _prompts() -> None:
    op.execute("""
        CREATE TABLE prompts (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            planned_contact_id uuid,
            requested_by uuid,
            retry_of uuid,
            wording_code text CHECK (wording_code ~ '^[a-z][a-z0-9-]{0,59}$'),
            wording_version text CHECK (wording_version ~ '^[0-9]+[.][0-9]+$'),
            contact_method_id uuid,
            safe_contact_version integer,
            sender_number_id uuid NOT NULL,
            state text NOT NULL CHECK (state IN
                ('scheduled', 'sending', 'accepted', 'delivered', 'undelivered', 'failed', 'unconfirmed',
                 'withheld', 'cancelled', 'expired')),
            reason text CHECK (reason IN
                ('no_consent', 'no_safe_contact', 'not_confirmed_lately', 'not_this_way',
                 'phone_is_watched', 'no_phone', 'opted_out', 'number_frozen', 'shared_number',
                 'unread_message', 'outside_hours', 'no_wording_in_language', 'wording_not_accepted',
                 'number_changed', 'profile_changed', 'schedule_changed', 'pathway_ended',
                 'arrived_after_all')),
            due_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            lease_token uuid,
            lease_until timestamptz,
            callback_digest bytea CHECK (octet_length(callback_digest) = 32),
            gateway_message_id text
                CHECK (gateway_message_id ~ '^(SM|MM)[0-9a-f]{32}$'),
            error_code text CHECK (error_code ~ '^[0-9]{1,6}$'),
            tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
            try_at timestamptz,
            sent_at timestamptz,
            answered_at timestamptz,
            closed_at timestamptz,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, planned_contact_id) REFERENCES planned_contacts,
            FOREIGN KEY (provider_id, requested_by) REFERENCES accounts,
            FOREIGN KEY (provider_id, retry_of) REFERENCES prompts,
            FOREIGN KEY (provider_id, contact_method_id) REFERENCES contact_methods,
            FOREIGN KEY (provider_id, sender_number_id) REFERENCES sender_numbers,
            CHECK (due_at < expires_at),
            CHECK ((state = 'sending') = (lease_token IS NOT NULL)),
            CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
            CHECK ((state IN ('withheld', 'cancelled')) = (reason IS NOT NULL)),
            CHECK (state = 'withheld'
                   OR num_nulls(wording_code, wording_version, contact_method_id,
                                safe_contact_version) = 0),
            CHECK (planned_contact_id IS NOT NULL OR requested_by IS NOT NULL OR retry_of IS NOT NULL)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX prompts_one_per_occurrence ON prompts (provider_id, planned_contact_id)
        WHERE retry_of IS NULL""")
    op.execute("CREATE UNIQUE INDEX prompts_one_retry ON prompts (provider_id, retry_of)")
    op.execute(
        "CREATE INDEX prompts_due ON prompts (provider_id, due_at) WHERE state = 'scheduled'"
    )
    op.execute(
        "CREATE INDEX prompts_in_flight ON prompts (provider_id, lease_until) WHERE state = 'sending'"
    )
    op.execute("CREATE INDEX prompts_by_survivor ON prompts (provider_id, survivor_id, due_at)")
    op.execute("CREATE INDEX prompts_by_callback ON prompts (provider_id, callback_digest)")
    protect("prompts")
    op.execute("""
        CREATE TABLE prompt_events (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            prompt_id uuid NOT NULL,
            status text NOT NULL CHECK (status IN
                ('queued', 'accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed',
                 'unknown')),
            error_code text CHECK (error_code ~ '^[0-9]{1,6}$'),
            at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, prompt_id) REFERENCES prompts
        )""")
    op.execute("CREATE INDEX prompt_events_by_prompt ON prompt_events (provider_id, prompt_id)")
    protect("prompt_events", "SELECT, INSERT")


def _inbox() -> None:
    op.execute("""
        CREATE TABLE inbound_messages (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            gateway_message_id text NOT NULL
                CHECK (gateway_message_id ~ '^(SM|MM)[0-9a-f]{32}$'),
            signature_digest bytea NOT NULL CHECK (octet_length(signature_digest) = 32),
            sender_number_id uuid NOT NULL,
            from_bidx bytea NOT NULL CHECK (octet_length(from_bidx) = 16),
            data_key_id uuid NOT NULL,
            from_ciphertext bytea NOT NULL,
            body_ciphertext bytea NOT NULL,
            opt_out_type text CHECK (opt_out_type IN ('STOP', 'START', 'HELP')),
            state text NOT NULL CHECK (state IN ('unread', 'recorded', 'needs_person', 'handled')),
            kind text CHECK (kind IN
                ('answer', 'opt_out', 'duress', 'wrong_number', 'free_text', 'unknown_number',
                 'shared_number', 'staff_phone')),
            survivor_id uuid,
            prompt_id uuid,
            received_at timestamptz NOT NULL,
            read_at timestamptz,
            handled_at timestamptz,
            handled_by uuid,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, gateway_message_id),
            UNIQUE (provider_id, signature_digest),
            FOREIGN KEY (provider_id, sender_number_id) REFERENCES sender_numbers,
            FOREIGN KEY (provider_id, data_key_id) REFERENCES data_keys,
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, prompt_id) REFERENCES prompts,
            FOREIGN KEY (provider_id, handled_by) REFERENCES accounts,
            CHECK ((state = 'unread') = (kind IS NULL)),
            CHECK ((state = 'handled') = (handled_at IS NOT NULL))
        )""")
    op.execute("""
        CREATE INDEX inbound_messages_unread ON inbound_messages (provider_id, received_at, id)
        WHERE state = 'unread'""")
    op.execute("""
        CREATE INDEX inbound_messages_open_by_phone ON inbound_messages (provider_id, from_bidx)
        WHERE state IN ('unread', 'needs_person')""")
    op.execute("""
        CREATE INDEX inbound_messages_waiting ON inbound_messages (provider_id, received_at)
        WHERE state = 'needs_person'""")
    op.execute("""
        CREATE INDEX inbound_messages_by_survivor
        ON inbound_messages (provider_id, survivor_id, received_at)""")
    protect("inbound_messages")
