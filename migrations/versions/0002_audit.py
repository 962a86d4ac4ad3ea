"""The audit trail: events, their chain, signed heads. Insert-only by trigger."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSERT_ONLY = ("audit_event", "audit_seal", "audit_head")
_REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are insert-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""
_QUEUE = """
CREATE FUNCTION audit_queue_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Create the tables, then their triggers."""
    _create_event()
    _create_chain()
    op.execute(_REFUSE)
    for table in _INSERT_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
        )
    op.execute(_QUEUE)
    op.execute(
        "CREATE TRIGGER audit_event_queue AFTER INSERT ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_queue_for_seal()"
    )


def downgrade() -> None:
    """Drop everything of the audit trail; for development only."""
    for table in ("audit_pending", "audit_head", "audit_seal", "audit_event"):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_queue_for_seal()")
    op.execute("DROP FUNCTION audit_refuse_change()")


def _create_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("outcome IN ('allowed', 'denied')", name=op.f("ck_audit_event_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_patient_id_at"), "audit_event", ["patient_id", "at"])
    op.create_index(op.f("ix_audit_event_actor_id_at"), "audit_event", ["actor_id", "at"])


def _create_chain() -> None:
    op.create_table(
        "audit_pending",
        sa.Column("event_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_pending")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column(
            "sealed_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "audit_head",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_head")),
    )
