"""A visit that goes on by phone: since when, and the reference both sides say to the clinic."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE visit ADD COLUMN phone_since timestamptz",
    "ALTER TABLE visit ADD COLUMN phone_reference text",
    "CREATE UNIQUE INDEX uq_visit_phone_reference ON visit (phone_reference) WHERE status <> 'ended'",
    "ALTER TABLE visit ADD CONSTRAINT ck_visit_phone CHECK (phone_since IS NULL OR phone_reference IS NOT NULL)",
)
_DOWN = (
    "ALTER TABLE visit DROP CONSTRAINT ck_visit_phone",
    "DROP INDEX uq_visit_phone_reference",
    "ALTER TABLE visit DROP COLUMN phone_reference",
    "ALTER TABLE visit DROP COLUMN phone_since",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
