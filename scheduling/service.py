"""Availability, booking, cancelling: one public method per use case. The caller's transaction is the unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, CareRelationships, Permission, Role
from audit import AuditEvent, record
from core.clock import Clock
from core.errors import InvalidInput
from core.outbox import emit
from scheduling import store
from scheduling.errors import (
    AppointmentBegun,
    AppointmentNotFound,
    NotYourCalendar,
    PatientRequired,
    SlotInPast,
    SlotNotFound,
    SlotTaken,
    UnknownDoctor,
)
from scheduling.model import (
    CALENDAR_YEARS,
    MAX_DAYS,
    Appointment,
    AppointmentStatus,
    Availability,
    Slot,
    SlotStatus,
    slots_of,
)
from scheduling.ports import DoctorDirectory, OnBooked, OnCancelled, VisitRef
from scheduling.views import SlotView, slot_view

MAX_SLOTS_PER_PUBLICATION = 2_000
ALTERNATIVES = 3
HORIZON = timedelta(days=366)
"""How far ahead alternatives are looked for."""


@dataclass(frozen=True, slots=True)
class Published:
    """`skipped`: overlapping a slot that is already there (published twice), or already begun."""

    published: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Booked:
    appointment: Appointment
    visit: VisitRef


class Scheduling:
    """Every method takes the transaction's session first and never commits."""

    def __init__(
        self,
        clock: Clock,
        doctors: DoctorDirectory,
        care: CareRelationships,
        on_booked: OnBooked,
        on_cancelled: OnCancelled | None = None,
    ) -> None:
        self._clock = clock
        self._doctors = doctors
        self._care = care
        self._on_booked = on_booked
        self._on_cancelled = on_cancelled

    async def doctor_names(self, session: AsyncSession) -> Mapping[UUID, str]:
        """Every doctor by id."""
        return {doctor.id: doctor.display_name for doctor in await self._doctors.list_doctors(session)}

    async def publish(self, session: AsyncSession, actor: Actor, availability: Availability) -> Published:
        """Make the availability bookable. Raises NotYourCalendar, UnknownDoctor, UnknownTimeZone,
        InvalidInput.
        """
        if actor.role is Role.DOCTOR and availability.doctor_id != actor.account_id:
            raise NotYourCalendar
        if availability.doctor_id not in await self.doctor_names(session):
            raise UnknownDoctor
        _check_size(availability)
        spans = list(islice(slots_of(availability), MAX_SLOTS_PER_PUBLICATION + 1))
        if len(spans) > MAX_SLOTS_PER_PUBLICATION:
            raise InvalidInput(
                f"At most {MAX_SLOTS_PER_PUBLICATION} slots at once; publish a shorter period."
            )
        ahead = [span for span in spans if span.start > self._clock.now()]
        published = await store.publish(session, availability.doctor_id, availability.time_zone, ahead)
        await _audit(session, actor, "scheduling:slot:publish", "doctor", availability.doctor_id)
        return Published(published, len(spans) - published)

    async def free_slots(
        self, session: AsyncSession, *, doctor_id: UUID | None, frm: datetime, to: datetime, limit: int
    ) -> list[Slot]:
        """Free slots that begin in [frm, to) and not in the past, earliest first."""
        frm = max(frm, self._clock.now() + timedelta.resolution)  # one that begins this moment has begun
        return await store.slots(session, doctor_id=doctor_id, frm=frm, to=to, limit=limit)

    async def all_slots(
        self, session: AsyncSession, *, doctor_id: UUID | None, frm: datetime, to: datetime, limit: int
    ) -> list[Slot]:
        """Free and booked slots that begin in [frm, to): the scheduler's calendar."""
        return await store.slots(
            session, doctor_id=doctor_id, frm=frm, to=to, limit=limit, statuses=tuple(SlotStatus)
        )

    async def book(
        self, session: AsyncSession, actor: Actor, slot_id: UUID, reason: str, patient_id: UUID | None
    ) -> Booked:
        """Book the slot; the visit comes to exist in the same transaction.

        Raises SlotTaken (with alternatives), SlotInPast, SlotNotFound, PatientBusy, PatientRequired,
        NotFound (no such patient), Forbidden.
        """
        patient_id = await self._patient_for(session, actor, patient_id)
        appointment = await store.book(session, slot_id, patient_id, actor.account_id, self._clock.now())
        if appointment is None:
            raise await self._why_not(session, slot_id)
        visit = await self._on_booked(session, replace(appointment, reason=reason))
        appointment = await store.attach_visit(session, appointment, visit.visit_id)
        await _told(session, actor, "book", appointment)
        return Booked(appointment, visit)

    async def cancel(self, session: AsyncSession, actor: Actor, appointment_id: UUID) -> Appointment:
        """Cancel and free the slot; cancelling twice is one cancellation.

        Raises AppointmentNotFound, AppointmentBegun, Forbidden.
        """
        appointment = await store.appointment_for_update(session, appointment_id)
        if appointment is None:
            raise AppointmentNotFound
        await self._may_cancel(session, actor, appointment)
        if appointment.status is AppointmentStatus.CANCELLED:
            return appointment
        if appointment.span.start <= self._clock.now():
            raise AppointmentBegun
        appointment = await store.cancel(session, appointment, self._clock.now())
        if self._on_cancelled is not None:
            await self._on_cancelled(session, appointment)
        await _told(session, actor, "cancel", appointment)
        return appointment

    async def _patient_for(self, session: AsyncSession, actor: Actor, patient_id: UUID | None) -> UUID:
        if patient_id is None and actor.role is Role.PATIENT:
            patient_id = await self._care.own_record(session, actor.account_id)
        if patient_id is None:
            raise PatientRequired
        await self._may_act_for(session, actor, Permission.APPOINTMENT_BOOK, patient_id)
        return patient_id

    async def _may_cancel(self, session: AsyncSession, actor: Actor, appointment: Appointment) -> None:
        if actor.role is Role.DOCTOR and appointment.doctor_id == actor.account_id:
            return
        await self._may_act_for(session, actor, Permission.APPOINTMENT_CANCEL, appointment.patient_id)

    async def _may_act_for(
        self, session: AsyncSession, actor: Actor, permission: Permission, patient_id: UUID
    ) -> None:
        """Schedulers act for everybody. A booking grants its doctor the record, so a doctor may not book just
        anyone: without this rule knowing a patient's id would be enough to open their record."""
        if actor.role is not Role.SCHEDULER:
            await self._care.require(session, actor, permission, patient_id)

    async def _why_not(self, session: AsyncSession, slot_id: UUID) -> SlotNotFound | SlotInPast | SlotTaken:
        asked = await store.slot(session, slot_id)
        if asked is None:
            return SlotNotFound()
        if asked.span.start <= self._clock.now():
            return SlotInPast()
        views = await self._alternatives(session, asked)
        return SlotTaken(alternatives=[view.model_dump(mode="json") for view in views])

    async def _alternatives(self, session: AsyncSession, asked: Slot) -> list[SlotView]:
        """The next three free: of this doctor from the asked time on, then of this doctor sooner, then of
        anyone.
        """
        now = self._clock.now()
        found: dict[UUID, Slot] = {}
        for doctor_id, frm in ((asked.doctor_id, asked.span.start), (asked.doctor_id, now), (None, now)):
            if len(found) < ALTERNATIVES:
                more = await self.free_slots(
                    session, doctor_id=doctor_id, frm=frm, to=now + HORIZON, limit=ALTERNATIVES
                )
                found |= {slot.id: slot for slot in more}
        names = await self.doctor_names(session)
        return [slot_view(slot, names) for slot in islice(found.values(), ALTERNATIVES)]


def _check_size(availability: Availability) -> None:
    days = (availability.to_date - availability.from_date).days
    if not 0 <= days < MAX_DAYS:
        raise InvalidInput(f"The period ends on or after its first day and covers at most {MAX_DAYS} days.")
    if {availability.from_date.year, availability.to_date.year} - set(CALENDAR_YEARS):
        raise InvalidInput("The period lies outside the calendar.")
    if availability.start >= availability.end:
        raise InvalidInput("The day's end is after its start.")


async def _told(session: AsyncSession, actor: Actor, verb: str, appointment: Appointment) -> None:
    await _audit(
        session,
        actor,
        f"scheduling:appointment:{verb}",
        "appointment",
        appointment.id,
        appointment.patient_id,
    )
    await emit(session, f"appointment.{verb}", appointment_id=str(appointment.id))


async def _audit(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    patient_id: UUID | None = None,
) -> None:
    await record(
        session,
        AuditEvent(
            actor_id=actor.account_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            patient_id=patient_id,
            outcome="allowed",
        ),
    )
