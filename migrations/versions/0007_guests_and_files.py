"""Invitations of guests, and files sent in a visit's chat."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the part that owns these tables."""


def downgrade() -> None:
    """The way back."""
