"""What was heard of an utterance, version by version: live, final pass, corrections.

Utterances of before keep their sealed `text`; the store reads it as their first version.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE utterance ADD COLUMN revision integer NOT NULL DEFAULT 0",
    "ALTER TABLE utterance ADD COLUMN source text",
    "ALTER TABLE utterance ADD COLUMN problem text",
    "UPDATE utterance SET revision = 1, source = 'live' WHERE state <> 'pending'",
    "ALTER TABLE utterance ADD CONSTRAINT ck_utterance_source"
    " CHECK (source IN ('live', 'final', 'correction'))",
    "ALTER TABLE utterance ADD CONSTRAINT ck_utterance_problem CHECK (problem ~ '^[a-z_]{1,60}$')",
    """
    CREATE TABLE utterance_version (
        utterance_id uuid NOT NULL,
        revision integer NOT NULL,
        source text NOT NULL,
        model text,
        author_id uuid,
        at timestamptz NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT pk_utterance_version PRIMARY KEY (utterance_id, revision),
        CONSTRAINT fk_utterance_version_utterance_id FOREIGN KEY (utterance_id) REFERENCES utterance (id),
        CONSTRAINT ck_utterance_version_source CHECK (source IN ('live', 'final', 'correction')),
        CONSTRAINT ck_utterance_version_revision CHECK (revision > 0),
        CONSTRAINT ck_utterance_version_author CHECK ((source = 'correction') = (author_id IS NOT NULL))
    )
    """,
    """
    CREATE TRIGGER utterance_version_unchanged BEFORE UPDATE ON utterance_version
        FOR EACH STATEMENT EXECUTE FUNCTION clinical_store_refuse_change()
    """,
)
_DOWN = (
    "DROP TABLE utterance_version",
    "ALTER TABLE utterance DROP COLUMN problem",
    "ALTER TABLE utterance DROP COLUMN source",
    "ALTER TABLE utterance DROP COLUMN revision",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """The shown words stay, in `utterance.text`; what was heard before them is lost."""
    for statement in _DOWN:
        op.execute(statement)
