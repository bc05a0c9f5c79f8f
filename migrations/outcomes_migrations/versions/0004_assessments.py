"""Needs assessments and outcome assessments: answers as one blob, levels and scores in the open."""

from alembic import op

from outcomes_migrations.tenancy import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE needs_assessments (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            instrument_code text NOT NULL CHECK (instrument_code ~ '^[a-z][a-z0-9_-]{0,63}$'),
            instrument_version text NOT NULL CHECK (instrument_version ~ '^[0-9]{1,4}[.][0-9]{1,4}$'),
            assessed_on date NOT NULL,
            overall_level text NOT NULL CHECK (overall_level IN
                ('independent', 'low', 'medium', 'high', 'urgent_response', 'safeguarding_intervention',
                 'incomplete')),
            answers_ciphertext bytea NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts
        )""")
    op.execute("""
        CREATE INDEX needs_assessments_by_survivor
        ON needs_assessments (provider_id, survivor_id, assessed_on, recorded_at)""")
    protect("needs_assessments", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE need_levels (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            needs_assessment_id uuid NOT NULL,
            area text NOT NULL CHECK (area ~ '^[a-z][a-z0-9_-]{0,63}$'),
            level text NOT NULL CHECK (level IN ('none', 'low', 'medium', 'high', 'urgent')),
            PRIMARY KEY (provider_id, needs_assessment_id, area),
            FOREIGN KEY (provider_id, needs_assessment_id) REFERENCES needs_assessments
        )""")
    protect("need_levels", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE outcome_assessments (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            id uuid NOT NULL,
            survivor_id uuid NOT NULL,
            instrument_code text NOT NULL CHECK (instrument_code ~ '^[a-z][a-z0-9_-]{0,63}$'),
            instrument_version text NOT NULL CHECK (instrument_version ~ '^[0-9]{1,4}[.][0-9]{1,4}$'),
            stage text NOT NULL CHECK (stage IN ('entry', 'review', 'exit', 'follow_up')),
            assessed_on date NOT NULL,
            overall numeric(6, 4),
            stable boolean,
            answers_ciphertext bytea NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by uuid NOT NULL,
            PRIMARY KEY (provider_id, id),
            FOREIGN KEY (provider_id, survivor_id) REFERENCES survivors,
            FOREIGN KEY (provider_id, recorded_by) REFERENCES accounts,
            CHECK ((overall IS NULL) = (stable IS NULL))
        )""")
    op.execute("""
        CREATE INDEX outcome_assessments_by_survivor
        ON outcome_assessments (provider_id, survivor_id, assessed_on, recorded_at)""")
    protect("outcome_assessments", "SELECT, INSERT")
    op.execute("""
        CREATE TABLE domain_scores (
            provider_id uuid NOT NULL REFERENCES provider_registry,
            outcome_assessment_id uuid NOT NULL,
            outcome_domain text NOT NULL CHECK (outcome_domain ~ '^[a-z][a-z0-9_-]{0,63}$'),
            score numeric(6, 4),
            PRIMARY KEY (provider_id, outcome_assessment_id, outcome_domain),
            FOREIGN KEY (provider_id, outcome_assessment_id) REFERENCES outcome_assessments
        )""")
    protect("domain_scores", "SELECT, INSERT")
