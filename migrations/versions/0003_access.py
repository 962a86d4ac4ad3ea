"""Accounts, sessions, sign-in limits, care relationships, spent room tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_account()
    _create_session()
    _create_login_window()
    _create_care_relationship()
    _create_used_ticket()


def downgrade() -> None:
    """Drop them; for development only."""
    for table in ("used_ticket", "care_relationship", "login_window", "session", "account"):
        op.drop_table(table)


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("email", sa.LargeBinary, nullable=False),
        sa.Column("email_index", sa.LargeBinary, nullable=False),
        sa.Column("display_name", sa.LargeBinary, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_index", name=op.f("uq_account_email_index")),
    )
    op.create_index(op.f("ix_account_role"), "account", ["role"])


def _create_session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"])
    op.create_index(op.f("ix_session_created_at"), "session", ["created_at"])


def _create_login_window() -> None:
    op.create_table(
        "login_window",
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_window")),
    )
    op.create_index(op.f("ix_login_window_started_at"), "login_window", ["started_at"])


def _create_care_relationship() -> None:
    op.create_table(
        "care_relationship",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("visit_id", sa.Uuid, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.CheckConstraint("kind IN ('self', 'treating')", name=op.f("ck_care_relationship_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_care_relationship_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_relationship")),
        sa.UniqueConstraint(
            "account_id",
            "patient_id",
            "visit_id",
            "kind",
            name=op.f("uq_care_relationship_account_id_patient_id_visit_id_kind"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_care_relationship_patient_id"), "care_relationship", ["patient_id"])
    op.create_index(op.f("ix_care_relationship_visit_id"), "care_relationship", ["visit_id"])
    op.create_index(
        "uq_care_relationship_self",
        "care_relationship",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'self'"),
    )


def _create_used_ticket() -> None:
    op.create_table(
        "used_ticket",
        sa.Column("jti", sa.Uuid, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_used_ticket")),
    )
    op.create_index(op.f("ix_used_ticket_expires_at"), "used_ticket", ["expires_at"])
