"""A visit that goes on by phone."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the part that owns these tables."""


def downgrade() -> None:
    """The way back."""
