"""Three real clients, one on a line that gets worse: small copy, stills, and back; the copying process killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from aiortc import MediaStreamTrack
from av.video.frame import VideoFrame

from media import MediaPlane, ladder, ladder_keeper, simulated, stills
from media.ladder import LEAST_VIDEO_BPS, Rung
from media.simulated import SimulatedParticipant
from media.stills import StillPart
from tests.integration.media.meeting import joined, meeting, tone, until

pytestmark = pytest.mark.integration

PATIENCE = 60.0


class BusyCamera(MediaStreamTrack):
    """So much detail that a browser's encoder needs all it is given."""

    kind = "video"

    def __init__(self, hue: int) -> None:
        super().__init__()
        self._number = 0
        self._noise = np.random.default_rng(hue).integers(0, 255, (260, 340, 3), np.uint8)

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(0.1)
        at = self._number % 20
        frame = VideoFrame.from_ndarray(
            np.ascontiguousarray(self._noise[at : at + 240, at : at + 320]), format="rgb24"
        )
        frame.pts, frame.time_base = self._number * 9000, Fraction(1, 90_000)
        self._number += 1
        return frame


class Line:
    """What a client's browser says that its line carries (REMB); None: what it finds."""

    def __init__(self, person: SimulatedParticipant) -> None:
        self.bps: int | None = None
        for transceiver in person._peer.getTransceivers():
            estimator = getattr(transceiver.receiver, "_RTCRtpReceiver__remote_bitrate_estimator", None)
            if estimator is not None:
                self._bend(estimator, estimator.add)

    def _bend(self, estimator: Any, add: Callable[..., tuple[int, list[int]] | None]) -> None:
        def bent(**packet: Any) -> tuple[int, list[int]] | None:
            found = add(**packet)
            return found if found is None or self.bps is None else (min(found[0], self.bps), found[1])

        estimator.add = bent


class Call:
    """Doctor, patient and interpreter; the patient's line can be bent."""

    def __init__(self, plane: MediaPlane, people: list[UUID], clients: list[SimulatedParticipant]) -> None:
        self.plane = plane
        self.doctor, self.patient, self.third = people
        self.clients = clients
        self.line = Line(clients[1])
        self.stills: list[StillPart] = []
        self.told: list[UUID] = []
        plane.ladder.on_view = lambda _visit, viewer: self.told.append(viewer)
        plane.ladder.on_still = self._still

    def _still(self, _visit: UUID, viewer: UUID, part: StillPart) -> None:
        assert viewer == self.patient
        self.stills.append(part)
        if part.part == part.parts - 1:
            asyncio.get_running_loop().call_later(0.02, self.plane.ladder.still_shown, viewer, part.number)

    def rung(self, viewer: UUID | None = None) -> Rung | None:
        return self.plane.ladder.rungs(viewer or self.patient).get(self.doctor)

    async def reaches(self, rung: Rung) -> None:
        await until(lambda: self.rung() is rung, PATIENCE)

    async def sees_more(self, frames: int = 5) -> None:
        seat = self.clients[1].received[0]
        before = seat.video
        await until(lambda: seat.video >= before + frames, PATIENCE)

    async def hears_more(self) -> None:
        seat = self.clients[1].received[0]
        before = seat.audio
        await until(lambda: seat.audio >= before + 20 and seat.level > 0.02, PATIENCE)

    def pictures_sent(self) -> int:
        """Packets, to the patient, of everybody's camera."""
        connection = next(iter(self.plane._rooms.values())).connection(self.patient)
        assert connection is not None
        return sum(seat["camera"].packets for seat in connection.seats)

    @property
    def copier(self) -> int | None:
        return self.plane.ladder._low.pid


@pytest.fixture
async def call(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    monkeypatch.setattr(simulated, "TestPicture", BusyCamera)
    monkeypatch.setattr(ladder, "UP_S", 1.0)
    monkeypatch.setattr(ladder, "FIRST_WAIT_S", 1.0)
    monkeypatch.setattr(ladder, "HEAD_ROOM", 1.1)
    monkeypatch.setattr(stills, "EVERY_S", 0.2)
    monkeypatch.setattr(stills, "FIRST_PACE", 60_000)
    visit, people = uuid4(), [uuid4() for _ in range(3)]
    async with meeting() as (plane, _):
        clients = [await joined(plane, visit, who, hue) for hue, who in enumerate(people, 1)]
        clients[0].say(tone(300))
        yield Call(plane, people, clients)
        for client in clients:
            await client.leave()


async def test_a_weak_line_gets_the_small_copy_then_stills_then_everything_again(call: Call) -> None:
    await call.sees_more()
    await call.reaches(Rung.FULL)
    call.line.bps = 130_000
    await call.reaches(Rung.LOW)
    sender = call.plane._rooms[next(iter(call.plane._rooms))].connection(call.patient)
    assert sender is not None
    await until(lambda: type(sender.seats[0]["camera"].source).__name__ == "LowCopy", PATIENCE)
    await until(lambda: type(sender.seats[0]["microphone"].source).__name__ == "LowCopy", PATIENCE)
    await call.sees_more()
    await call.hears_more()
    call.line.bps = LEAST_VIDEO_BPS // 2
    await call.reaches(Rung.STILLS)
    assert call.patient in call.told
    await until(lambda: sum(part.part == part.parts - 1 for part in call.stills) >= 3, PATIENCE)
    assert {part.participant_id for part in call.stills} <= {call.doctor, call.third}
    await call.hears_more()
    call.line.bps = None
    await call.reaches(Rung.FULL)
    await call.sees_more()
    await call.hears_more()


async def test_when_the_copying_process_is_killed_everybody_goes_on_and_it_comes_back(call: Call) -> None:
    call.line.bps = 130_000
    await call.reaches(Rung.LOW)
    await call.sees_more()
    await until(lambda: call.copier is not None, PATIENCE)
    killed = call.copier
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await call.hears_more()
    await until(lambda: call.copier not in (None, killed), PATIENCE)
    await call.sees_more()


async def test_a_choice_by_hand_takes_the_picture_away_and_gives_it_back(call: Call) -> None:
    visit = next(iter(call.plane._rooms))
    call.plane.ladder.choose(visit, call.patient, "audio_only")
    await call.reaches(Rung.AUDIO_ONLY)
    await call.hears_more()
    before = call.pictures_sent()
    await call.hears_more()
    assert call.pictures_sent() == before
    call.plane.ladder.choose(visit, call.patient, "auto")
    await call.reaches(Rung.FULL)
    await call.sees_more()


async def test_without_any_copying_process_a_weak_line_keeps_its_sound(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call.plane.ladder._low, "_command", ("/nonexistent",))
    monkeypatch.setattr(ladder_keeper, "STARTING_S", 0.5)
    call.line.bps = 100_000
    await until(lambda: call.rung() in (Rung.AUDIO_ONLY, Rung.STILLS), PATIENCE)
    await call.hears_more()
