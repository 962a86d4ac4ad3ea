"""Rows and statements of booking. Every lock of the feature is taken on this page.

The guarantee against a double booking is threefold: the slot row is locked and must be free when the lock
is won, booking is one statement, and exclusion constraints make an overlapping appointment impossible for
the doctor and for the patient whatever a later programmer writes. SERIALIZABLE is not needed (field notes
A.2, C3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Row, Text, Uuid, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from core.ids import new_id
from scheduling.errors import PatientBusy
from scheduling.model import Appointment, AppointmentStatus, Slot, SlotStatus, Span


class SlotRow(Base):
    """A published slot. `ex_slot_doctor` (migration 0005): one doctor's slots never overlap."""

    __tablename__ = "slot"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    doctor_id: Mapped[UUID]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    time_zone: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("ix_slot_free", "doctor_id", func.lower(during), postgresql_where=text("status = 'free'")),
        Index("ix_slot_starts_at", func.lower(during)),
    )


class AppointmentRow(Base):
    """`ex_appointment_doctor`, `ex_appointment_patient` (migration 0005): nobody is in two places at once."""

    __tablename__ = "appointment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slot.id"))
    doctor_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(index=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    status: Mapped[str] = mapped_column(Text)
    booked_by: Mapped[UUID]
    booked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    visit_id: Mapped[UUID | None]

    __table_args__ = (
        Index("uq_appointment_slot_id", "slot_id", unique=True, postgresql_where=text("status = 'booked'")),
    )


_PUBLISH = text(
    """
    INSERT INTO slot (id, doctor_id, during, time_zone, status)
    SELECT offered.id, :doctor_id, tstzrange(offered.starts_at, offered.ends_at, '[)'), :time_zone, 'free'
    FROM unnest(:ids, :starts, :ends) AS offered (id, starts_at, ends_at)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
).bindparams(
    bindparam("doctor_id", type_=Uuid()),
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
)

# The WHERE of `open` is evaluated again when a waited-for lock is won (READ COMMITTED, EvalPlanQual): the
# loser of a race sees the slot as the winner left it and gets no row.
_BOOK = text(
    """
    WITH open AS (
        SELECT id FROM slot WHERE id = :slot_id AND status = 'free' AND lower(during) > :now FOR UPDATE
    ), taken AS (
        UPDATE slot SET status = 'booked' FROM open WHERE slot.id = open.id
        RETURNING slot.id, slot.doctor_id, slot.during
    )
    INSERT INTO appointment (id, slot_id, doctor_id, patient_id, during, status, booked_by, booked_at)
    SELECT :id, taken.id, taken.doctor_id, :patient_id, taken.during, 'booked', :booked_by, :now FROM taken
    RETURNING slot_id, doctor_id, lower(during) AS starts_at, upper(during) AS ends_at
    """
).bindparams(
    *(bindparam(name, type_=Uuid()) for name in ("id", "slot_id", "patient_id", "booked_by")),
    bindparam("now", type_=DateTime(timezone=True)),
)


async def publish(session: AsyncSession, doctor_id: UUID, time_zone: str, spans: Sequence[Span]) -> int:
    """Insert the spans as free slots; returns how many were new. One that overlaps an earlier slot is left
    out.
    """
    inserted = await session.execute(
        _PUBLISH,
        {
            "doctor_id": doctor_id,
            "time_zone": time_zone,
            "ids": [new_id() for _ in spans],
            "starts": [span.start for span in spans],
            "ends": [span.end for span in spans],
        },
    )
    return len(inserted.all())


async def book(
    session: AsyncSession, slot_id: UUID, patient_id: UUID, booked_by: UUID, now: datetime
) -> Appointment | None:
    """Take the slot for the patient; None if it is not there, not free or not in the future.

    Raises PatientBusy, leaving the transaction usable.
    """
    # Two bookings for one patient at overlapping times would each wait for the other's constraint entry (a
    # deadlock); taking the patient first, then the slot, gives them an order.
    await session.execute(select(func.pg_advisory_xact_lock(_lock_key(patient_id))))
    appointment_id = new_id()
    values = {
        "id": appointment_id,
        "slot_id": slot_id,
        "patient_id": patient_id,
        "booked_by": booked_by,
        "now": now,
    }
    try:
        async with session.begin_nested():
            row = (await session.execute(_BOOK, values)).one_or_none()
    except IntegrityError as error:
        if _constraint(error) == "ex_appointment_patient":
            raise PatientBusy from None
        raise
    if row is None:
        return None
    span = Span(row.starts_at, row.ends_at)
    return Appointment(
        appointment_id, row.slot_id, row.doctor_id, patient_id, span, AppointmentStatus.BOOKED, booked_by
    )


async def attach_visit(session: AsyncSession, appointment: Appointment, visit_id: UUID) -> Appointment:
    await session.execute(
        update(AppointmentRow).where(AppointmentRow.id == appointment.id).values(visit_id=visit_id)
    )
    return replace(appointment, visit_id=visit_id)


async def slot(session: AsyncSession, slot_id: UUID) -> Slot | None:
    row = (await session.execute(_SLOTS.where(SlotRow.id == slot_id))).one_or_none()
    return None if row is None else _slot(row)


async def slots(
    session: AsyncSession,
    *,
    doctor_id: UUID | None,
    frm: datetime,
    to: datetime,
    limit: int,
    statuses: Iterable[SlotStatus] = (SlotStatus.FREE,),
) -> list[Slot]:
    """Slots that begin in [frm, to), earliest first."""
    starts_at = func.lower(SlotRow.during)
    chosen = _SLOTS.where(starts_at >= frm, starts_at < to, SlotRow.status.in_([str(s) for s in statuses]))
    if doctor_id is not None:
        chosen = chosen.where(SlotRow.doctor_id == doctor_id)
    rows = await session.execute(chosen.order_by(starts_at, SlotRow.doctor_id).limit(limit))
    return [_slot(row) for row in rows]


async def appointment_for_update(session: AsyncSession, appointment_id: UUID) -> Appointment | None:
    """The appointment, its row locked until the transaction ends."""
    row = await session.get(AppointmentRow, appointment_id, with_for_update=True, populate_existing=True)
    return None if row is None else _appointment(row)


async def cancel(session: AsyncSession, appointment: Appointment, now: datetime) -> Appointment:
    """Mark it cancelled and free its slot. The caller holds the row lock."""
    await session.execute(
        update(AppointmentRow)
        .where(AppointmentRow.id == appointment.id)
        .values(status=AppointmentStatus.CANCELLED, cancelled_at=now)
    )
    await session.execute(
        update(SlotRow).where(SlotRow.id == appointment.slot_id).values(status=SlotStatus.FREE)
    )
    return replace(appointment, status=AppointmentStatus.CANCELLED)


_SLOTS = select(
    SlotRow.id,
    SlotRow.doctor_id,
    func.lower(SlotRow.during).label("starts_at"),
    func.upper(SlotRow.during).label("ends_at"),
    SlotRow.time_zone,
    SlotRow.status,
)


def _slot(row: Row[tuple[UUID, UUID, datetime, datetime, str, str]]) -> Slot:
    span = Span(row.starts_at, row.ends_at)
    return Slot(row.id, row.doctor_id, span, row.time_zone, SlotStatus(row.status))


def _appointment(row: AppointmentRow) -> Appointment:
    if row.during.lower is None or row.during.upper is None:
        raise ValueError(
            "an appointment without a beginning or an end"
        )  # refused by the slot it was made from
    span = Span(row.during.lower, row.during.upper)
    status = AppointmentStatus(row.status)
    return Appointment(
        row.id, row.slot_id, row.doctor_id, row.patient_id, span, status, row.booked_by, row.visit_id
    )


def _lock_key(patient_id: UUID) -> int:
    """The last 63 bits of the id: random in a UUIDv7. A collision makes two strangers wait, nothing else."""
    return patient_id.int & 0x7FFF_FFFF_FFFF_FFFF


def _constraint(error: IntegrityError) -> str | None:
    """The violated constraint's name; asyncpg's own error is the cause of the DBAPI one."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
