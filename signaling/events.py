"""The one table of what a client may send: event, permission, form. tests/architecture lists it.

Every payload is a strict model: a field too many, too long or of another type refuses the whole message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from access import Permission

MAX_SDP_CHARACTERS = 48 * 1024
MAX_CHAT_CHARACTERS = 4_000


class Payload(BaseModel):
    """Strict: "true" is no boolean, and unknown fields are an error (a typo must not be ignored)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        """No text column can hold U+0000."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("the character U+0000 is not accepted")
        return value


class Nothing(Payload):
    """An event that carries no data: {}."""


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class LineReport(Payload):
    """What the check of the line measured (clinical_store.LineCheck). None: not measured."""

    path: Literal["relay", "direct", "blocked", "untested"]
    up_kbps: Annotated[int, Field(ge=0, le=10_000_000)] | None
    down_kbps: Annotated[int, Field(ge=0, le=10_000_000)] | None
    loss: Share | None
    rtt_ms: Annotated[int, Field(ge=0, le=60_000)] | None
    microphone: Literal["good", "quiet", "noisy", "silent", "none"]
    camera: Literal["good", "dark", "none"]
    speaker: Literal["heard", "not_heard", "untried"]


class DeviceCheck(Payload):
    """What the device check found to work. `line`: what it measured, where it did."""

    camera: bool
    microphone: bool
    speaker: bool
    line: LineReport | None = None


class Admission(Payload):
    participant_id: Annotated[UUID, Field(strict=False)]  # JSON has no UUID: a string is its only form


class Offer(Payload):
    sdp: Annotated[str, Field(min_length=1)]  # the limit has its own error, sdp_too_large


class Candidate(Payload):
    """RTCIceCandidateInit, as far as it is used (W3C webrtc-pc 4.8.1)."""

    candidate: Annotated[str, Field(max_length=1_024)]
    sdp_mid: Annotated[str, Field(max_length=16)]


class MediaState(Payload):
    """What is switched on. `screen` needs room:screen:share beside the event's own permission."""

    microphone: bool
    camera: bool
    screen: bool = False


class MediaReport(Payload):
    """What a browser sees of itself, every five seconds: figures of its devices and its line, nothing of what they
    show or say. Shares are of the time since the last report; None: not known, or switched off."""

    cpu_limited: Share
    bandwidth_limited: Share
    microphone_level: Share | None
    camera_light: Share | None
    camera_detail: Share | None
    camera_fps: Annotated[float, Field(ge=0, le=240, allow_inf_nan=False)] | None
    frozen: Share
    concealed: Share
    route: Literal["direct", "relay", "unknown"]


class ViewChoice(Payload):
    """What to be sent of the others: all the line carries, little, or sound alone."""

    mode: Literal["auto", "save_data", "audio_only"]


class StillShown(Payload):
    """The still of this number has come whole."""

    number: Annotated[int, Field(ge=0, le=2**31)]


class ConsentChoice(Payload):
    purpose: Literal["record", "transcribe"]
    granted: bool
    text_version: Annotated[str, Field(max_length=40, pattern=r"^[\w .()/-]*$")] = ""


class ChatText(Payload):
    text: Annotated[str, Field(min_length=1, max_length=MAX_CHAT_CHARACTERS, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class EventRule:
    """`cost`: tokens of the connection's allowance (signaling.socket.EVENT_RATE)."""

    permission: Permission
    payload: type[Payload]
    cost: float = 1.0


EVENTS: Mapping[str, EventRule] = {
    "lobby.ready": EventRule(Permission.LOBBY_WAIT, DeviceCheck, cost=3),
    "lobby.admit": EventRule(Permission.PARTICIPANT_ADMIT, Admission, cost=3),
    "media.offer": EventRule(Permission.MEDIA_PUBLISH, Offer, cost=5),
    "media.candidate": EventRule(Permission.MEDIA_PUBLISH, Candidate),
    "media.state": EventRule(Permission.MEDIA_PUBLISH, MediaState),
    "media.report": EventRule(Permission.MEDIA_PUBLISH, MediaReport),
    "media.view": EventRule(Permission.MEDIA_PUBLISH, ViewChoice),
    "media.still_shown": EventRule(Permission.MEDIA_PUBLISH, StillShown),
    "consent.set": EventRule(Permission.CONSENT_SET, ConsentChoice, cost=3),
    "chat.send": EventRule(Permission.CHAT_WRITE, ChatText, cost=3),
    "room.ping": EventRule(Permission.ROOM_JOIN, Nothing),
    "room.ticket": EventRule(Permission.TICKET_ISSUE, Nothing, cost=3),
    "room.leave": EventRule(Permission.ROOM_JOIN, Nothing, cost=3),
    "room.end": EventRule(Permission.VISIT_END, Nothing, cost=3),
    "visit.phone": EventRule(Permission.PHONE_BEGIN, Nothing, cost=3),
    "visit.phone_end": EventRule(Permission.PHONE_END, Nothing, cost=3),
}

JOIN_PERMISSION = Permission.ROOM_JOIN
"""What the connection itself needs, beside a ticket for the visit."""
