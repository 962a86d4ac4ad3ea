"""The clinic's own note templates."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One row at most: `id` can only be 1. Headings of notes are no patient's data.
    op.execute(
        """
        CREATE TABLE clinic_templates (
            id smallint NOT NULL,
            version integer NOT NULL,
            default_id text NOT NULL,
            own jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by uuid NOT NULL,
            CONSTRAINT pk_clinic_templates PRIMARY KEY (id),
            CONSTRAINT ck_clinic_templates_single CHECK (id = 1),
            CONSTRAINT ck_clinic_templates_version CHECK (version > 0)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE clinic_templates")
