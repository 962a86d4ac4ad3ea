"""From somebody speaking to grey words on both screens, through a real Valkey: sealed all the way, final under the
same id, gone when somebody does not agree any more. The speech model alone is a stand-in.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from redis.asyncio import Redis

from app.airing import Airing
from app.open_speech import CHANNEL, LiveKeys
from app.partials import Partials
from app.sound import pcm16
from clinical_store import HeardText
from core.broadcast import Broadcast
from core.telemetry import REGISTRY
from tests.integration.app.service import Service
from tests.integration.signaling.client import RoomClient
from transcription import SAMPLE_RATE, Priority, Request, Transcription, Utterance, Word

pytestmark = pytest.mark.integration
PATIENCE = 40.0
READY = {"camera": True, "microphone": True, "speaker": True}
SAID = "my chest hurts since yesterday morning"


class Model:
    """Hears two words a second of SAID."""

    finals = 0

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        assert priority is Priority.PARTIAL
        heard = SAID.split()[: 2 * round(len(request.samples) / SAMPLE_RATE)]
        words = tuple(Word(one, 0.9, at / 2, at / 2 + 0.4) for at, one in enumerate(heard))
        return Transcription(" ".join(heard), 0.9, 0.0, words)


@dataclass
class Speaking:
    """A finder: somebody has been speaking from `start` to `end` seconds."""

    start: float
    end: float

    def open(self) -> Utterance:
        samples = np.full(round((self.end - self.start) * SAMPLE_RATE), 0.1, np.float32)
        return Utterance(self.start, self.end, samples)


@dataclass
class Consult:
    """Doctor and patient in the call, both agreed, with `record` and `work` of the open utterances beside `serve`."""

    service: Service
    visit_id: UUID
    doctor: RoomClient
    patient: RoomClient
    patient_id: UUID
    airing: Airing

    async def spoken(self, start: float, seconds: float) -> dict[str, Any]:
        """The patient goes on speaking until both screens show words of it; the doctor's newest line."""
        speaking = Speaking(start, start + seconds)
        async with asyncio.timeout(PATIENCE):
            while True:
                self.airing.listen(self.visit_id, self.patient_id, speaking, speaking.end)
                with suppress(TimeoutError):
                    line = await asyncio.wait_for(self.line(self.doctor, "open", start), 0.5)
                    assert await self.line(self.patient, "open", start) == line
                    return line
                speaking.end += 1.0

    async def line(self, screen: RoomClient, state: str, start: float) -> dict[str, Any]:
        return await screen.event(
            "transcript.utterance", lambda one: (one["state"], one["start"]) == (state, start)
        )


@asynccontextmanager
async def in_call(service: Service, redis_url: str) -> AsyncIterator[Consult]:
    doctor, patient, visit_id = await service.consult()
    async with doctor.room(visit_id) as (desk, _), patient.room(visit_id) as (home, state):
        await home.must("lobby.ready", READY)
        await desk.must("lobby.admit", {"participant_id": state["me"]})
        for room in (desk, home):
            await agree(room, True)
        await desk.event("room.state", lambda one: one["transcribing"])
        clinic, stop = service.clinic, asyncio.Event()
        keys = LiveKeys(clinic.database, clinic.store)
        record, work = Broadcast(redis_url, CHANNEL), Broadcast(redis_url, CHANNEL)
        airing = Airing(keys, record)
        partials = Partials(Model(), keys, work, clinic.bus)
        running = [asyncio.create_task(one) for one in (partials.run(stop), clinic.open_lines.run(stop))]
        try:
            yield Consult(service, visit_id, desk, home, UUID(state["me"]), airing)
        finally:
            stop.set()
            await airing.close()
            await asyncio.wait_for(asyncio.gather(*running), PATIENCE)
            await record.close()
            await work.close()


def shown_so_far(state: str) -> float:
    """How many delays the operator's figures hold."""
    name = "consultroom_transcript_delay_seconds_count"
    return REGISTRY.get_sample_value(name, {"state": state}) or 0.0


async def agree(room: RoomClient, granted: bool) -> None:
    await room.must("consent.set", {"purpose": "transcribe", "granted": granted})


@pytest.fixture
async def consult(service: Service, redis_url: str) -> AsyncIterator[Consult]:
    async with in_call(service, redis_url) as consult:
        yield consult


async def test_open_words_reach_both_screens_and_the_closed_utterance_replaces_them(consult: Consult) -> None:
    before = shown_so_far("open")
    first = await consult.spoken(2.0, 1.0)
    assert first["firm"] == 0
    assert shown_so_far("open") > before
    assert SAID.startswith(first["text"])
    later = await consult.spoken(2.0, first["end"] - 2.0 + 1.0)
    assert later["id"] == first["id"]
    assert later["firm"] >= len(first["words"])
    assert (later["speaker"], later["words"][1]["start"]) == ("patient", 2.5)
    clinic, audio = consult.service.clinic, pcm16(np.zeros(3200, np.float32))
    async with clinic.database.transaction() as session:
        added = await clinic.store.add_utterance(
            session,
            visit_id=consult.visit_id,
            participant_id=consult.patient_id,
            start=2.0,
            end=later["end"],
            audio=audio,
        )
    assert added is not None
    assert str(added.id) == first["id"]
    async with clinic.database.transaction() as session:
        await clinic.store.complete_utterance(
            session, added.id, HeardText(text="My chest hurts."), model="demo", audio=audio
        )
    for screen in (consult.doctor, consult.patient):
        final = await consult.line(screen, "final", 2.0)
        assert (final["id"], final["text"], final["firm"]) == (first["id"], "My chest hurts.", None)
    consult.airing.listen(consult.visit_id, consult.patient_id, Speaking(2.0, 60.0), 60.0)
    await consult.spoken(70.0, 1.0)  # another one is shown, that one not any more
    shown = [one for name, one in consult.doctor.events if name == "transcript.utterance"]
    assert first["id"] not in [one["id"] for one in shown]


async def test_a_withdrawal_takes_open_words_from_both_screens(consult: Consult) -> None:
    line = await consult.spoken(2.0, 1.0)
    await agree(consult.patient, False)
    for screen in (consult.doctor, consult.patient):
        gone = await consult.line(screen, "empty", 2.0)
        assert (gone["id"], gone["text"], gone["words"]) == (line["id"], "", [])


async def test_nothing_said_stands_in_the_clear_on_valkey(consult: Consult, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as tap, tap.pubsub() as listening:
        await listening.psubscribe("*")
        await consult.spoken(2.0, 3.0)
        said = []
        while message := await listening.get_message(timeout=0.5):
            if message["type"] == "pmessage":
                said.append(bytes(message["channel"]) + bytes(message["data"]))
        kept = await tap.keys("*open*")
    topics = b"\n".join(said)
    assert b"utterance.heard" in topics
    assert b"open-speech" in topics
    assert all(word.encode() not in topics for word in SAID.split() if len(word) > 4)
    assert kept, "the claim of who heard it"
    assert all(b"claim" in key for key in kept)
