"""Live sound at the recorder's desk: tracks of one visit are compared with each other, with no other visit's."""

import asyncio
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from app.airing import Airing, Finder
from app.recorder import Outgoing, RecordingDesk, Write
from tests.unit.transcription.consult_sound import OTHER, echoed, foreign, missed, track, turns
from transcription import SAMPLE_RATE, Samples, Utterance, UtteranceFinder

BLOCK = 3200


class Kept(Outgoing):
    """Keeps the utterances that would be written."""

    def __init__(self) -> None:
        self.said: dict[UUID, list[Utterance]] = {}

    def put(self, what: str, write: Write) -> None:
        *_, participant, utterance = cast("partial[Any]", write).args
        self.said.setdefault(participant, []).append(utterance)


def desk_of(kept: Kept) -> RecordingDesk:
    nothing = cast("Any", None)  # sound is not written to the database here
    return RecordingDesk(nothing, nothing, nothing, UtteranceFinder, "node", outgoing=kept)


async def hear(desk: RecordingDesk, seats: dict[str, tuple[UUID, UUID]], tracks: dict[str, Samples]) -> None:
    for start in range(0, len(track("doctor")), BLOCK):
        for name, sound in tracks.items():
            await desk.on_audio(*seats[name], start / SAMPLE_RATE, sound[start : start + BLOCK])
    for ids in seats.values():
        await desk.on_audio_end(*ids)


@pytest.mark.parametrize("together", [True, False], ids=["one visit", "two visits"])
async def test_an_echo_is_known_by_the_other_track_of_the_same_visit(together: bool) -> None:
    visit = uuid4()
    seats = {name: (visit if together else uuid4(), uuid4()) for name in OTHER}
    kept = Kept()
    desk = desk_of(kept)
    tracks = {"doctor": track("doctor"), "patient": track("patient") + echoed(track("doctor"), 0.3, 0.5)}
    await hear(desk, seats, tracks)
    patient = kept.said[seats["patient"][1]]
    assert bool(foreign(patient, turns("patient"))) is not together
    assert missed(patient, turns("patient")) == []
    assert missed(kept.said[seats["doctor"][1]], turns("doctor")) == []


async def test_when_all_have_left_nothing_of_the_visit_is_kept() -> None:
    desk, visit = desk_of(Kept()), uuid4()
    await hear(
        desk, {name: (visit, uuid4()) for name in OTHER}, {name: track(name)[:BLOCK] for name in OTHER}
    )
    assert desk._gates == {}
    assert desk._finders == {}


class Told(Airing):
    """Keeps who was listened to."""

    def __init__(self) -> None:
        self.listened: list[UUID] = []

    def listen(self, visit_id: UUID, participant_id: UUID, finder: Finder, now: float) -> None:
        self.listened.append(participant_id)

    def end(self, participant_id: UUID) -> None:
        self.listened.append(participant_id)


async def test_nothing_is_told_of_who_has_ended_while_their_last_sound_was_looked_at() -> None:
    """Two lines of one person overlap while they come back: the old one's end must not be followed by its sound."""
    desk, ids = desk_of(Kept()), (uuid4(), uuid4())
    desk.airing = told = Told()
    sound = track("doctor")[:BLOCK]
    await desk.on_audio(*ids, 0.0, sound)
    late = asyncio.create_task(desk.on_audio(*ids, 0.2, sound))
    await asyncio.sleep(0)
    await desk.on_audio_end(*ids)
    await late
    assert told.listened == [ids[1], ids[1]], "once while speaking, once the end"
