"""The legal record of a note: countersignature, seals over signature and addenda, distance from the draft; supervision.

Rows of before have no seal (nobody holds the patients' keys here); the first sealed addendum covers those before it.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WRITTEN_ONCE = ("countersignature", "note_quality")
_UP = (
    "ALTER TABLE account ADD COLUMN supervisor_id uuid",
    "ALTER TABLE account ADD CONSTRAINT fk_account_supervisor_id FOREIGN KEY (supervisor_id) REFERENCES account (id)",
    "ALTER TABLE account ADD CONSTRAINT ck_account_supervisor"
    " CHECK (supervisor_id <> id AND (supervisor_id IS NULL OR role = 'doctor'))",
    "CREATE INDEX ix_audit_event_subject_id_action ON audit_event (subject_id, action)",
    "ALTER TABLE signature ADD COLUMN unreviewed integer NOT NULL DEFAULT 0",
    "ALTER TABLE signature ADD COLUMN supervised boolean NOT NULL DEFAULT false",
    "ALTER TABLE signature ADD COLUMN seal bytea",
    """
    CREATE TABLE countersignature (
        visit_id uuid NOT NULL,
        signer_id uuid NOT NULL,
        signer_name bytea NOT NULL,
        signed_at timestamptz NOT NULL,
        sha256 bytea NOT NULL,
        seal bytea NOT NULL,
        CONSTRAINT pk_countersignature PRIMARY KEY (visit_id),
        CONSTRAINT fk_countersignature_visit_id FOREIGN KEY (visit_id) REFERENCES signature (visit_id),
        CONSTRAINT ck_countersignature_sha256 CHECK (octet_length(sha256) = 32)
    )
    """,
    "ALTER TABLE addendum ADD COLUMN seal bytea",
    "ALTER TABLE addendum ADD COLUMN number integer",
    # Written once, but for their place in a row that nothing else can give them.
    "ALTER TABLE addendum DISABLE TRIGGER addendum_append_only",
    """
    UPDATE addendum SET number = placed.number FROM (
        SELECT id, row_number() OVER (PARTITION BY visit_id ORDER BY added_at, id) AS number FROM addendum
    ) AS placed WHERE placed.id = addendum.id
    """,
    "ALTER TABLE addendum ENABLE TRIGGER addendum_append_only",
    "ALTER TABLE addendum ALTER COLUMN number SET NOT NULL",
    "ALTER TABLE addendum ADD CONSTRAINT ck_addendum_number CHECK (number > 0)",
    "DROP INDEX ix_addendum_visit_id",
    "ALTER TABLE addendum ADD CONSTRAINT uq_addendum_visit_id_number UNIQUE (visit_id, number)",
    """
    CREATE TABLE note_quality (
        visit_id uuid NOT NULL,
        signed_at timestamptz NOT NULL,
        measured jsonb NOT NULL,
        CONSTRAINT pk_note_quality PRIMARY KEY (visit_id),
        CONSTRAINT fk_note_quality_visit_id FOREIGN KEY (visit_id) REFERENCES signature (visit_id)
    )
    """,
    "CREATE INDEX ix_note_quality_signed_at ON note_quality (signed_at)",
)
_DOWN = (
    "DROP TABLE note_quality",
    "ALTER TABLE addendum DROP CONSTRAINT uq_addendum_visit_id_number",
    "CREATE INDEX ix_addendum_visit_id ON addendum (visit_id)",
    "ALTER TABLE addendum DROP COLUMN number",
    "ALTER TABLE addendum DROP COLUMN seal",
    "DROP TABLE countersignature",
    "ALTER TABLE signature DROP COLUMN seal",
    "ALTER TABLE signature DROP COLUMN supervised",
    "ALTER TABLE signature DROP COLUMN unreviewed",
    "DROP INDEX ix_audit_event_subject_id_action",
    "ALTER TABLE account DROP COLUMN supervisor_id",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION clinical_store_refuse_change()"
        )


def downgrade() -> None:
    """Signatures and addenda stay; countersignatures and the proofs that nothing was changed are lost."""
    for statement in _DOWN:
        op.execute(statement)
