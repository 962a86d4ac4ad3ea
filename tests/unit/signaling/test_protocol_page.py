"""docs/protocol.md is under test: an event, a permission or an error code that it does not name fails here."""

from pathlib import Path

from core.errors import ServiceError
from signaling import EVENTS, errors
from signaling.frames import MAX_DEPTH, MAX_FRAME_CHARACTERS
from signaling.model import ParticipantView, RoomState
from signaling.socket import EVENT_RATE
from signaling.transport import FLOOD, JOIN_SECONDS, MAX_PENDING, MAX_SOCKETS

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()


def test_every_event_with_its_permission_and_fields() -> None:
    for name, rule in EVENTS.items():
        [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"`{rule.permission}`" in row
        for field in rule.payload.model_fields:
            assert field in row, (name, field)


def test_every_field_of_the_room_state() -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith("| `room.state` |")]
    for field in (*RoomState.model_fields, *ParticipantView.model_fields):
        assert field in row


def test_every_error_code() -> None:
    for error in vars(errors).values():
        if (
            isinstance(error, type)
            and issubclass(error, ServiceError)
            and error.__module__ == errors.__name__
        ):
            assert f"`{error.code}`" in PAGE, error.code


def test_every_limit() -> None:
    for figure in (MAX_FRAME_CHARACTERS, MAX_DEPTH, MAX_PENDING, MAX_SOCKETS, JOIN_SECONDS):
        assert f"{figure:,}" in PAGE
    for rate in (EVENT_RATE, FLOOD):
        assert f"a burst of {rate.capacity:g}, then {rate.per_second:g} a second" in PAGE
