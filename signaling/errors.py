"""What a room refuses. Each class is one stable code, the same in an acknowledgement and in problem+json."""

from core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    TooManyRequests,
    Unavailable,
)


class UnknownEvent(NotFound):
    code = "unknown_event"
    title = "The room does not know this event"
    next_step = "See docs/protocol.md for the events of a room."


class TooFast(TooManyRequests):
    code = "too_fast"
    title = "Too many messages from this connection"
    next_step = "Slow down; the message was not acted on."


class CheckTooOften(TooManyRequests):
    code = "line_check_too_often"
    title = "The line was checked many times in a row"
    next_step = "Wait twenty seconds and try again, or go on without the check."


class SdpTooLarge(PayloadTooLarge):
    code = "sdp_too_large"
    title = "The session description is over 48 KiB"
    next_step = "Offer fewer codecs or media sections."


class NotInRoom(Conflict):
    code = "not_in_room"
    title = "This connection is in no room"
    next_step = "Fetch a new ticket and join again."


class NotAdmitted(Forbidden):
    code = "not_admitted"
    title = "You have not been admitted yet"
    next_step = "Wait until the doctor lets you in."


class NotWaiting(Conflict):
    code = "not_waiting"
    title = "This person is not waiting"
    next_step = "Admit somebody who is in the waiting room."


class ParticipantNotFound(NotFound):
    code = "participant_not_found"
    title = "There is no such participant in this visit"
    next_step = "Use an id from the latest room.state."


class RoomFull(Conflict):
    code = "room_full"
    title = "The room is full"
    next_step = "Wait until somebody leaves."


class PhoneNotConfigured(Conflict):
    code = "phone_not_configured"
    title = "The clinic has not given a telephone number for visits"
    next_step = "Write in the chat on which number you can be called, or book a new appointment."


class VisitEnded(Conflict):
    code = "visit_ended"
    title = "This visit has ended"
    next_step = "Book a new appointment if there is more to talk about."


class RoomElsewhere(Conflict):
    """`node_url`: the origin to go to. The ticket is not spent."""

    code = "room_elsewhere"
    title = "This room is held by another node of the clinic"
    next_step = "Connect to the address in node_url with the same ticket."


class NoNode(Unavailable):
    code = "no_node"
    title = "The clinic cannot open a room at this moment"
    next_step = "Try again in a few seconds; if it stays, call the clinic."


class InvalidPayload(InvalidInput):
    code = "invalid_payload"
    title = "The message does not have the form of this event"
    next_step = "Compare it with docs/protocol.md."


class GuestRoleRefused(Forbidden):
    code = "guest_role_refused"
    title = "Only the doctor can invite an interpreter"
    next_step = "Invite the person as family, or ask your doctor for an interpreter."


class NotYourInvitation(Forbidden):
    code = "not_your_invitation"
    title = "Only who invited this person, or the doctor, can withdraw the invitation"
    next_step = "Ask the doctor to withdraw it."


class ScreenTaken(Conflict):
    """One screen at a time: two shared screens leave no room for either to be read."""

    code = "screen_taken"
    title = "Somebody else is sharing a screen"
    next_step = "Ask them to stop, then share yours."
