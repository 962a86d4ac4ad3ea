"""Pure: the grammar of what a client may send, before anything else looks at it. No framework, no state.

frame  = "1" (close) | "3" (pong) | "4" packet
packet = kind "/room" ["," [id] [JSON]]
kind   = "0" (connect) | "1" (disconnect) | "2" (event) | "3" (acknowledgement, refused: none is asked for)
"""

import json
import re
from dataclasses import dataclass

MAX_FRAME_CHARACTERS = 65_536
MAX_DEPTH = 16
"""Of brackets. The deepest payload of the protocol has three; a JSON parser recurses once for each."""
NAMESPACE = "/room"
CONNECT, DISCONNECT, EVENT, ACK = range(4)
RESERVED = frozenset({"connect", "connect_error", "disconnect"})
"""Names under which python-socketio would call our own connection handlers with the client's arguments."""

CONSENT = "consent.set"
"""The one event that is looked at when it arrives and not only in its turn."""

_PACKET = re.compile(r"([0-3])/room(?:,([0-9]{0,15})(.*))?", re.DOTALL)


class BadMessage(ValueError):
    """Not a message of the protocol. Counted; nothing else happens."""


@dataclass(frozen=True, slots=True)
class ClientPacket:
    """`id`: what to acknowledge, None where no answer is wanted."""

    kind: int
    id: int | None
    data: dict[str, object] | list[object] | None


def acceptable(frame: str) -> bool:
    """Whether an Engine.IO frame is one a client may send.

    engineio raises outside of its own error handling on an empty or non-numeric frame (a zombie session
    stays), and takes "b…" for binary: neither gets as far.
    """
    return len(frame) <= MAX_FRAME_CHARACTERS and (
        frame in ("1", "3") or frame[:2] in ("40", "41", "42", "43")
    )


def may_set_consent(frame: str) -> bool:
    """Whether an Engine.IO frame is worth parsing when it arrives: cheap, for it is asked of every frame.

    JSON may also write the name in escapes; a frame that has none and lacks the name is another event.
    """
    return frame.startswith("42") and (CONSENT in frame or "\\u" in frame)


def decode(message: object) -> ClientPacket:
    """The Socket.IO packet in a message. Raises BadMessage."""
    match = _PACKET.fullmatch(message) if isinstance(message, str) else None
    if match is None:
        raise BadMessage
    kind, number, text = int(match[1]), match[2], match[3]
    packet = ClientPacket(kind, int(number) if number else None, _parse(text) if text else None)
    if kind == EVENT:
        _check_event(packet.data)
    if kind == ACK or (kind == CONNECT and isinstance(packet.data, list)):
        raise BadMessage  # the server asks for no acknowledgement
    return packet


def _parse(text: str) -> dict[str, object] | list[object]:
    if depth_of(text) > MAX_DEPTH:
        raise BadMessage
    try:
        data = json.loads(text, parse_constant=_refuse, parse_int=_small_int)
    except ValueError:
        raise BadMessage from None
    if not isinstance(data, dict | list):
        raise BadMessage
    return data


def _check_event(data: object) -> None:
    """[name] or [name, payload]."""
    if not isinstance(data, list) or not 1 <= len(data) <= 2:
        raise BadMessage
    name = data[0]
    if not isinstance(name, str) or not 0 < len(name) <= 64 or name in RESERVED:
        raise BadMessage


def _refuse(_: str) -> object:
    """NaN and the infinities are no JSON (RFC 8259 section 6)."""
    raise BadMessage


def _small_int(digits: str) -> int:
    """Parsing an int of n digits costs n squared."""
    if len(digits) > 20:
        raise BadMessage
    return int(digits)


def depth_of(text: str) -> int:
    """The deepest nesting of brackets outside of strings."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0  # the usual case, at the speed of str.count
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
