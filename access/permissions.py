"""Roles as sets of permissions. Whatever is not written here is denied.

Two locks guard a record: the role's permission here, and the care relationship with the patient (`care`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is in the clinic. An account has exactly one."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    NURSE = "nurse"
    SCHEDULER = "scheduler"
    PHARMACIST = "pharmacist"
    LAB_TECHNICIAN = "lab_technician"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"
    """Interpreter or family, in one visit by an invitation; no password, no record (`access.guest`)."""


class Permission(StrEnum):
    """One thing that can be done: "scope:resource:action"."""

    SESSION_READ = "access:session:read"
    SESSION_END = "access:session:end"
    DOCTOR_LIST = "scheduling:doctor:list"
    SLOT_READ = "scheduling:slot:read"
    SLOT_PUBLISH = "scheduling:slot:publish"
    APPOINTMENT_BOOK = "scheduling:appointment:book"
    APPOINTMENT_CANCEL = "scheduling:appointment:cancel"
    VISIT_LIST = "record:visit:list"
    VISIT_READ = "record:visit:read"
    TRANSCRIPT_READ = "record:transcript:read"
    TRANSCRIPT_CORRECT = "record:transcript:correct"
    TRANSCRIPT_HISTORY = "record:transcript:history"
    TRANSCRIPT_EXPORT = "record:transcript:export"
    RECORDING_READ = "record:recording:read"
    QUALITY_READ = "record:quality:read"
    RECORDING_EXPORT = "record:recording:export"
    NOTE_READ = "record:note:read"
    NOTE_WRITE = "record:note:write"
    NOTE_SIGN = "record:note:sign"
    NOTE_COUNTERSIGN = "record:note:countersign"
    NOTE_ADDEND = "record:note:addend"
    SUMMARY_READ = "record:summary:read"
    NOTE_DRAFT = "language:note:draft"
    FINDINGS_READ = "language:finding:read"
    TICKET_ISSUE = "room:ticket:issue"
    ROOM_JOIN = "room:session:join"
    LOBBY_WAIT = "room:lobby:wait"
    LINE_CHECK = "room:line:check"
    PARTICIPANT_ADMIT = "room:participant:admit"
    MEDIA_PUBLISH = "room:media:publish"
    CHAT_WRITE = "room:chat:write"
    CONSENT_SET = "room:consent:set"
    SCREEN_SHARE = "room:screen:share"
    GUEST_INVITE = "room:guest:invite"
    FILE_SEND = "room:file:send"
    FILE_READ = "record:file:read"
    VISIT_END = "room:visit:end"
    PHONE_BEGIN = "room:phone:begin"
    PHONE_END = "room:phone:end"
    DEMO_CONSULT_START = "demo:consult:start"
    AUDIT_VERIFY = "audit:event:verify"
    CLINIC_JOBS = "clinic:jobs:retry"
    CLINIC_SPEECH_READ = "clinic:speech:read"
    CLINIC_SPEECH_WRITE = "clinic:speech:write"
    CLINIC_NOTES_QUALITY = "clinic:notes:quality"
    CLINIC_TEMPLATES_READ = "clinic:template:read"
    CLINIC_TEMPLATES_WRITE = "clinic:template:write"


# Everybody who is signed in may ask who they are and leave.
_EVERYBODY = frozenset({Permission.SESSION_READ, Permission.SESSION_END})
# Sitting in the room of one's own visit.
_IN_THE_ROOM = frozenset(
    {
        Permission.TICKET_ISSUE,
        Permission.ROOM_JOIN,
        Permission.LOBBY_WAIT,
        Permission.LINE_CHECK,
        Permission.MEDIA_PUBLISH,
        Permission.CHAT_WRITE,
        Permission.CONSENT_SET,
    }
)
# The people whose visit it is: they bring others in, show a screen and send files.
_OWN_ROOM = _IN_THE_ROOM | {
    Permission.SCREEN_SHARE,
    Permission.GUEST_INVITE,
    Permission.FILE_SEND,
    Permission.FILE_READ,
    Permission.PHONE_BEGIN,
}
# Texts that the caller brings along; no record is opened.
_READING_TEXTS = frozenset({Permission.NOTE_DRAFT, Permission.FINDINGS_READ})
_FINDING_A_SLOT = frozenset({Permission.DOCTOR_LIST, Permission.SLOT_READ})
_BOOKING = _FINDING_A_SLOT | {Permission.APPOINTMENT_BOOK, Permission.APPOINTMENT_CANCEL}

# A patient reads the own visits, their captions and the signed summary; the working note, and the recording
# with the doctor in it, stay with the clinic.
_PATIENT = (
    _EVERYBODY
    | _BOOKING
    | _OWN_ROOM
    | {Permission.VISIT_LIST, Permission.VISIT_READ, Permission.TRANSCRIPT_READ, Permission.SUMMARY_READ}
)
_DOCTOR = (
    _EVERYBODY
    | _BOOKING
    | _OWN_ROOM
    | _READING_TEXTS
    | {
        Permission.SLOT_PUBLISH,
        Permission.VISIT_LIST,
        Permission.VISIT_READ,
        Permission.TRANSCRIPT_READ,
        Permission.TRANSCRIPT_CORRECT,
        Permission.TRANSCRIPT_HISTORY,
        Permission.TRANSCRIPT_EXPORT,
        Permission.RECORDING_READ,
        Permission.QUALITY_READ,
        Permission.RECORDING_EXPORT,
        Permission.NOTE_READ,
        Permission.NOTE_WRITE,
        Permission.NOTE_SIGN,
        Permission.NOTE_COUNTERSIGN,
        Permission.NOTE_ADDEND,
        Permission.CLINIC_TEMPLATES_READ,
        Permission.SUMMARY_READ,
        Permission.PARTICIPANT_ADMIT,
        Permission.VISIT_END,
        Permission.PHONE_END,
        Permission.DEMO_CONSULT_START,
    }
)
# The list of visits, to see who comes when; not VISIT_READ: the reason for a visit is clinical.
_SCHEDULER = _EVERYBODY | _BOOKING | {Permission.SLOT_PUBLISH, Permission.VISIT_LIST}
# Triage, prescriptions and laboratory orders bring their own permissions; till then they see no record.
_NURSE = _EVERYBODY | _FINDING_A_SLOT | _READING_TEXTS
_PHARMACIST = _EVERYBODY
_LAB_TECHNICIAN = _EVERYBODY
# Sees, hears, speaks and writes in the one room; no chart, no captions, no file, no screen of their own.
_GUEST = _EVERYBODY | _IN_THE_ROOM
# Runs the clinic's system; no clinical field and no visit.
_ADMINISTRATOR = _EVERYBODY | {
    Permission.DOCTOR_LIST,
    Permission.AUDIT_VERIFY,
    Permission.CLINIC_JOBS,
    Permission.CLINIC_SPEECH_READ,
    Permission.CLINIC_SPEECH_WRITE,
    Permission.CLINIC_NOTES_QUALITY,
    Permission.CLINIC_TEMPLATES_READ,
    Permission.CLINIC_TEMPLATES_WRITE,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.PATIENT: _PATIENT,
        Role.DOCTOR: _DOCTOR,
        Role.NURSE: _NURSE,
        Role.SCHEDULER: _SCHEDULER,
        Role.PHARMACIST: _PHARMACIST,
        Role.LAB_TECHNICIAN: _LAB_TECHNICIAN,
        Role.ADMINISTRATOR: _ADMINISTRATOR,
        Role.GUEST: _GUEST,
    }
)

NOT_UNDER_SUPERVISION = frozenset({Permission.NOTE_COUNTERSIGN})
"""What a doctor whose work somebody supervises (a resident) may not do, whatever the role holds."""
