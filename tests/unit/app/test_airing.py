"""What is being said is told once a second, the newest only, and never once its speaker is not heard any more."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest

from app.airing import STALE_SECONDS, Airing
from app.open_speech import LiveKeys, SealedSound
from app.recorder import RecordingDesk
from core.crypto import new_key
from core.errors import Unavailable
from core.ids import new_id
from transcription import SAMPLE_RATE, Samples, Utterance

VISIT, SPEAKER = new_id(), new_id()
STEP = 0.2


class Speaking:
    """A finder in which somebody has been speaking from `start` to `end`."""

    def __init__(self, start: float) -> None:
        self.start, self.end = start, start

    def open(self) -> Utterance | None:
        samples = np.full(round((self.end - self.start) * SAMPLE_RATE), 0.1, np.float32)
        return Utterance(self.start, self.end, samples) if len(samples) else None

    def push(self, samples: Samples, at: float) -> list[Utterance]:
        self.end = at + len(samples) / SAMPLE_RATE
        return []

    def flush(self) -> list[Utterance]:
        return []


class Air:
    """Keeps what is told; `away` while Valkey does not answer."""

    def __init__(self) -> None:
        self.told: list[SealedSound] = []
        self.away = False

    async def send(self, message: bytes) -> None:
        if self.away:
            raise Unavailable
        self.told.append(SealedSound.arrived(message))

    @property
    def ends(self) -> list[float]:
        return [one.end_ms / 1000 for one in self.told]


class Keys:
    """One key for every visit, given out when `ready`."""

    def __init__(self) -> None:
        self.key, self.ready = new_key(), asyncio.Event()
        self.ready.set()

    async def of(self, visit_id: UUID) -> bytes:
        await self.ready.wait()
        return self.key


class Studio:
    """An Airing with its surroundings."""

    def __init__(self) -> None:
        self.air, self.keys, self.now = Air(), Keys(), 100.0
        self.airing = Airing(cast("LiveKeys", self.keys), cast("Any", self.air), lambda: self.now)

    async def hear(self, finder: Speaking, until: float) -> None:
        """Sound comes in pieces of 0.2 s until then."""
        while finder.end < until - 1e-6:
            finder.end = round(finder.end + STEP, 3)
            self.airing.listen(VISIT, SPEAKER, finder, finder.end)
            await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    studio = Studio()
    yield studio
    await studio.airing.close()


async def test_an_open_utterance_is_told_once_a_second_under_the_id_it_will_have(studio: Studio) -> None:
    await studio.hear(Speaking(4.0), 8.1)
    assert studio.air.ends == [4.8, 5.8, 6.8, 7.8]
    [one] = {told.utterance_id for told in studio.air.told}
    opened = studio.air.told[-1].opened(studio.keys.key)
    assert (opened.start, opened.end, opened.participant_id, opened.utterance_id) == (4.0, 7.8, SPEAKER, one)
    assert len(opened.audio) == 2 * round(3.8 * SAMPLE_RATE)


async def test_silence_tells_nothing_new(studio: Studio) -> None:
    finder = Speaking(0.0)
    await studio.hear(finder, 1.0)
    for at in range(20):
        studio.airing.listen(VISIT, SPEAKER, finder, 1.0 + at * STEP)
        await settle()
    assert studio.air.ends == [0.8]


async def test_the_next_utterance_waits_its_second(studio: Studio) -> None:
    await studio.hear(Speaking(0.0), 1.0)
    await studio.hear(Speaking(1.0), 2.4)
    assert studio.air.ends == [0.8, 1.8]


async def test_what_cannot_be_told_is_left_out_and_the_next_is_told(studio: Studio) -> None:
    finder = Speaking(0.0)
    studio.air.away = True
    await studio.hear(finder, 1.0)
    studio.air.away = False
    await studio.hear(finder, 2.0)
    assert studio.air.ends == [1.8]


async def test_of_two_that_wait_only_the_newer_is_told(studio: Studio) -> None:
    studio.keys.ready.clear()
    await studio.hear(Speaking(0.0), 2.0)
    studio.keys.ready.set()
    await settle()
    assert studio.air.ends == [1.8]


async def test_after_a_withdrawal_nothing_is_told_that_waited(studio: Studio) -> None:
    studio.keys.ready.clear()
    await studio.hear(Speaking(0.0), 1.0)
    studio.airing.end(SPEAKER)
    studio.keys.ready.set()
    await settle()
    assert studio.air.told == []


async def test_what_has_closed_meanwhile_is_not_told(studio: Studio) -> None:
    studio.keys.ready.clear()
    await studio.hear(Speaking(0.0), 1.0)
    studio.airing.closed(SPEAKER)
    studio.keys.ready.set()
    await settle()
    assert studio.air.told == []


async def test_what_is_stale_is_not_told(studio: Studio) -> None:
    studio.keys.ready.clear()
    await studio.hear(Speaking(0.0), 1.0)
    studio.now += STALE_SECONDS + 0.1
    studio.keys.ready.set()
    await settle()
    assert studio.air.told == []


async def test_the_recorder_tells_what_it_hears_until_the_tap_is_closed(studio: Studio) -> None:
    def new_finder(**_: object) -> Speaking:
        return Speaking(0.0)

    nothing = cast("Any", None)
    desk = RecordingDesk(nothing, nothing, nothing, cast("Any", new_finder), "node", studio.airing)
    try:
        for number in range(6):
            await desk.on_audio(VISIT, SPEAKER, number * STEP, np.zeros(3200, np.float32))
            await settle()
        assert studio.air.ends == [0.8]
        studio.keys.ready.clear()
        for number in range(6, 10):
            await desk.on_audio(VISIT, SPEAKER, number * STEP, np.zeros(3200, np.float32))
        await desk.on_audio_end(VISIT, SPEAKER)
        studio.keys.ready.set()
        await settle()
        assert studio.air.ends == [0.8]
    finally:
        await desk.close()
