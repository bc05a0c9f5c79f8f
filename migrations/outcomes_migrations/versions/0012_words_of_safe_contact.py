"""Encrypt the words of safe contact apart from its rules: who decides on contact reads no word.

A row of an earlier release keeps both in `profile_ciphertext` until the profile is recorded again.
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE safe_contacts ADD COLUMN words_ciphertext bytea")
