"""Speech workers are killed at random points: the transcript is that of an undisturbed run, nothing is in it twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from app.flows import utterance_closed
from app.settings import Settings
from app.sound import float32, pcm16
from app.wiring import Clinic
from clinical_store import Transcript
from tests.integration.app.conftest import SeededClinic
from tests.integration.app.recorded import RecordedVisit, recorded_visit
from tests.integration.app.speech_worker import Listener
from transcription import Priority, Request, Utterance

pytestmark = pytest.mark.integration

UTTERANCES, KILLS = 24, 4
WAIT_SECONDS = 60.0
PROGRAM = Path(__file__).with_name("speech_worker.py")


@dataclass
class SpokenVisit:
    """An ended visit. `said`: what its doctor will turn out to have said."""

    clinic: Clinic
    visit: RecordedVisit
    doctor: UUID
    said: list[Utterance]

    async def speak(self) -> None:
        for one in self.said:
            await utterance_closed(self.clinic.database, self.clinic.store, self.visit.id, self.doctor, one)

    async def transcript(self) -> Transcript:
        async with self.clinic.database.transaction() as session:
            return await self.clinic.store.transcript_for(session, self.visit.doctor, self.visit.id)

    async def expected(self) -> tuple[list[str], list[str]]:
        """The words of an undisturbed run: live ones, and those of the recording."""
        listener = Listener(0.0)
        live = [(await listener.transcribe(Request(float32(pcm16(one.samples))))).text for one in self.said]
        async with self.clinic.database.transaction() as session:
            pieces = await self.clinic.store.segments(session, self.visit.id)
        theirs = [one for one in pieces if one.participant_id == self.doctor and one.kind == "camera"]
        spans = [(round(one.start, 3), round(one.end, 3)) for one in self.said]
        found = {cut.index: cut.samples async for cut in self.clinic.shelf.excerpts(theirs, spans)}
        final = [
            (await listener.transcribe(Request(found[index]), Priority.LATER)).text
            for index in range(len(spans))
        ]
        return live, final

    async def rows(self, query: str) -> list[Any]:
        async with self.clinic.database.transaction() as session:
            given = {"visit": self.visit.id} if ":visit" in query else {}
            return list((await session.execute(text(query), given)).all())

    async def until_heard_twice(self) -> None:
        await self.until(
            "SELECT count(*) > 0 FROM utterance LEFT JOIN final_hearing ON utterance_id = id"
            " WHERE visit_id = :visit AND (state = 'pending' OR utterance_id IS NULL)"
        )

    async def until(self, not_yet: str) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while (await self.rows(not_yet))[0][0]:
                await asyncio.sleep(0.2)  # other processes work


@pytest.fixture
async def spoken(seeded_clinic: SeededClinic, redis_url: str, tmp_path: Path) -> AsyncIterator[SpokenVisit]:
    url = seeded_clinic.server.copy()
    seeded_clinic.copy_keys(tmp_path)
    given = {"database_url": url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    clinic = Clinic(Settings().model_copy(update=given))
    visit = await recorded_visit(clinic)
    async with clinic.database.transaction() as session:
        first = (await clinic.store.transcript_for(session, visit.doctor, visit.id)).utterances[0]
    numbers = np.random.default_rng(4)
    said = [
        Utterance(start, start + 0.3, (0.1 * numbers.standard_normal(4_800)).astype(np.float32))
        for start in np.arange(UTTERANCES) * 0.48 + 1.2
    ]
    yield SpokenVisit(clinic, visit, first.participant_id, said)
    clinic.access.close()
    await clinic.close()
    seeded_clinic.server.drop(url)


@asynccontextmanager
async def worker(clinic: Clinic) -> AsyncIterator[asyncio.subprocess.Process]:
    """Ready; ended in order when the block is left, if it still lives."""
    settings = clinic.settings
    given = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CONSULTROOM_DATA_DIR": str(settings.data_dir),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), env=os.environ | given, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(WAIT_SECONDS):
            await process.wait()


async def test_a_transcript_survives_its_workers(spoken: SpokenVisit) -> None:
    live, final = await spoken.expected()
    await spoken.speak()
    when = random.Random(20261120)
    for _ in range(KILLS):
        async with worker(spoken.clinic) as process:
            await asyncio.sleep(when.uniform(0.1, 1.0))
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
    async with worker(spoken.clinic):
        await spoken.until_heard_twice()
    await assert_as_undisturbed(spoken, live, final)


async def test_two_workers_share_the_queue(spoken: SpokenVisit) -> None:
    live, final = await spoken.expected()
    async with worker(spoken.clinic) as one, worker(spoken.clinic) as other:
        await spoken.until("SELECT count(*) < 4 FROM procrastinate_workers")  # two queues each
        await spoken.speak()
        await spoken.until_heard_twice()
        names = {f"worker-{one.pid}", f"worker-{other.pid}"}
    await assert_as_undisturbed(spoken, live, final)
    models = await spoken.rows(
        "SELECT DISTINCT version.model FROM utterance_version version JOIN utterance ON utterance.id = utterance_id"
        " WHERE visit_id = :visit AND version.source = 'live' AND version.model <> 'base.en'"
    )
    assert {model for (model,) in models} == names


async def assert_as_undisturbed(spoken: SpokenVisit, live: list[str], final: list[str]) -> None:
    transcript = await spoken.transcript()
    shown = {round(one.start, 3): one.text for one in transcript.utterances}
    assert [shown[round(one.start, 3)] for one in spoken.said] == final
    kept = await spoken.rows(
        "SELECT version.source, count(*), count(DISTINCT utterance_id) FROM utterance_version version"
        " JOIN utterance ON utterance.id = utterance_id WHERE visit_id = :visit GROUP BY 1 ORDER BY 1"
    )
    everything = len(transcript.utterances)
    assert [tuple(row) for row in kept] == [
        ("final", everything, everything),
        ("live", everything, everything),
    ]
    told = await spoken.rows(
        "SELECT count(*) FROM outbox_event WHERE topic = 'utterance.completed' AND payload ->> 'visit_id' ="
        " CAST(CAST(:visit AS uuid) AS text) GROUP BY payload ->> 'utterance_id'"
    )
    assert [count for (count,) in told] == [2] * everything
    assert live != final
    first = await spoken.transcript()
    async with spoken.clinic.database.transaction() as session:
        versions = await spoken.clinic.store.utterance_versions(
            session, spoken.visit.doctor, spoken.visit.id, utterance_at(first, spoken.said[0])
        )
    assert [version.text for version in versions] == [live[0], final[0]]


def utterance_at(transcript: Transcript, said: Utterance) -> UUID:
    return next(one.id for one in transcript.utterances if round(one.start, 3) == round(said.start, 3))
