"""When doctors are available, who booked which slot, and the promise that no slot is sold twice.

`Scheduling` is the service, `SchedulingHttp` its routes. A booking is one statement on a locked row behind
exclusion constraints; the visit it becomes is made by the app in the same transaction (`OnBooked`).
"""

from scheduling.http import SchedulingHttp
from scheduling.model import Appointment, AppointmentStatus, Availability, Slot, SlotStatus, Span, Weekday
from scheduling.ports import Doctor, DoctorDirectory, OnBooked, OnCancelled, VisitRef
from scheduling.service import Booked, Published, Scheduling

__all__ = [
    "Appointment",
    "AppointmentStatus",
    "Availability",
    "Booked",
    "Doctor",
    "DoctorDirectory",
    "OnBooked",
    "OnCancelled",
    "Published",
    "Scheduling",
    "SchedulingHttp",
    "Slot",
    "SlotStatus",
    "Span",
    "VisitRef",
    "Weekday",
]
