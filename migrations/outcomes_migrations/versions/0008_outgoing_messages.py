"""One table for every outgoing message, whoever receives it, with one history of statuses.

The delivery columns of `prompts` and `staff_alerts` move into `outgoing_messages`; both keep what only
they know. A message has the id of the prompt or alert that it carries. The owner may read across
providers only while a table does not force its row-level security on it, so the moves are bracketed.
"""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0008"
down_revision = "0007"

_READ = ("prompts", "staff_alerts", "sender_numbers", "tasks", "providers")


def upgrade() -> None:
    for table in (*_READ, "prompt_events"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _outgoing_messages()
    _move_prompts()
    _move_alerts()
    _statuses()
    _access_grants()
    for table in _READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in ("outgoing_messages", "access_grants"):
        protect(table)
    protect("message_statuses", "SELECT, INSERT")


def _outgoing_messages() -> None:
    op.execute("""
        CREATE TABLE outgoing_messages (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            recipient_kind text NOT NULL CHECK (recipient_kind IN ('survivor', 'account')),
            recipient_id uuid NOT NULL,
            channel text NOT NULL CHECK (channel IN ('sms')),
            sender_number_id uuid NOT NULL,
            state text NOT NULL CHECK (state IN
                ('scheduled', 'sending', 'accepted', 'delivered', 'undelivered', 'failed', 'unconfirmed',
                 'withheld', 'cancelled', 'expired')),
            reason text CHECK (reason IN
                ('no_consent', 'no_safe_contact', 'not_confirmed_lately', 'not_this_way',
                 'phone_is_watched', 'no_phone', 'opted_out', 'number_frozen', 'shared_number',
                 'unread_message', 'outside_hours', 'no_wording_in_language',
                 'wording_not_accepted', 'number_changed', 'profile_changed', 'schedule_changed',
                 'pathway_ended', 'arrived_after_all', 'task_resolved')),
            due_at timestamptz NOT NULL,
            expires_at timestamptz,
            tries integer NOT NULL CHECK (tries >= 0),
            try_at timestamptz,
            lease_token uuid,
            lease_until timestamptz,
            callback_digest bytea CHECK (octet_length(callback_digest) = 32),
            gateway_message_id text CHECK (gateway_message_id ~ '^(SM|MM)[0-9a-f]{32}$'),
            error_code text CHECK (error_code ~ '^[0-9]{1,6}$'),
            sent_at timestamptz,
            closed_at timestamptz,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, sender_number_id) REFERENCES sender_numbers,
            CHECK (due_at < expires_at),
            CHECK ((state = 'sending') = (lease_token IS NOT NULL)),
            CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
            CHECK ((state IN ('withheld', 'cancelled')) = (reason IS NOT NULL))
        )""")
    op.execute("""
        CREATE INDEX outgoing_messages_due
        ON outgoing_messages (provider_id, recipient_kind, due_at) WHERE state = 'scheduled'""")
    op.execute("""
        CREATE INDEX outgoing_messages_in_flight
        ON outgoing_messages (provider_id, lease_until) WHERE state = 'sending'""")
    op.execute("""
        CREATE INDEX outgoing_messages_by_recipient
        ON outgoing_messages (provider_id, recipient_kind, recipient_id, due_at)""")
    op.execute("""
        CREATE INDEX outgoing_messages_by_callback
        ON outgoing_messages (provider_id, callback_digest)""")


def _move_prompts() -> None:
    op.execute("""
        INSERT INTO outgoing_messages (provider_id, id, recipient_kind, recipient_id, channel,
            sender_number_id, state, reason, due_at, expires_at, tries, try_at, lease_token,
            lease_until, callback_digest, gateway_message_id, error_code, sent_at, closed_at)
        SELECT provider_id, id, 'survivor', survivor_id, 'sms', sender_number_id, state, reason,
               due_at, expires_at, tries, try_at, lease_token, lease_until, callback_digest,
               gateway_message_id, error_code, sent_at, closed_at
        FROM prompts""")
    for column in (
        "sender_number_id",
        "state",
        "reason",
        "due_at",
        "expires_at",
        "tries",
        "try_at",
        "lease_token",
        "lease_until",
        "callback_digest",
        "gateway_message_id",
        "error_code",
        "sent_at",
        "closed_at",
    ):
        op.execute(f"ALTER TABLE prompts DROP COLUMN {column}")
    op.execute("""
        ALTER TABLE prompts ADD FOREIGN KEY (provider_id, id) REFERENCES outgoing_messages""")
    op.execute("CREATE INDEX prompts_by_survivor ON prompts (provider_id, survivor_id)")


def _move_alerts() -> None:
    op.execute("""
        INSERT INTO outgoing_messages (provider_id, id, recipient_kind, recipient_id, channel,
            sender_number_id, state, reason, due_at, tries, lease_token, lease_until,
            callback_digest, gateway_message_id, error_code, closed_at)
        SELECT a.provider_id, a.id, 'account', a.account_id, 'sms', n.id, a.state,
               CASE WHEN a.state = 'cancelled' THEN 'task_resolved' END, a.due_at,
               CASE WHEN a.state IN ('scheduled', 'cancelled') THEN 0 ELSE 1 END,
               a.lease_token, a.lease_until, a.callback_digest, a.gateway_message_id, a.error_code,
               CASE WHEN a.state NOT IN ('scheduled', 'sending', 'accepted') THEN a.due_at END
        FROM staff_alerts a
        JOIN sender_numbers n ON n.provider_id = a.provider_id AND n.used_for = 'staff'""")
    for column in (
        "account_id",
        "state",
        "due_at",
        "lease_token",
        "lease_until",
        "callback_digest",
        "gateway_message_id",
        "error_code",
    ):
        op.execute(f"ALTER TABLE staff_alerts DROP COLUMN {column}")
    op.execute("""
        ALTER TABLE staff_alerts ADD FOREIGN KEY (provider_id, id) REFERENCES outgoing_messages""")


def _statuses() -> None:
    op.execute("""
        CREATE TABLE message_statuses (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            message_id uuid NOT NULL,
            status text NOT NULL CHECK (status IN
                ('queued', 'accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed',
                 'unknown')),
            error_code text CHECK (error_code ~ '^[0-9]{1,6}$'),
            at timestamptz NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, message_id) REFERENCES outgoing_messages
        )""")
    op.execute("""
        CREATE INDEX message_statuses_by_message ON message_statuses (provider_id, message_id)""")
    op.execute("""
        INSERT INTO message_statuses (provider_id, id, message_id, status, error_code, at)
        SELECT provider_id, id, prompt_id, status, error_code, at FROM prompt_events""")
    op.execute("DROP TABLE prompt_events")


def _access_grants() -> None:
    """Whoever was alerted about a survivor may open their record until the task is resolved."""
    op.execute("""
        CREATE TABLE access_grants (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            survivor_id uuid NOT NULL,
            account_id uuid NOT NULL,
            task_id uuid NOT NULL,
            granted_at timestamptz NOT NULL,
            ended_at timestamptz,
            PRIMARY KEY (provider_id, survivor_id, account_id, task_id),
            FOREIGN KEY (provider_id, account_id) REFERENCES accounts
        )""")
    op.execute("CREATE INDEX access_grants_by_task ON access_grants (provider_id, task_id)")
    op.execute("""
        INSERT INTO access_grants (provider_id, survivor_id, account_id, task_id, granted_at)
        SELECT t.provider_id, t.survivor_id, m.recipient_id, t.id, t.raised_at
        FROM tasks t
        JOIN staff_alerts a ON a.provider_id = t.provider_id AND a.task_id = t.id
        JOIN outgoing_messages m ON m.provider_id = a.provider_id AND m.id = a.id
        WHERE t.survivor_id IS NOT NULL AND t.resolved_at IS NULL
        UNION
        SELECT t.provider_id, t.survivor_id, p.on_call_account_id, t.id, t.raised_at
        FROM tasks t
        JOIN staff_alerts a ON a.provider_id = t.provider_id AND a.task_id = t.id
        JOIN providers p ON p.provider_id = t.provider_id
        WHERE t.survivor_id IS NOT NULL AND t.resolved_at IS NULL
          AND p.on_call_account_id IS NOT NULL""")
