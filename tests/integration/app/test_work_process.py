"""`consultroom work` itself: without a speech model its other work goes on, the line says why, and heals by itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.flows import utterance_closed
from app.later import draft_later
from app.wiring import Clinic
from clinical_store import UtteranceView
from tests.integration.app.recorded import RecordedVisit, recorded_visit
from tests.integration.transcription.spoken import TRACKS, timeline
from transcription import Utterance, decode_all
from transcription.models import DEMO_FILE

pytestmark = pytest.mark.integration

DEADLINE = timedelta(seconds=120)  # a worker loads spaCy and torch first, the machine may be busy


@asynccontextmanager
async def work(clinic: Clinic, model: Path) -> AsyncIterator[None]:
    settings = clinic.settings
    given = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CONSULTROOM_DATA_DIR": str(settings.data_dir),
        "CONSULTROOM_SPEECH_MODEL": str(model),
        "CONSULTROOM_SPEECH_PARTIALS": "false",
        "CONSULTROOM_SPEECH_FINAL_MODEL": "off",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "work", env=os.environ | given, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 60)


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE.total_seconds()):
        while not await check():
            await asyncio.sleep(0.2)  # another process works


async def last_line(clinic: Clinic, visit: RecordedVisit) -> UtteranceView:
    async with clinic.database.transaction() as session:
        return (await clinic.store.transcript_for(session, visit.doctor, visit.id)).utterances[-1]


async def test_a_missing_and_a_damaged_model_hold_up_nothing_but_speech(
    clinic: Clinic, tmp_path: Path
) -> None:
    visit, model = await recorded_visit(clinic), tmp_path / "model.pt"
    said = next(turn for turn in timeline() if turn.speaker == "patient")
    samples = decode_all(TRACKS["patient"])[int((said.start - 0.2) * 16_000) : int((said.end + 0.2) * 16_000)]
    doctor = (await last_line(clinic, visit)).participant_id
    utterance = Utterance(30.0, 30.0 + len(samples) / 16_000, samples)
    await utterance_closed(clinic.database, clinic.store, visit.id, doctor, utterance)
    async with clinic.database.transaction() as session:
        await draft_later(session, visit.id)

    async def problem_is(code: str) -> bool:
        return (await last_line(clinic, visit)).problem == code

    async def drafted() -> bool:
        async with clinic.database.transaction() as session:
            waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'draft_note'")
            return not await session.scalar(waiting)

    async def written() -> bool:
        return (await last_line(clinic, visit)).state == "final"

    async with work(clinic, model):
        await until(lambda: problem_is("model_missing"))
        await until(drafted)
        model.write_bytes(b"no checkpoint")
        await until(lambda: problem_is("model_corrupt"))
        shutil.copy(DEMO_FILE, tmp_path / "part")
        (tmp_path / "part").replace(model)
        await until(written)
    line = await last_line(clinic, visit)
    assert (line.problem, line.text != "") == (None, True)
