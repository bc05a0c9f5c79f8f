"""The rules of flags are named without the ladder's numbers, which a provider may set.

The owner may update across providers only while the table does not force its row-level security on it,
so the update is bracketed.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE flags NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE flags DROP CONSTRAINT flags_rule_check")
    op.execute("UPDATE flags SET rule = 'unanswered_tries' WHERE rule = 'three_tries'")
    op.execute("UPDATE flags SET rule = 'no_contact' WHERE rule = 'no_contact_28_days'")
    op.execute("""
        ALTER TABLE flags ADD CONSTRAINT flags_rule_check
        CHECK (rule IN ('unanswered_tries', 'no_contact', 'raised_by_worker'))""")
    op.execute("ALTER TABLE flags FORCE ROW LEVEL SECURITY")
