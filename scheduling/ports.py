"""What scheduling needs from others. The app gives the real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from scheduling.model import Appointment


@dataclass(frozen=True, slots=True)
class VisitRef:
    """The visit an appointment became, and the page on which it is joined."""

    visit_id: UUID
    join_path: str


class Doctor(Protocol):
    """A doctor patients may be booked with; the id is the account's."""

    @property
    def id(self) -> UUID: ...

    @property
    def display_name(self) -> str: ...


class DoctorDirectory(Protocol):
    """Who can be booked. `access.Access` is one."""

    async def list_doctors(self, session: AsyncSession) -> Sequence[Doctor]: ...


class OnBooked(Protocol):
    """Called inside the booking's transaction: the visit exists exactly when the appointment does.

    Raises NotFound where there is no such patient.
    """

    async def __call__(self, session: AsyncSession, appointment: Appointment) -> VisitRef: ...


class OnCancelled(Protocol):
    """Called inside the cancelling transaction; `appointment.visit_id` is the visit that will not take
    place.
    """

    async def __call__(self, session: AsyncSession, appointment: Appointment) -> None: ...
