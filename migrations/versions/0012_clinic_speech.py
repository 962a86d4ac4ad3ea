"""The clinic's own speech settings: language and vocabulary."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One row at most: `id` can only be 1. Names of medicines on a clinic's list are no patient's data.
    op.execute(
        """
        CREATE TABLE clinic_speech (
            id smallint NOT NULL,
            version integer NOT NULL,
            language text NOT NULL,
            formulary jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by uuid NOT NULL,
            CONSTRAINT pk_clinic_speech PRIMARY KEY (id),
            CONSTRAINT ck_clinic_speech_single CHECK (id = 1),
            CONSTRAINT ck_clinic_speech_version CHECK (version > 0),
            CONSTRAINT ck_clinic_speech_language CHECK (language ~ '^[a-z]{2,3}$')
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE clinic_speech")
