"""What a piece of recording shows and where it has gaps; one file of a whole recorded visit, made by a job."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UP = (
    """
    ALTER TABLE recording_segment
        ADD COLUMN kind text NOT NULL DEFAULT 'camera',
        ADD COLUMN gaps jsonb NOT NULL DEFAULT '[]',
        ADD CONSTRAINT ck_recording_segment_kind CHECK (kind IN ('camera', 'screen'))
    """,
    "ALTER TABLE recording_segment ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN gaps DROP DEFAULT",
    """
    CREATE TABLE composition (
        id uuid NOT NULL,
        visit_id uuid NOT NULL,
        requested_by uuid NOT NULL,
        requested_at timestamptz NOT NULL,
        state text NOT NULL,
        progress smallint NOT NULL,
        attempts smallint NOT NULL,
        storage_name text,
        bytes bigint,
        duration_ms bigint,
        finished_at timestamptz,
        CONSTRAINT pk_composition PRIMARY KEY (id),
        CONSTRAINT fk_composition_visit_id FOREIGN KEY (visit_id) REFERENCES visit (id),
        CONSTRAINT ck_composition_state
            CHECK (state IN ('waiting', 'working', 'ready', 'failed', 'removed')),
        CONSTRAINT ck_composition_progress CHECK (0 <= progress AND progress <= 100),
        CONSTRAINT ck_composition_file CHECK (
            state <> 'ready' OR (storage_name IS NOT NULL AND bytes IS NOT NULL AND duration_ms IS NOT NULL)),
        CONSTRAINT uq_composition_storage_name UNIQUE (storage_name)
    )
    """,
    # One at a time, and the finished one is the one: who asks again gets it.
    """
    CREATE UNIQUE INDEX ix_composition_visit_id ON composition (visit_id)
        WHERE state IN ('waiting', 'working', 'ready')
    """,
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE composition")
    op.execute(
        "ALTER TABLE recording_segment DROP CONSTRAINT ck_recording_segment_kind, DROP COLUMN kind, DROP COLUMN gaps"
    )
