"""A speech model that cannot be used: the queue waits at no cost and says why, and is taken up when it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from access import CareRelationships
from app import speech_desk
from app.speech_desk import SpeechDesk
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.errors import ServiceError
from core.jobs import Held, Task, enqueue, run_worker, troubled_jobs
from tests.integration.clinical_store.clinic import Clinic, Consult
from transcription import Priority, Request, Transcription
from transcription.errors import (
    ModelCorrupt,
    ModelMissing,
    SpeechEngineBusy,
    SpeechEngineFailed,
    SpeechEngineLost,
)

pytestmark = pytest.mark.integration

SOUND = Request(np.zeros(1600, np.float32))


@dataclass
class Model:
    """A hand-written `SpeechModel`: usable while there is no trouble."""

    trouble: ServiceError | None = None
    starts: int = 0
    finals: int = 0
    heard: list[Priority] = field(default_factory=list)

    async def start(self) -> None:
        self.starts += 1
        if self.trouble is not None:
            raise self.trouble

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        if self.trouble is not None:
            raise self.trouble
        self.heard.append(priority)
        return Transcription("Words.", 0.9, 0.0)

    async def close(self) -> None:
        pass


@dataclass
class Worker:
    """The speech queue behind a desk, in a consult where somebody has spoken."""

    consult: Consult
    model: Model
    desk: SpeechDesk
    done: list[UUID] = field(default_factory=list)

    async def speaks(self, start: float) -> UUID:
        async with self.consult.clinic.database.transaction() as session:
            said = await self.consult.store.add_utterance(
                session,
                visit_id=self.consult.visit.id,
                participant_id=self.consult.patients_place.id,
                start=start,
                end=start + 1.0,
                audio=b"planted",
            )
            assert said
            await enqueue(session, "hear", queue="speech", utterance_id=str(said.id))
        return said.id

    async def hear(self, utterance_id: str) -> None:
        await self.desk.transcribe(SOUND)
        self.done.append(UUID(utterance_id))

    async def problem(self, utterance_id: UUID) -> str | None:
        async with self.consult.clinic.database.transaction() as session:
            return (await self.consult.store.utterance_shown(session, utterance_id)).problem

    async def codes(self) -> list[str | None]:
        async with self.consult.clinic.database.transaction() as session:
            return [job.code for job in await troubled_jobs(session)]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stop, url = asyncio.Event(), self.consult.clinic.database.url

        async def queue(until: asyncio.Event) -> None:
            await run_worker(url, [Task("hear", self.hear, "speech", retries=0)], ["speech"], until)

        running = asyncio.create_task(self.desk.run(queue, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, 30)


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)  # the worker has its own connections


@pytest.fixture
async def worker(
    database: Database,
    keyring: Keyring,
    manual_clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Worker:
    monkeypatch.setattr(speech_desk, "TICK_SECONDS", 0.05)
    clinic = Clinic(database, keyring, manual_clock, CareRelationships(database, manual_clock))
    file, model = tmp_path / "model.pt", Model()
    file.write_bytes(b"weights")
    desk = SpeechDesk(database, clinic.store, model, str(file), "speech")
    return Worker(await clinic.consult(), model, desk)


async def test_what_waits_for_a_model_is_told_why_and_heard_once_the_file_is_mended(worker: Worker) -> None:
    first = await worker.speaks(1.0)
    worker.consult.clinic.clock.advance(timedelta(seconds=6))
    just_now = await worker.speaks(3.0)
    worker.model.trouble = ModelCorrupt()
    async with worker.working():

        async def told() -> bool:
            return await worker.problem(first) == "model_corrupt"

        await until(told)
        assert await worker.problem(just_now) is None, "another worker may have a model"
        assert set(await worker.codes()) == {"model_corrupt"}
        assert (worker.done, worker.model.starts) == ([], 1), (
            "not loaded again and again while the file is the same"
        )
        worker.model.trouble = None
        Path(worker.desk.model).write_bytes(b"other weights")

        async def heard() -> bool:
            return sorted(worker.done) == sorted([first, just_now])

        await until(heard)
    assert worker.model.starts == 2
    assert await worker.codes() == []


async def test_nobody_is_told_while_another_worker_has_a_model(worker: Worker) -> None:
    first = await worker.speaks(1.0)
    waiting = await worker.speaks(3.0)
    worker.consult.clinic.clock.advance(timedelta(seconds=6))

    async def beats(ago: int) -> None:
        """Another worker has the first utterance in work; so long ago it was heard of."""
        async with worker.consult.clinic.database.transaction() as session:
            beat = f"now() - interval '{ago} s'"
            other = f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({beat}) RETURNING id"
            taken = (
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"
                " WHERE args ->> 'utterance_id' = :id"
            )
            given = {"worker": await session.scalar(text(other)), "id": str(first)}
            await session.execute(text(taken), given)

    await beats(ago=0)
    worker.model.trouble = ModelMissing()
    async with worker.working():

        async def tried() -> bool:
            return worker.desk.problem == "model_missing"

        await until(tried)
        await asyncio.sleep(0.3)  # some rounds of telling
        assert await worker.problem(waiting) is None
        await beats(ago=60)

        async def told() -> bool:
            return await worker.problem(waiting) == "model_missing"

        await until(told)


async def test_a_model_that_fails_while_it_works_costs_the_job_no_attempt(worker: Worker) -> None:
    async with worker.working():
        worker.model.trouble = ModelMissing()
        said = await worker.speaks(1.0)

        async def shut() -> bool:
            return worker.desk.problem == "model_missing" and await worker.codes() == ["model_missing"]

        await until(shut)
        worker.model.trouble = None
        Path(worker.desk.model).write_bytes(b"other weights")

        async def heard() -> bool:
            return worker.done == [said]

        await until(heard)


async def test_what_is_one_utterances_own_trouble_keeps_the_queue_open(worker: Worker) -> None:
    for trouble in (SpeechEngineFailed(), SpeechEngineLost()):
        worker.model.trouble = trouble
        with pytest.raises(type(trouble)):
            await worker.desk.transcribe(SOUND)
        assert worker.desk.problem is None


async def test_a_busy_model_is_waited_for(worker: Worker) -> None:
    worker.model.trouble = SpeechEngineBusy()
    with pytest.raises(Held) as held:
        await worker.desk.transcribe(SOUND)
    assert held.value.code == "speech_engine_busy"
    assert worker.desk.problem is None


async def test_an_open_utterance_is_left_out_and_never_starts_a_model_that_cannot_be_used(
    worker: Worker,
) -> None:
    worker.model.trouble = ModelMissing()
    await worker.desk.load()
    worker.model.trouble = None
    with pytest.raises(SpeechEngineBusy):
        await worker.desk.transcribe(SOUND, Priority.PARTIAL)
    assert worker.model.heard == []
    await worker.desk.load()
    await worker.desk.transcribe(SOUND, Priority.PARTIAL)
    assert worker.model.heard == [Priority.PARTIAL]


async def test_a_model_that_stays_broken_is_tried_less_and_less_often(worker: Worker) -> None:
    now = [0.0]
    worker.desk.monotonic = lambda: now[0]
    worker.model.trouble = ModelCorrupt()
    async with worker.working():
        for starts, at in ((1, 0.0), (2, 5.0), (3, 15.0), (4, 35.0), (5, 75.0), (6, 135.0), (7, 195.0)):
            now[0] = at

            async def tried(starts: int = starts) -> bool:
                return worker.model.starts >= starts

            await until(tried)
            assert worker.model.starts == starts


async def test_a_model_for_later_is_loaded_by_the_first_and_looked_for_when_it_is_time(
    worker: Worker,
) -> None:
    now, desk = [0.0], worker.desk
    desk.kept, desk.monotonic = False, lambda: now[0]
    worker.model.trouble = ModelCorrupt()
    with pytest.raises(Held):
        await desk.transcribe(SOUND, Priority.LATER)
    worker.model.trouble = None
    with pytest.raises(Held) as held:  # not at once: loading a large model costs minutes
        await desk.transcribe(SOUND, Priority.LATER)
    assert (held.value.code, held.value.seconds) == ("model_corrupt", 15)
    now[0] = 5.0
    await desk.transcribe(SOUND, Priority.LATER)
    assert (desk.problem, worker.model.heard, worker.model.starts) == (None, [Priority.LATER], 0)
