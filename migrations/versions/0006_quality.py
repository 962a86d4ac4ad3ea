"""Connection quality of a visit's participants, kept as history."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the part that owns these tables."""


def downgrade() -> None:
    """The way back."""
