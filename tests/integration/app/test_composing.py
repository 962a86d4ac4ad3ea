"""The video file of a visit: asked for once, made by a job that may be killed, sealed, removed when it is time."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from access import Actor
from app.composing import Composing, compose_later
from app.demo.seed import seed
from app.settings import Settings
from app.wiring import Clinic
from clinical_store import Composition, CompositionState, VisitStatus
from clinical_store.errors import CompositionNotFound, NotYourVisit, VisitRunning
from core.errors import Forbidden
from tests.integration.app.recorded import RecordedVisit, recorded_visit
from tests.integration.media.flashes import beeps_in, flashes_in

pytestmark = pytest.mark.integration


@dataclass
class Exporting:
    clinic: Clinic
    visit: RecordedVisit

    async def ask(self, who: Actor | None = None) -> tuple[Composition, bool]:
        async with self.clinic.database.transaction() as session:
            made, new = await self.clinic.store.request_composition(
                session, who or self.visit.doctor, self.visit.id
            )
            if new:
                await compose_later(session, made.id)
        return made, new

    async def state(self) -> Composition:
        async with self.clinic.database.transaction() as session:
            return await self.clinic.store.composition_for(session, self.visit.doctor, self.visit.id)

    async def until(self, *states: CompositionState, progress: int = 0, seconds: float = 60.0) -> Composition:
        async with asyncio.timeout(seconds):
            while (now := await self.state()).state not in states or now.progress < progress:
                await asyncio.sleep(0.1)  # another process works
        return now

    async def remove(self) -> None:
        async with self.clinic.database.transaction() as session:
            await self.clinic.store.remove_composition(session, self.visit.doctor, self.visit.id)

    async def content(self) -> bytes:
        file = await self.clinic.shelf.composition(self.visit.doctor, self.visit.id)
        return file.read(0, file.size)

    def files(self) -> list[str]:
        return list(self.clinic.storage.list("compositions/"))

    async def audited(self, outcome: str = "allowed") -> int:
        rows = text(
            "SELECT count(*) FROM audit_event WHERE action = 'record:recording:export' AND outcome = :outcome"
        )
        async with self.clinic.database.transaction() as session:
            return int((await session.execute(rows, {"outcome": outcome})).scalar_one())


@pytest.fixture
async def clinic(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Clinic]:
    given = {"database_url": database_url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    settings = Settings().model_copy(update=given)
    await seed(settings)
    clinic = Clinic(settings)
    yield clinic
    clinic.access.close()
    await clinic.close()


@pytest.fixture
async def exporting(clinic: Clinic) -> Exporting:
    return Exporting(clinic, await recorded_visit(clinic))


async def worker(clinic: Clinic) -> asyncio.subprocess.Process:
    settings = clinic.settings
    given = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CONSULTROOM_DATA_DIR": str(settings.data_dir),
    }
    program = Path(__file__).with_name("composing_worker.py")
    return await asyncio.create_subprocess_exec(sys.executable, str(program), env=os.environ | given)


async def test_a_killed_worker_leaves_no_half_file_and_the_next_one_makes_it(exporting: Exporting) -> None:
    first, new = await exporting.ask()
    again, newly = await exporting.ask()
    assert (new, newly, first.id) == (True, False, again.id)
    killed = await worker(exporting.clinic)
    await exporting.until(CompositionState.WORKING, progress=10)
    with pytest.raises(CompositionNotFound):
        await exporting.content()
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    following = await worker(exporting.clinic)
    made = await exporting.until(CompositionState.READY)
    following.terminate()
    await following.wait()
    assert exporting.files() == [made.storage_name]
    content = await exporting.content()
    assert (len(content), made.seconds) == (made.bytes, 19.0)
    left, right = (slice(200, 500), slice(100, 540)), (slice(280, 440), slice(780, 1140))
    # Seconds since the first piece began; the screen is bright in the left half while it is shared.
    assert flashes_in(content, left) == pytest.approx([2.0, 8.0, 9.0, 16.0], abs=0.04)
    assert flashes_in(content, right) == pytest.approx([4.02], abs=0.04)
    assert beeps_in(content, 800) == pytest.approx([2.0, 8.0, 16.0], abs=0.04)
    assert beeps_in(content, 2400) == pytest.approx([4.02], abs=0.04)
    stored = exporting.clinic.storage.read(made.storage_name or "")
    assert b"ftyp" not in stored[:200]
    assert b"moov" not in stored


async def test_what_is_cancelled_stops_within_seconds_and_leaves_nothing(clinic: Clinic) -> None:
    exporting = Exporting(clinic, await recorded_visit(clinic, times=4))
    made, _ = await exporting.ask()
    job = asyncio.create_task(clinic.composing.compose_visit(str(made.id)))
    await exporting.until(CompositionState.WORKING, progress=2)
    await exporting.remove()
    await asyncio.wait_for(job, 15)
    assert exporting.files() == []
    with pytest.raises(CompositionNotFound):
        await exporting.state()
    await clinic.composing.compose_visit(str(made.id))  # the job comes once more: nobody wants it
    assert exporting.files() == []


async def test_it_is_removed_when_its_days_are_over(exporting: Exporting) -> None:
    clinic, composing = exporting.clinic, exporting.clinic.composing
    made, _ = await exporting.ask()
    await _finished(exporting, made)
    await composing.clear_compositions()
    assert (await exporting.state()).state is CompositionState.READY
    late = Composing(
        clinic.database, clinic.store, clinic.storage, composing.root, clinic.clock, timedelta(seconds=-1)
    )
    await late.clear_compositions()
    assert exporting.files() == []
    with pytest.raises(CompositionNotFound):
        await exporting.content()
    assert (await exporting.ask())[1]


async def _finished(exporting: Exporting, made: Composition) -> None:
    """As the job ends, without composing."""
    name = "compositions/made.crf"
    exporting.clinic.storage.append(name).close()
    async with exporting.clinic.database.transaction() as session:
        await exporting.clinic.store.begin_composition(session, made.id, name)
        assert await exporting.clinic.store.finish_composition(session, made.id, size=1, seconds=1.0)


async def test_a_recording_that_cannot_be_composed_fails_once_and_may_be_asked_for_again(
    exporting: Exporting,
) -> None:
    for name in list(exporting.clinic.storage.list("recordings/")):
        exporting.clinic.storage.delete(name)
    made, _ = await exporting.ask()
    await exporting.clinic.composing.compose_visit(str(made.id))
    assert (await exporting.state()).state is CompositionState.FAILED
    assert exporting.files() == []
    assert (await exporting.ask())[1]


async def test_a_worker_that_is_killed_at_it_again_and_again_gives_up(exporting: Exporting) -> None:
    made, _ = await exporting.ask()
    store, database = exporting.clinic.store, exporting.clinic.database
    for attempt in range(5):
        async with database.transaction() as session:
            begun = await store.begin_composition(session, made.id, f"compositions/{attempt}.crf")
    assert begun is None
    assert (await exporting.state()).state is CompositionState.FAILED


async def test_only_the_visits_own_doctor_exports_and_every_look_is_audited(exporting: Exporting) -> None:
    clinic, visit = exporting.clinic, exporting.visit
    await exporting.ask()
    await exporting.state()
    assert await exporting.audited() == 2
    with pytest.raises(Forbidden):
        await exporting.ask(visit.patient)
    async with clinic.database.transaction() as session:
        colleague = await clinic.access.account_with_email(session, "simulated-doctor@demo.clinic")
        assert colleague
        record = (await clinic.store.visit(session, visit.id)).patient_id
        await clinic.care.grant(session, colleague.id, record, visit.id)
    denied = await exporting.audited("denied")
    with pytest.raises(NotYourVisit):
        await exporting.ask(Actor.of(colleague, visit.doctor.session_id))
    assert await exporting.audited("denied") == denied + 1
    async with clinic.database.transaction() as session:
        running = text("UPDATE visit SET status = :status WHERE id = :id")
        await session.execute(running, {"status": VisitStatus.IN_PROGRESS.value, "id": visit.id})
    with pytest.raises(VisitRunning):
        await exporting.ask()
