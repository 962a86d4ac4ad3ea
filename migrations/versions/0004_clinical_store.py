"""The record: patients, visits, consent, transcripts, recordings, notes, chat. Words lie in sealed bytes.

Tables that are written once refuse UPDATE, DELETE and TRUNCATE by trigger.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("consent", "encounter_note_version", "signature", "addendum", "chat_message")
_TABLES = (
    """
    CREATE TABLE patient (
        id uuid NOT NULL,
        wrapped_key bytea NOT NULL,
        name bytea NOT NULL,
        date_of_birth bytea,
        sex bytea,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_patient PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE visit (
        id uuid NOT NULL,
        patient_id uuid NOT NULL,
        doctor_account_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        status text NOT NULL,
        media_epoch timestamptz,
        waiting_since timestamptz,
        ended_at timestamptz,
        transcript_completed_at timestamptz,
        reason bytea,
        CONSTRAINT pk_visit PRIMARY KEY (id),
        CONSTRAINT ck_visit_status CHECK (status IN ('scheduled', 'waiting', 'in_progress', 'ended')),
        CONSTRAINT ck_visit_period CHECK (starts_at < ends_at),
        CONSTRAINT fk_visit_patient_id FOREIGN KEY (patient_id) REFERENCES patient (id)
    )
    """,
    "CREATE INDEX ix_visit_doctor_account_id_starts_at ON visit (doctor_account_id, starts_at)",
    "CREATE INDEX ix_visit_patient_id_starts_at ON visit (patient_id, starts_at)",
    "CREATE INDEX ix_visit_starts_at ON visit (starts_at)",
    """
    CREATE TABLE draft (
        visit_id uuid NOT NULL,
        revision integer NOT NULL,
        content bytea NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_draft PRIMARY KEY (visit_id),
        CONSTRAINT ck_draft_revision CHECK (revision > 0),
        CONSTRAINT fk_draft_visit_id FOREIGN KEY (visit_id) REFERENCES visit (id)
    )
    """,
    """
    CREATE TABLE encounter_note_version (
        visit_id uuid NOT NULL,
        version integer NOT NULL,
        author_id uuid NOT NULL,
        saved_at timestamptz NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT pk_encounter_note_version PRIMARY KEY (visit_id, version),
        CONSTRAINT ck_encounter_note_version_version CHECK (version > 0),
        CONSTRAINT fk_encounter_note_version_visit_id FOREIGN KEY (visit_id) REFERENCES visit (id)
    )
    """,
    """
    CREATE TABLE visit_participant (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        account_id uuid NOT NULL,
        role text NOT NULL,
        display_name bytea NOT NULL,
        state text NOT NULL,
        CONSTRAINT pk_visit_participant PRIMARY KEY (id),
        CONSTRAINT uq_visit_participant_visit_id_account_id UNIQUE (visit_id, account_id),
        CONSTRAINT uq_visit_participant_id_visit_id UNIQUE (id, visit_id),
        CONSTRAINT ck_visit_participant_state CHECK (state IN ('invited', 'waiting', 'admitted', 'left')),
        CONSTRAINT fk_visit_participant_visit_id FOREIGN KEY (visit_id) REFERENCES visit (id)
    )
    """,
    "CREATE INDEX ix_visit_participant_account_id ON visit_participant (account_id)",
    """
    CREATE TABLE chat_message (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        participant_id uuid NOT NULL,
        sent_at timestamptz NOT NULL,
        text bytea NOT NULL,
        CONSTRAINT pk_chat_message PRIMARY KEY (id),
        CONSTRAINT fk_chat_message_participant_id_visit_id FOREIGN KEY (participant_id, visit_id)
            REFERENCES visit_participant (id, visit_id)
    )
    """,
    "CREATE INDEX ix_chat_message_visit_id_sent_at ON chat_message (visit_id, sent_at)",
    """
    CREATE TABLE consent (
        participant_id uuid NOT NULL,
        purpose text NOT NULL,
        version integer NOT NULL,
        granted boolean NOT NULL,
        text_version text NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT pk_consent PRIMARY KEY (participant_id, purpose, version),
        CONSTRAINT ck_consent_purpose CHECK (purpose IN ('record', 'transcribe')),
        CONSTRAINT fk_consent_participant_id FOREIGN KEY (participant_id) REFERENCES visit_participant (id)
    )
    """,
    """
    CREATE TABLE recording_segment (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        participant_id uuid NOT NULL,
        storage_name text NOT NULL,
        start_ms bigint NOT NULL,
        end_ms bigint,
        closed_cleanly boolean,
        CONSTRAINT pk_recording_segment PRIMARY KEY (id),
        CONSTRAINT fk_recording_segment_participant_id_visit_id FOREIGN KEY (participant_id, visit_id)
            REFERENCES visit_participant (id, visit_id),
        CONSTRAINT ck_recording_segment_period CHECK (0 <= start_ms AND start_ms <= end_ms),
        CONSTRAINT uq_recording_segment_storage_name UNIQUE (storage_name)
    )
    """,
    "CREATE INDEX ix_recording_segment_visit_id_start_ms ON recording_segment (visit_id, start_ms)",
    """
    CREATE TABLE signature (
        visit_id uuid NOT NULL,
        version integer NOT NULL,
        signer_id uuid NOT NULL,
        signer_name bytea NOT NULL,
        signed_at timestamptz NOT NULL,
        sha256 bytea NOT NULL,
        CONSTRAINT pk_signature PRIMARY KEY (visit_id),
        CONSTRAINT fk_signature_visit_id_version FOREIGN KEY (visit_id, version)
            REFERENCES encounter_note_version (visit_id, version),
        CONSTRAINT ck_signature_sha256 CHECK (octet_length(sha256) = 32)
    )
    """,
    """
    CREATE TABLE utterance (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        participant_id uuid NOT NULL,
        start_ms bigint NOT NULL,
        end_ms bigint NOT NULL,
        state text NOT NULL,
        model text,
        confidence double precision,
        text bytea,
        audio bytea,
        added_at timestamptz NOT NULL,
        completed_at timestamptz,
        CONSTRAINT pk_utterance PRIMARY KEY (id),
        CONSTRAINT uq_utterance_participant_id_start_ms UNIQUE (participant_id, start_ms),
        CONSTRAINT fk_utterance_participant_id_visit_id FOREIGN KEY (participant_id, visit_id)
            REFERENCES visit_participant (id, visit_id),
        CONSTRAINT ck_utterance_state CHECK (state IN ('pending', 'final', 'empty')),
        CONSTRAINT ck_utterance_period CHECK (0 <= start_ms AND start_ms < end_ms),
        CONSTRAINT ck_utterance_audio CHECK ((state = 'pending') = (audio IS NOT NULL)),
        CONSTRAINT ck_utterance_text CHECK ((state = 'final') = (text IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_utterance_visit_id_start_ms ON utterance (visit_id, start_ms)",
    """
    CREATE TABLE addendum (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        author_id uuid NOT NULL,
        author_name bytea NOT NULL,
        added_at timestamptz NOT NULL,
        text bytea NOT NULL,
        CONSTRAINT pk_addendum PRIMARY KEY (id),
        CONSTRAINT fk_addendum_visit_id FOREIGN KEY (visit_id) REFERENCES signature (visit_id)
    )
    """,
    "CREATE INDEX ix_addendum_visit_id ON addendum (visit_id)",
)
_REFUSE = """
CREATE FUNCTION clinical_store_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of this table are written once' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION clinical_store_refuse_change()"
        )


def downgrade() -> None:
    """Drop the whole record; for development only."""
    for table in (
        "addendum",
        "utterance",
        "signature",
        "recording_segment",
        "consent",
        "chat_message",
        "visit_participant",
        "encounter_note_version",
        "draft",
        "visit",
        "patient",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION clinical_store_refuse_change()")
