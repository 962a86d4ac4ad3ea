"""A clinic with a scheduler, two doctors, and slots to book."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from access import Account, Actor, CareRelationships, Role
from clinical_store import join_path
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from scheduling import (
    Appointment,
    Availability,
    Booked,
    Published,
    Scheduling,
    Slot,
    VisitRef,
    Weekday,
)
from tests.integration.clinical_store.clinic import Clinic

MONDAY = date(2030, 1, 7)  # the manual clock starts at 09:00 UTC of this day


@dataclass
class Staff:
    """The doctors: the port `DoctorDirectory`, from memory."""

    known: list[Account] = field(default_factory=list)

    async def list_doctors(self, session: AsyncSession) -> Sequence[Account]:
        return self.known


@dataclass
class Desk:
    """The booking desk of a small clinic; each method is one request in its own transaction."""

    clinic: Clinic
    staff: Staff
    scheduler: Actor
    cancelled: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduling = Scheduling(
            self.clinic.clock, self.staff, self.clinic.care, self._visit_for, self._visit_off
        )

    async def doctor(self, name: str = "Dr. Amara Planted") -> Actor:
        actor = await self.clinic.staff(Role.DOCTOR, name)
        self.staff.known.append(Account(actor.account_id, Role.DOCTOR, name))
        return actor

    async def publish(
        self,
        doctor: Actor,
        start: str,
        end: str,
        *,
        by: Actor | None = None,
        day: date = MONDAY,
        minutes: int = 30,
    ) -> Published:
        availability = Availability(
            doctor.account_id,
            day,
            day,
            frozenset(Weekday),
            time.fromisoformat(start),
            time.fromisoformat(end),
            minutes,
            "UTC",
        )
        async with self.clinic.database.transaction() as session:
            return await self.scheduling.publish(session, by or self.scheduler, availability)

    async def free(self, doctor: Actor | None = None) -> list[Slot]:
        now = self.clinic.clock.now()
        async with self.clinic.database.transaction() as session:
            return await self.scheduling.free_slots(
                session,
                doctor_id=doctor.account_id if doctor else None,
                frm=now - timedelta(days=2),
                to=now + timedelta(days=7),
                limit=100,
            )

    async def book(
        self, actor: Actor, slot_id: UUID, patient_id: UUID | None = None, reason: str = "planted complaint"
    ) -> Booked:
        async with self.clinic.database.transaction() as session:
            return await self.scheduling.book(session, actor, slot_id, reason, patient_id)

    async def cancel(self, actor: Actor, appointment_id: UUID) -> Appointment:
        async with self.clinic.database.transaction() as session:
            return await self.scheduling.cancel(session, actor, appointment_id)

    async def _visit_for(self, session: AsyncSession, appointment: Appointment) -> VisitRef:
        visit = await self.clinic.store.create_visit(
            session,
            patient_id=appointment.patient_id,
            doctor_account_id=appointment.doctor_id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            reason=appointment.reason,
        )
        await self.clinic.care.grant(session, appointment.doctor_id, appointment.patient_id, visit.id)
        return VisitRef(visit.id, join_path(visit.id))

    async def _visit_off(self, session: AsyncSession, appointment: Appointment) -> None:
        assert appointment.visit_id is not None
        self.cancelled.append(appointment.visit_id)


@pytest.fixture
def clinic(database: Database, keyring: Keyring, manual_clock: ManualClock) -> Clinic:
    return Clinic(database, keyring, manual_clock, CareRelationships(database, manual_clock))


@pytest.fixture
async def desk(clinic: Clinic) -> Desk:
    return Desk(clinic, Staff(), await clinic.staff(Role.SCHEDULER, "Sam Planted"))


def hours(slots: Sequence[Slot]) -> list[str]:
    return [f"{slot.span.start:%H:%M}" for slot in slots]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{MONDAY}T{text}+00:00")
