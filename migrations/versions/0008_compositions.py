"""One file of a whole recorded visit, made by a job."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the part that owns these tables."""


def downgrade() -> None:
    """The way back."""
