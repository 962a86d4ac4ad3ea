"""Connection quality of a visit's participants, kept as history, and what their line check found beforehand."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (
    # A row per participant and five seconds: 480 small rows for twenty minutes of two people, a thousandth of what
    # their recording takes, and every figure of a clinic's lines is one SQL question away.
    """
    CREATE TABLE call_quality (
        participant_id uuid NOT NULL,
        at_ms bigint NOT NULL,
        visit_id uuid NOT NULL,
        up smallint NOT NULL,
        down smallint NOT NULL,
        up_cause text,
        down_cause text,
        CONSTRAINT pk_call_quality PRIMARY KEY (participant_id, at_ms),
        CONSTRAINT fk_call_quality_participant_id_visit_id
            FOREIGN KEY (participant_id, visit_id) REFERENCES visit_participant (id, visit_id),
        CONSTRAINT ck_call_quality_at_ms CHECK (0 <= at_ms),
        CONSTRAINT ck_call_quality_up CHECK (0 <= up AND up <= 100),
        CONSTRAINT ck_call_quality_down CHECK (0 <= down AND down <= 100),
        CONSTRAINT ck_call_quality_up_cause CHECK (up_cause ~ '^[a-z_]{1,32}$'),
        CONSTRAINT ck_call_quality_down_cause CHECK (down_cause ~ '^[a-z_]{1,32}$')
    )
    """,
    "CREATE INDEX ix_call_quality_visit_id_at_ms ON call_quality (visit_id, at_ms)",
    """
    CREATE TABLE line_check (
        participant_id uuid NOT NULL,
        checked_at timestamptz NOT NULL,
        path text NOT NULL,
        up_kbps integer,
        down_kbps integer,
        loss double precision,
        rtt_ms integer,
        microphone text NOT NULL,
        camera text NOT NULL,
        speaker text NOT NULL,
        CONSTRAINT pk_line_check PRIMARY KEY (participant_id),
        CONSTRAINT fk_line_check_participant_id FOREIGN KEY (participant_id) REFERENCES visit_participant (id),
        CONSTRAINT ck_line_check_path CHECK (path IN ('relay', 'direct', 'blocked', 'untested')),
        CONSTRAINT ck_line_check_loss CHECK (0 <= loss AND loss <= 1),
        CONSTRAINT ck_line_check_microphone CHECK (microphone IN ('good', 'quiet', 'noisy', 'silent', 'none')),
        CONSTRAINT ck_line_check_camera CHECK (camera IN ('good', 'dark', 'none')),
        CONSTRAINT ck_line_check_speaker CHECK (speaker IN ('heard', 'not_heard', 'untried'))
    )
    """,
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE line_check")
    op.execute("DROP TABLE call_quality")
