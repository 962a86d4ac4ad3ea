"""Events on the bus: unknown topics are passed over, and what is not ours never reaches a room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from app.flows import Showing
from core.bus import RESUMED, Event
from core.ids import new_id


class Rooms:
    """Remembers what it was told; a hand-written stand-in for signaling's RoomServer."""

    def __init__(self) -> None:
        self.notes: list[tuple[UUID, int, int, str]] = []
        self.followed: list[UUID] = []
        self.open: list[UUID] = []
        self.said: list[tuple[UUID, object]] = []

    async def push_utterance(self, visit_id: UUID, view: object) -> None:
        self.said.append((visit_id, view))

    async def push_note_changed(self, visit_id: UUID, revision: int, version: int, editor: str) -> None:
        self.notes.append((visit_id, revision, version, editor))

    async def record_changed(self, visit_id: UUID) -> None:
        self.followed.append(visit_id)

    def open_visits(self) -> list[UUID]:
        return self.open


def showing(rooms: Rooms) -> Showing:
    nothing = cast("Any", SimpleNamespace())
    return Showing(nothing, nothing, cast("Any", rooms))


@pytest.mark.parametrize("topic", ["appointment.booked", "something.new"])
async def test_a_topic_without_a_screen_is_passed_over(topic: str) -> None:
    await showing(Rooms()).show(Event(topic, {"appointment_id": "no visit in it"}))


async def test_a_changed_note_is_shown_in_its_visit() -> None:
    rooms, visit = Rooms(), new_id()
    said: dict[str, str | int] = {
        "visit_id": str(visit), "revision": 3, "version": 1, "editor": "an-account",
    }  # fmt: skip
    await showing(rooms).show(Event("note.changed", said))
    assert rooms.notes == [(visit, 3, 1, "an-account")]


async def test_a_malformed_event_is_refused_before_any_room_hears_of_it() -> None:
    rooms = Rooms()
    with pytest.raises(ValueError, match="UUID"):
        await showing(rooms).show(Event("note.changed", {"visit_id": "x", "revision": 1}))
    assert rooms.notes == []


@pytest.mark.parametrize("revision", [None, [], "3"])
async def test_a_revision_that_is_no_number_is_refused_as_a_value(revision: object) -> None:
    rooms = Rooms()
    with pytest.raises(ValueError, match="number"):
        await showing(rooms).show(
            Event("note.changed", {"visit_id": str(new_id()), "revision": cast("Any", revision)})
        )
    assert rooms.notes == []


async def test_a_changed_visit_and_every_open_one_after_a_gap_are_read_again() -> None:
    rooms, visit, other = Rooms(), new_id(), new_id()
    rooms.open = [visit, other]
    await showing(rooms).show(Event("visit.changed", {"visit_id": str(visit)}))
    assert rooms.followed == [visit]
    await showing(rooms).show(Event(RESUMED, {}))
    assert rooms.followed == [visit, visit, other]


class Database:
    """Transactions of nothing."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield None


class Store:
    """One utterance, as it is shown now."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def utterance_shown(self, session: None, utterance_id: UUID) -> SimpleNamespace:
        return SimpleNamespace(model_dump=lambda mode: {"id": str(utterance_id), "text": self.text})


@pytest.mark.parametrize("text", ["It hurts.", ""])
async def test_a_line_without_words_reaches_the_screens_too(text: str) -> None:
    """It was open a moment ago, or was struck out, or has a problem."""
    rooms, visit, said = Rooms(), new_id(), new_id()
    shown = Showing(cast("Any", Database()), cast("Any", Store(text)), cast("Any", rooms))
    await shown.show(Event("utterance.completed", {"visit_id": str(visit), "utterance_id": str(said)}))
    assert rooms.said == [(visit, {"id": str(said), "text": text})]
