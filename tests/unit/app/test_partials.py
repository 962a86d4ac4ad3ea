"""Open utterances are heard when nothing closed waits: the newest piece of each, by one worker only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest

from app.open_speech import WORDS_HEARD, LiveKeys, OpenSound, OpenWords, SealedSound
from app.partials import AT_ONCE, LONGEST_HEARING, MOST_WAITING, STALE_SECONDS, Newest, Pace, Partials
from app.sound import pcm16
from core.crypto import new_key
from core.ids import new_id
from transcription import Priority, Request, Transcription, Word
from transcription.errors import SpeechEngineBusy, SpeechEngineLost

KEY, VISIT, PATIENCE = new_key(), new_id(), 20.0


def piece(end: float, *, start: float = 2.0, speaker: UUID | None = None) -> SealedSound:
    samples = np.zeros(160, np.float32)
    sound = OpenSound(VISIT, speaker or new_id(), start, end, pcm16(samples))
    return SealedSound.arrived(sound.sealed(KEY))


class Keys:
    async def of(self, visit_id: UUID) -> bytes:
        assert visit_id == VISIT
        return KEY


class Air:
    """Tells what the test puts in; some pieces others have claimed."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[bytes] = asyncio.Queue()
        self.claimed: set[str] = set()

    async def claim(self, name: str, ttl: timedelta) -> bool:
        assert ttl.total_seconds() > STALE_SECONDS
        first = name not in self.claimed
        self.claimed.add(name)
        return first

    async def listen(self, stop: asyncio.Event) -> AsyncIterator[bytes]:
        while not stop.is_set():
            yield await self.messages.get()


class Bus:
    def __init__(self) -> None:
        self.told: asyncio.Queue[OpenWords] = asyncio.Queue()

    async def publish(self, topic: str, payload: dict[str, Any]) -> None:
        assert topic == WORDS_HEARD
        assert payload["visit_id"] == str(VISIT)
        words = OpenWords.of_event(VISIT, UUID(payload["utterance_id"]), payload["sealed"], KEY)
        await self.told.put(words)

    async def next(self) -> OpenWords:
        return await asyncio.wait_for(self.told.get(), PATIENCE)


class Speech:
    """Answers when it is let; counts what it is asked."""

    def __init__(self) -> None:
        self.finals = 0
        self.asked: asyncio.Queue[Priority] = asyncio.Queue()
        self.go = asyncio.Event()
        self.go.set()
        self.answers: list[Transcription | Exception] = []

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        assert len(request.samples) == 160
        self.asked.put_nowait(priority)
        await self.go.wait()
        answer = self.answers.pop(0) if self.answers else said("my chest hurts")
        if isinstance(answer, Exception):
            raise answer
        return answer


def said(text: str, *warnings: str) -> Transcription:
    words = tuple(Word(one, 0.9, at * 0.5, at * 0.5 + 0.4) for at, one in enumerate(text.split()))
    return Transcription(text, 0.9, 0.0, words, warnings)


class Worker:
    def __init__(self) -> None:
        self.air, self.bus, self.speech = Air(), Bus(), Speech()
        keys = cast("LiveKeys", Keys())
        self.partials = Partials(self.speech, keys, cast("Any", self.air), cast("Any", self.bus))

    def arrives(self, sound: SealedSound) -> None:
        self.air.messages.put_nowait(sound.message)

    @asynccontextmanager
    async def runs(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(self.partials.run(stop))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    async with worker.runs():
        yield worker


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_words_are_told_on_the_visits_own_time_line(worker: Worker) -> None:
    speaker = new_id()
    worker.arrives(piece(3.5, speaker=speaker))
    words = await worker.bus.next()
    assert (words.participant_id, words.start, words.end) == (speaker, 2.0, 3.5)
    assert [(one.text, one.start, one.end) for one in words.words][1] == ("chest", 2.5, 2.9)
    assert worker.speech.asked.get_nowait() is Priority.PARTIAL


async def test_nothing_open_is_heard_while_a_closed_utterance_waits(worker: Worker) -> None:
    worker.speech.finals = 1
    worker.arrives(piece(3.0))
    await settle()
    assert worker.speech.asked.empty()
    worker.speech.finals = 0
    await worker.bus.next()


async def test_a_longer_piece_of_the_same_utterance_replaces_one_that_waits(worker: Worker) -> None:
    speaker = new_id()
    worker.speech.go.clear()
    for end in (3.0, 4.0, 5.0):
        worker.arrives(piece(end, speaker=speaker))
        await settle()
    worker.speech.go.set()
    assert [(await worker.bus.next()).end, (await worker.bus.next()).end] == [3.0, 5.0]
    await settle()
    assert worker.bus.told.empty()


async def test_several_speakers_are_heard_together_up_to_a_bound(worker: Worker) -> None:
    worker.speech.go.clear()
    for _ in range(AT_ONCE + 2):
        worker.arrives(piece(3.0))
    await settle()
    assert worker.speech.asked.qsize() == AT_ONCE
    worker.speech.go.set()
    for _ in range(AT_ONCE + 2):
        await worker.bus.next()


async def test_what_another_worker_has_claimed_is_left_to_it(worker: Worker) -> None:
    one = piece(3.0)
    worker.air.claimed.add(f"{one.utterance_id}:3000")
    worker.arrives(one)
    worker.arrives(piece(4.0))
    assert (await worker.bus.next()).end == 4.0
    assert worker.speech.asked.qsize() == 1


@pytest.mark.parametrize(
    "trouble",
    [
        SpeechEngineBusy("busy"),
        SpeechEngineLost("lost"),
        ZeroDivisionError(),
        said(""),
        said("the the the the", "repetition"),
        said("aspirin", "prompt_echo"),
        said("it does me evil", "other_language"),
    ],
)
async def test_trouble_with_one_piece_is_that_pieces_alone(
    worker: Worker, trouble: Transcription | Exception
) -> None:
    worker.speech.answers = [trouble]
    worker.arrives(piece(3.0))
    worker.arrives(piece(4.0))
    assert (await worker.bus.next()).end == 4.0
    await settle()
    assert worker.bus.told.empty()


async def test_what_is_no_piece_is_passed_over(worker: Worker) -> None:
    worker.air.messages.put_nowait(b"something else")
    damaged = bytearray(piece(3.0).message)
    damaged[-1] ^= 1
    worker.air.messages.put_nowait(bytes(damaged))
    worker.arrives(piece(4.0))
    assert (await worker.bus.next()).end == 4.0


def test_a_stale_piece_is_left_out() -> None:
    now = 10.0
    newest = Newest(lambda: now)
    newest.put(piece(3.0))
    now += STALE_SECONDS + 0.1
    fresh = piece(4.0)
    newest.put(fresh)
    assert newest.take() is fresh
    assert newest.take() is None


def test_an_older_piece_does_not_replace_a_newer_one() -> None:
    newest, speaker = Newest(lambda: 0.0), new_id()
    newer, older = piece(5.0, speaker=speaker), piece(4.0, speaker=speaker)
    newest.put(newer)
    newest.put(older)
    assert newest.take() is newer


def test_the_line_is_bounded_and_the_longest_waiting_leaves_it() -> None:
    newest = Newest(lambda: 0.0)
    pieces = [piece(3.0) for _ in range(MOST_WAITING + 1)]
    for one in pieces:
        newest.put(one)
    assert len(newest) == MOST_WAITING
    assert newest.take() is pieces[1]


def test_a_slow_machine_hears_only_what_it_hears_in_time() -> None:
    pace = Pace()
    assert pace.allows(28.0)
    for _ in range(20):
        pace.took(4.0, 2.0)  # half of real time
    assert pace.allows(0.9 * 2 * LONGEST_HEARING)
    assert not pace.allows(4 * LONGEST_HEARING)


def test_a_machine_that_was_busy_is_tried_again() -> None:
    pace = Pace()
    pace.took(1.0, 60.0)
    assert any(pace.allows(2.0) for _ in range(60))
