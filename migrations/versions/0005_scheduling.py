"""Slots and appointments; overlaps are impossible by constraint, without any contrib extension.

`uuidrange` lets a GiST exclusion constraint compare a uuid for equality (a range of one value overlaps only
itself), which would otherwise need btree_gist.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TYPE uuidrange AS RANGE (subtype = uuid)")
    op.execute(
        """
        CREATE TABLE slot (
            id uuid NOT NULL,
            doctor_id uuid NOT NULL,
            during tstzrange NOT NULL,
            time_zone text NOT NULL,
            status text NOT NULL,
            CONSTRAINT pk_slot PRIMARY KEY (id),
            CONSTRAINT ck_slot_status CHECK (status IN ('free', 'booked')),
            CONSTRAINT ck_slot_during CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)),
            CONSTRAINT ex_slot_doctor EXCLUDE USING gist
                (uuidrange(doctor_id, doctor_id, '[]') WITH &&, during WITH &&)
        )
        """
    )
    op.execute("CREATE INDEX ix_slot_free ON slot (doctor_id, lower(during)) WHERE status = 'free'")
    op.execute("CREATE INDEX ix_slot_starts_at ON slot (lower(during))")
    op.execute(
        """
        CREATE TABLE appointment (
            id uuid NOT NULL,
            slot_id uuid NOT NULL,
            doctor_id uuid NOT NULL,
            patient_id uuid NOT NULL,
            during tstzrange NOT NULL,
            status text NOT NULL,
            booked_by uuid NOT NULL,
            booked_at timestamptz NOT NULL,
            cancelled_at timestamptz,
            visit_id uuid,
            CONSTRAINT pk_appointment PRIMARY KEY (id),
            CONSTRAINT fk_appointment_slot_id FOREIGN KEY (slot_id) REFERENCES slot (id),
            CONSTRAINT ck_appointment_status CHECK (status IN ('booked', 'cancelled')),
            CONSTRAINT ck_appointment_cancelled_at CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
            CONSTRAINT ex_appointment_doctor EXCLUDE USING gist
                (uuidrange(doctor_id, doctor_id, '[]') WITH &&, during WITH &&) WHERE (status = 'booked'),
            CONSTRAINT ex_appointment_patient EXCLUDE USING gist
                (uuidrange(patient_id, patient_id, '[]') WITH &&, during WITH &&) WHERE (status = 'booked')
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX uq_appointment_slot_id ON appointment (slot_id) WHERE status = 'booked'")
    op.execute("CREATE INDEX ix_appointment_patient_id ON appointment (patient_id)")


def downgrade() -> None:
    op.execute("DROP TABLE appointment")
    op.execute("DROP TABLE slot")
    op.execute("DROP TYPE uuidrange")
