"""Pure: availability in the clinic's wall time becomes slots in UTC. No I/O, no clock.

Wall time is what a clinician means by "Tuesdays at nine"; UTC is what two people can agree on. The two
differ twice a year: a wall time inside the spring gap does not exist (no slot), and one inside the autumn
fold exists twice (the first is meant).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduling.errors import UnknownTimeZone

MAX_DAYS = 92
"""One publication covers at most a quarter, so one request cannot create an unbounded number of rows."""

CALENDAR_YEARS = range(2000, 2100)
"""Years a clinic can mean; beyond them arithmetic on dates and zones overflows."""


class Weekday(StrEnum):
    """FHIR's DaysOfWeek codes: no one has to guess whether the week starts at 0, at 1, or on a Sunday."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


WEEK = tuple(Weekday)
"""In the order of `date.weekday()`."""


class SlotStatus(StrEnum):
    FREE = "free"
    BOOKED = "booked"


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Availability:
    """When a doctor sees patients: wall times of `time_zone` (IANA), `to_date` included."""

    doctor_id: UUID
    from_date: date
    to_date: date
    weekdays: frozenset[Weekday]
    start: time
    end: time
    slot_minutes: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to but not including `end`; both aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    id: UUID
    doctor_id: UUID
    span: Span
    time_zone: str
    status: SlotStatus


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked slot. `reason` is clinical: scheduling passes it on to `OnBooked` and never stores it."""

    id: UUID
    slot_id: UUID
    doctor_id: UUID
    patient_id: UUID
    span: Span
    status: AppointmentStatus
    booked_by: UUID
    visit_id: UUID | None = None
    reason: str = field(default="", repr=False)

    @property
    def starts_at(self) -> datetime:
        return self.span.start

    @property
    def ends_at(self) -> datetime:
        return self.span.end


def zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; raises UnknownTimeZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder such as "Europe"
        raise UnknownTimeZone from None


def slots_of(availability: Availability) -> Iterator[Span]:
    """In order: each exactly `slot_minutes` long, none overlapping another, none in a spring gap."""
    clinic = zone(availability.time_zone)
    length = timedelta(minutes=availability.slot_minutes)
    free_from = datetime.min.replace(tzinfo=UTC)
    for wall in _wall_times(availability):
        start = _first_occurrence(wall, clinic)
        # On the day of a spring gap the wall grid is denser than real time: a slot that began before the
        # gap may still run when the grid resumes behind it.
        if start is not None and start >= free_from:
            free_from = start + length
            yield Span(start, free_from)


def _wall_times(availability: Availability) -> Iterator[datetime]:
    length = timedelta(minutes=availability.slot_minutes)
    for offset in range((availability.to_date - availability.from_date).days + 1):
        day = availability.from_date + timedelta(days=offset)
        if WEEK[day.weekday()] not in availability.weekdays:
            continue
        wall, end = datetime.combine(day, availability.start), datetime.combine(day, availability.end)
        while wall + length <= end:
            yield wall
            wall += length


def _first_occurrence(wall: datetime, clinic: ZoneInfo) -> datetime | None:
    """The instant a wall time means, None inside a gap. PEP 495: fold=0 is the first of two occurrences."""
    instant = wall.replace(tzinfo=clinic, fold=0).astimezone(UTC)
    return instant if instant.astimezone(clinic).replace(tzinfo=None) == wall else None
