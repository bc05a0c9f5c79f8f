"""Find the review or the attempts of a planned contact without reading everybody's.

The KPIs "reviews on time" and "reach" ask this for every contact that fell due in a period.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("""
        CREATE INDEX pathway_reviews_by_planned_contact
        ON pathway_reviews (provider_id, planned_contact_id)""")
    op.execute("""
        CREATE INDEX contact_attempts_by_planned_contact
        ON contact_attempts (provider_id, planned_contact_id)""")
