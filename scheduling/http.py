"""Routes of booking: parse, call the service, answer."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from access import Permission, actor_of
from core.errors import Forbidden, InvalidInput, NotFound
from core.http import Call, route
from scheduling.errors import (
    AppointmentBegun,
    AppointmentNotFound,
    NotYourCalendar,
    PatientBusy,
    PatientRequired,
    SlotInPast,
    SlotNotFound,
    SlotTaken,
    UnknownDoctor,
    UnknownTimeZone,
)
from scheduling.model import CALENDAR_YEARS, Availability, Weekday
from scheduling.service import Booked, Scheduling
from scheduling.views import AppointmentView, DoctorView, PublishedView, SlotView, slot_view

DEFAULT_PERIOD = timedelta(days=28)
Moment = Annotated[AwareDatetime | date, Field(union_mode="left_to_right")]
"""A moment with its offset, or a day of the clinic's calendar."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AvailabilityBody(_Body):
    """Wall times of `time_zone`; both days included."""

    doctor_id: UUID
    from_date: date
    to_date: date
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    start: time
    end: time
    slot_minutes: Annotated[int, Field(ge=5, le=240)]
    time_zone: Annotated[str, Field(min_length=1, max_length=64)]


class SlotsQuery(_Body):
    """`to` as a day includes that day. `status=any` needs scheduling:slot:publish."""

    doctor_id: UUID | None = None
    from_: Annotated[Moment | None, Field(alias="from")] = None
    to: Moment | None = None
    status: Literal["free", "any"] = "free"
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class BookingBody(_Body):
    """`reason`: what the visit is about, in the patient's words. `patient_id`: whom staff book for."""

    reason: Annotated[str, Field(max_length=500)] = ""
    patient_id: UUID | None = None


class SchedulingHttp:
    """`clinic_zone`: the IANA zone in which a day without a time is meant."""

    def __init__(self, scheduling: Scheduling, clinic_zone: str) -> None:
        self._scheduling = scheduling
        self._zone = ZoneInfo(clinic_zone)

    @route(
        "GET",
        "/api/doctors",
        permission=Permission.DOCTOR_LIST,
        summary="The doctors who can be booked",
        response=list[DoctorView],
    )
    async def doctors(self, call: Call[None, None]) -> list[DoctorView]:
        names = await self._scheduling.doctor_names(call.session)
        by_name = sorted(names.items(), key=lambda item: item[1])
        return [DoctorView(id=doctor_id, display_name=name) for doctor_id, name in by_name]

    @route(
        "POST",
        "/api/availability",
        permission=Permission.SLOT_PUBLISH,
        summary="Publish when a doctor sees patients; slots that are already there are skipped",
        body=AvailabilityBody,
        response=PublishedView,
        status=201,
        errors=(NotYourCalendar, UnknownDoctor, UnknownTimeZone, InvalidInput),
        idempotent=True,
    )
    async def publish(self, call: Call[AvailabilityBody, None]) -> PublishedView:
        published = await self._scheduling.publish(call.session, actor_of(call), _availability(call.body))
        return PublishedView(published=published.published, skipped=published.skipped)

    @route(
        "GET",
        "/api/slots",
        permission=Permission.SLOT_READ,
        summary="Slots of a period, earliest first",
        query=SlotsQuery,
        response=list[SlotView],
        errors=(Forbidden, InvalidInput),
    )
    async def slots(self, call: Call[None, SlotsQuery]) -> list[SlotView]:
        query = call.query
        frm = self._moment(query.from_, timedelta(0)) or call.clock.now()
        to = self._moment(query.to, timedelta(days=1)) or frm + DEFAULT_PERIOD
        if query.status == "any" and Permission.SLOT_PUBLISH not in actor_of(call).permissions:
            raise Forbidden
        read = self._scheduling.free_slots if query.status == "free" else self._scheduling.all_slots
        found = await read(call.session, doctor_id=query.doctor_id, frm=frm, to=to, limit=query.limit)
        names = await self._scheduling.doctor_names(call.session)
        return [slot_view(slot, names) for slot in found]

    @route(
        "POST",
        "/api/slots/{slot_id}/booking",
        permission=Permission.APPOINTMENT_BOOK,
        summary="Book a slot; if somebody was faster the answer names the next three free ones",
        body=BookingBody,
        response=AppointmentView,
        status=201,
        errors=(SlotTaken, SlotInPast, SlotNotFound, PatientBusy, PatientRequired, NotFound, Forbidden),
        idempotent=True,
    )
    async def book(self, call: Call[BookingBody, None]) -> AppointmentView:
        body = call.body
        booked = await self._scheduling.book(
            call.session, actor_of(call), call.path_id("slot_id"), body.reason, body.patient_id
        )
        names = await self._scheduling.doctor_names(call.session)
        return _appointment_view(booked, names.get(booked.appointment.doctor_id, ""))

    @route(
        "POST",
        "/api/appointments/{appointment_id}/cancellation",
        permission=Permission.APPOINTMENT_CANCEL,
        summary="Cancel an appointment; its slot is free again",
        errors=(AppointmentNotFound, AppointmentBegun, Forbidden),
        status=204,
    )
    async def cancel(self, call: Call[None, None]) -> None:
        await self._scheduling.cancel(call.session, actor_of(call), call.path_id("appointment_id"))

    def _moment(self, given: AwareDatetime | date | None, day_part: timedelta) -> datetime | None:
        """`day_part` is added to a day: nothing for its beginning, one day for its end."""
        if given is None:
            return None
        if given.year not in CALENDAR_YEARS:
            raise InvalidInput("The period lies outside the calendar.")
        if isinstance(given, datetime):
            return given
        return datetime.combine(given + day_part, time(), self._zone)


def _availability(body: AvailabilityBody) -> Availability:
    return Availability(
        doctor_id=body.doctor_id,
        from_date=body.from_date,
        to_date=body.to_date,
        weekdays=frozenset(body.weekdays),
        start=body.start.replace(tzinfo=None),
        end=body.end.replace(tzinfo=None),
        slot_minutes=body.slot_minutes,
        time_zone=body.time_zone,
    )


def _appointment_view(booked: Booked, doctor_name: str) -> AppointmentView:
    appointment = booked.appointment
    return AppointmentView(
        id=appointment.id,
        slot_id=appointment.slot_id,
        visit_id=booked.visit.visit_id,
        join_path=booked.visit.join_path,
        starts_at=appointment.span.start,
        ends_at=appointment.span.end,
        doctor_id=appointment.doctor_id,
        doctor_name=doctor_name,
    )
