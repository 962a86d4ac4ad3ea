"""The room: waiting, admission, offer and answer, consent, chat, captions, presence, over one hardened
socket.

`RoomServer` holds the rooms of a process; `RoomHttp` hands out tickets; `EVENTS` lists every message a
client may send with the permission it needs. docs/protocol.md is the protocol as a document of its own.
"""

from signaling.desk import TicketDesk
from signaling.events import EVENTS, EventRule
from signaling.guest_http import GuestHttp
from signaling.guests import Guests
from signaling.http import RoomHttp
from signaling.line_check import LineCheckHttp
from signaling.places import NODE_TTL, Moved, OneNode, SeveralNodes
from signaling.ports import (
    IceServers,
    LiveSessions,
    MediaPlane,
    RoomEvents,
    RoomRecord,
    TicketCounter,
    TicketOffice,
)
from signaling.server import DEFAULT_SEATS, RoomServer

__all__ = [
    "DEFAULT_SEATS",
    "EVENTS",
    "NODE_TTL",
    "EventRule",
    "GuestHttp",
    "Guests",
    "IceServers",
    "LineCheckHttp",
    "LiveSessions",
    "MediaPlane",
    "Moved",
    "OneNode",
    "RoomEvents",
    "RoomHttp",
    "RoomRecord",
    "RoomServer",
    "SeveralNodes",
    "TicketCounter",
    "TicketDesk",
    "TicketOffice",
]
