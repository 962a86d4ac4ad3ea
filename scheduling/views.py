"""Slots and appointments as the API shows them. Moments in UTC; `time_zone` says which wall time to print."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from scheduling.model import Slot, SlotStatus


class DoctorView(BaseModel):
    id: UUID
    display_name: str


class SlotView(BaseModel):
    id: UUID
    doctor_id: UUID
    doctor_name: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    status: SlotStatus


class PublishedView(BaseModel):
    """`skipped`: already published (or overlapping such a slot), or already begun."""

    published: int
    skipped: int


class AppointmentView(BaseModel):
    id: UUID
    slot_id: UUID
    visit_id: UUID
    join_path: str
    starts_at: datetime
    ends_at: datetime
    doctor_id: UUID
    doctor_name: str


def slot_view(slot: Slot, doctor_names: Mapping[UUID, str]) -> SlotView:
    return SlotView(
        id=slot.id,
        doctor_id=slot.doctor_id,
        doctor_name=doctor_names.get(slot.doctor_id, ""),
        starts_at=slot.span.start,
        ends_at=slot.span.end,
        time_zone=slot.time_zone,
        status=slot.status,
    )
