"""Final pass of a visit's transcript, and why a job has not succeeded yet."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UP = (
    """
    CREATE TABLE job_problem (
        job_id bigint NOT NULL,
        code text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_job_problem PRIMARY KEY (job_id)
    )
    """,
    """
    CREATE TABLE final_pass (
        visit_id uuid NOT NULL,
        model text NOT NULL,
        began_at timestamptz NOT NULL,
        problem text,
        CONSTRAINT pk_final_pass PRIMARY KEY (visit_id),
        CONSTRAINT fk_final_pass_visit_id FOREIGN KEY (visit_id) REFERENCES visit (id)
    )
    """,
    # One per utterance and model: what is here is not heard again, by whichever worker and after whatever kill.
    """
    CREATE TABLE final_hearing (
        utterance_id uuid NOT NULL,
        model text NOT NULL,
        end_ms bigint NOT NULL,
        outcome text NOT NULL,
        CONSTRAINT pk_final_hearing PRIMARY KEY (utterance_id, model),
        CONSTRAINT fk_final_hearing_utterance_id FOREIGN KEY (utterance_id) REFERENCES utterance (id),
        CONSTRAINT ck_final_hearing_outcome CHECK (outcome IN ('heard', 'skipped', 'failed'))
    )
    """,
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for table in ("final_hearing", "final_pass", "job_problem"):
        op.execute(f"DROP TABLE {table}")
