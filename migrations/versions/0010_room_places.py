"""Which node holds a visit's room: a number that only grows, for clinics with several nodes."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE room_place (visit_id uuid PRIMARY KEY REFERENCES visit (id), "
        "node text NOT NULL, epoch integer NOT NULL CHECK (epoch > 0))"
    )


def downgrade() -> None:
    op.execute("DROP TABLE room_place")
