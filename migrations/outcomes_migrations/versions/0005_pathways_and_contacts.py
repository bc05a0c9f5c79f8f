"""The pathway, what is planned on it, what was tried, and what happened."""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _pathways()
    _contacts()
    _life()


def _pathways() -> None:
    op.execute("""
        CREATE TABLE pathways (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            anchor_on date NOT NULL,
            call_every_days integer NOT NULL CHECK (call_every_days BETWEEN 1 AND 366),
            review_every_months integer NOT NULL CHECK (review_every_months BETWEEN 1 AND 24),
            prompt_days_before_call integer NOT NULL CHECK (prompt_days_before_call >= 0),
            prompt_shift integer NOT NULL CHECK (prompt_shift BETWEEN 0 AND 999),
            enrolled_at timestamptz NOT NULL,
            enrolled_by uuid NOT NULL,
            planned_until date NOT NULL,
            safe_contact_version integer,
            refreshed_at timestamptz,
            ended_at timestamptz,
            version integer NOT NULL CHECK (version > 0),
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, id, survivor_id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, enrolled_by) REFERENCES accounts,
            CHECK (prompt_days_before_call < call_every_days)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX pathways_one_current ON pathways (provider_id, survivor_id)
        WHERE ended_at IS NULL""")
    protect("pathways")
    op.execute("""
        CREATE TABLE planned_contacts (
            provider_id uuid NOT NULL,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            pathway_id uuid NOT NULL,
            series text NOT NULL CHECK (series IN ('call', 'review', 'follow_up', 'prompt')),
            stage text CHECK (stage IN ('exit', '6_months', '12_months', '18_months', '24_months')),
            planned_on date NOT NULL,
            held_on date NOT NULL,
            due_at timestamptz NOT NULL,
            closes_at timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('planned', 'done', 'superseded', 'cancelled')),
            cancel_reason text CHECK (cancel_reason IN ('after_the_end')),
            closed_at timestamptz,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, pathway_id, series, planned_on),
            FOREIGN KEY (provider_id, pathway_id, survivor_id)
                REFERENCES pathways (provider_id, id, survivor_id),
            CHECK ((series = 'follow_up') = (stage IS NOT NULL)),
            CHECK ((state = 'planned') = (closed_at IS NULL)),
            CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
            CHECK (due_at <= closes_at)
        )""")
    op.execute("""
        CREATE INDEX planned_contacts_due ON planned_contacts (provider_id, series, due_at)
        WHERE state = 'planned'""")
    op.execute("""
        CREATE INDEX planned_contacts_by_survivor ON planned_contacts (provider_id, survivor_id, due_at)""")
    protect("planned_contacts")


def _contacts() -> None:
    op.execute("""
        CREATE TABLE contact_attempts (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            planned_contact_id uuid,
            channel text NOT NULL CHECK (channel IN ('call', 'visit')),
            attempted_at timestamptz NOT NULL,
            outcome text NOT NULL CHECK (outcome IN ('reached', 'third_party', 'no_answer')),
            reason text CHECK (reason IN
                ('at_work', 'in_education', 'no_reply', 'phone_off', 'voicemail', 'number_not_in_use',
                 'asked_to_call_back', 'not_safe_to_talk', 'not_known')),
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, planned_contact_id) REFERENCES planned_contacts,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts,
            CHECK ((outcome = 'reached') = (reason IS NULL))
        )""")
    op.execute("""
        CREATE INDEX contact_attempts_by_survivor
        ON contact_attempts (provider_id, survivor_id, attempted_at)""")
    op.execute(
        "CREATE INDEX contact_attempts_by_time ON contact_attempts (provider_id, attempted_at)"
    )
    protect("contact_attempts", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE check_ins (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            contact_attempt_id uuid NOT NULL,
            occurred_at timestamptz NOT NULL,
            details_ciphertext bytea NOT NULL,
            next_contact_on date,
            safe_contact_confirmed boolean NOT NULL,
            corrects_id uuid,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, contact_attempt_id) REFERENCES contact_attempts,
            FOREIGN KEY (provider_id, corrects_id) REFERENCES check_ins,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute(
        "CREATE INDEX check_ins_by_survivor ON check_ins (provider_id, survivor_id, occurred_at)"
    )
    protect("check_ins", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE pathway_reviews (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            planned_contact_id uuid,
            held_on date NOT NULL,
            decision text NOT NULL CHECK (decision IN ('continue', 'step_down', 'move_on', 'exit')),
            details_ciphertext bytea NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, planned_contact_id) REFERENCES planned_contacts,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute("""
        CREATE INDEX pathway_reviews_by_survivor ON pathway_reviews (provider_id, survivor_id, held_on)""")
    protect("pathway_reviews", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE flags (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            rule text NOT NULL CHECK (rule IN ('three_tries', 'no_contact_28_days', 'raised_by_worker')),
            evidence_ciphertext bytea NOT NULL,
            raised_at timestamptz NOT NULL,
            raised_by uuid,
            resolution text CHECK (resolution IN
                ('safe_and_in_touch', 'busy', 'disengaged_by_choice', 'moved', 'reported_missing')),
            safety_ciphertext bytea,
            resolved_at timestamptz,
            resolved_by uuid,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, raised_by) REFERENCES accounts,
            FOREIGN KEY (provider_id, resolved_by) REFERENCES accounts,
            CHECK ((resolution IS NULL) = (resolved_at IS NULL)),
            CHECK ((resolution IS NULL) = (safety_ciphertext IS NULL)),
            CHECK ((resolution IS NULL) = (resolved_by IS NULL))
        )""")
    op.execute("""
        CREATE UNIQUE INDEX flags_one_open ON flags (provider_id, survivor_id) WHERE resolved_at IS NULL""")
    protect("flags")


def _life() -> None:
    op.execute("""
        CREATE TABLE drop_ins (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            attended_on date NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            UNIQUE (provider_id, survivor_id, attended_on),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute("CREATE INDEX drop_ins_by_day ON drop_ins (provider_id, attended_on)")
    protect("drop_ins", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE activities (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('work', 'education', 'training', 'volunteering')),
            change text NOT NULL CHECK (change IN ('started', 'stopped')),
            happened_on date NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute(
        "CREATE INDEX activities_by_survivor ON activities (provider_id, survivor_id, happened_on)"
    )
    protect("activities", "SELECT, INSERT")
