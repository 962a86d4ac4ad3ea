"""Invitations of guests, and files sent in a visit's chat."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INVITATION = (
    """
    CREATE TABLE invitation (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        patient_id uuid NOT NULL,
        role text NOT NULL,
        display_name bytea,
        token_hash bytea NOT NULL,
        invited_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        opened_at timestamptz,
        account_id uuid,
        CONSTRAINT pk_invitation PRIMARY KEY (id),
        CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash),
        CONSTRAINT uq_invitation_account_id UNIQUE (account_id),
        CONSTRAINT fk_invitation_account_id FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
        CONSTRAINT ck_invitation_role CHECK (role IN ('interpreter', 'family')),
        CONSTRAINT ck_invitation_period CHECK (created_at < expires_at),
        CONSTRAINT ck_invitation_opened CHECK ((opened_at IS NULL) = (account_id IS NULL))
    )
    """,
    "CREATE INDEX ix_invitation_visit_id ON invitation (visit_id)",
)
_FILE = (
    """
    CREATE TABLE visit_file (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        participant_id uuid NOT NULL,
        kind text NOT NULL,
        size bigint NOT NULL,
        name bytea NOT NULL,
        storage_name text NOT NULL,
        sent_at timestamptz NOT NULL,
        CONSTRAINT pk_visit_file PRIMARY KEY (id),
        CONSTRAINT uq_visit_file_storage_name UNIQUE (storage_name),
        CONSTRAINT uq_visit_file_id_visit_id UNIQUE (id, visit_id),
        CONSTRAINT fk_visit_file_participant_id_visit_id FOREIGN KEY (participant_id, visit_id)
            REFERENCES visit_participant (id, visit_id),
        CONSTRAINT ck_visit_file_kind CHECK (kind IN ('pdf', 'png', 'jpeg', 'text')),
        CONSTRAINT ck_visit_file_size CHECK (size > 0)
    )
    """,
    "CREATE INDEX ix_visit_file_visit_id_sent_at ON visit_file (visit_id, sent_at)",
    "ALTER TABLE chat_message ADD COLUMN file_id uuid",
    "ALTER TABLE chat_message ADD CONSTRAINT uq_chat_message_file_id UNIQUE (file_id)",
    """
    ALTER TABLE chat_message ADD CONSTRAINT fk_chat_message_file_id_visit_id FOREIGN KEY (file_id, visit_id)
        REFERENCES visit_file (id, visit_id)
    """,
    """
    CREATE TRIGGER visit_file_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON visit_file
        FOR EACH STATEMENT EXECUTE FUNCTION clinical_store_refuse_change()
    """,
)


def upgrade() -> None:
    for statement in (*_INVITATION, *_FILE):
        op.execute(statement)


def downgrade() -> None:
    """For development only."""
    op.execute("ALTER TABLE chat_message DROP COLUMN file_id")
    op.execute("DROP TABLE visit_file")
    op.execute("DROP TABLE invitation")
