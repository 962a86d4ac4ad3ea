"""What a booking can be refused for. Each class is one stable code of the API."""

from core.errors import Conflict, Forbidden, InvalidInput, NotFound


class SlotNotFound(NotFound):
    code = "slot_not_found"
    title = "There is no such slot"
    next_step = "Load the free slots again and pick one."


class SlotTaken(Conflict):
    """`alternatives`: the next three free slots, as the slot list shows them."""

    code = "slot_taken"
    title = "Somebody else has just taken this slot"
    next_step = "Pick one of the alternatives, or load the free slots again."


class SlotInPast(InvalidInput):
    code = "slot_in_past"
    title = "This slot has already begun"
    next_step = "Pick a later slot."


class PatientBusy(Conflict):
    code = "patient_busy"
    title = "The patient already has an appointment at that time"
    next_step = "Pick a slot at another time, or cancel the other appointment first."


class PatientRequired(InvalidInput):
    code = "patient_required"
    title = "Whom the appointment is for is missing"
    next_step = "Name the patient in `patient_id`."


class UnknownDoctor(InvalidInput):
    code = "unknown_doctor"
    title = "There is no such doctor"
    next_step = "Pick a doctor from the list."


class NotYourCalendar(Forbidden):
    code = "not_your_calendar"
    title = "You may publish your own availability only"
    next_step = "Ask the scheduler to publish for a colleague."


class UnknownTimeZone(InvalidInput):
    code = "unknown_time_zone"
    title = "The time zone is not known"
    next_step = "Name an IANA zone, for example Europe/Berlin."


class AppointmentNotFound(NotFound):
    code = "appointment_not_found"
    title = "There is no such appointment"
    next_step = "Load your appointments again."


class AppointmentBegun(Conflict):
    code = "appointment_begun"
    title = "The appointment has already begun"
    next_step = "End the visit instead of cancelling the appointment."
