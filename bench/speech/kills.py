"""kill -9 of the worker at random points: the transcript is that of an undisturbed run, and nothing is in it twice.

The real `consultroom work` with the demo model on a real PostgreSQL. One visit is written down by a worker that nobody
disturbs. The same visit again, as often as it takes, is written down by workers that are killed: while they load, while
they hear, while they hear for the second time. Words, versions, draft and events are then compared.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.demo.consult import VOICES
from app.demo.seed import seed
from app.settings import Settings
from app.up import databases
from app.wiring import Clinic
from bench.speech.options import Options
from bench.speech.recorded import EndedVisit, Track, ended_visit
from bench.speech.results import Row, row
from core import migrate
from core.jobs import troubled_jobs
from transcription import decode_all

KILLS, SHORT_KILLS = 50, 3
SHORT_SECONDS = 20
LONGEST_LIFE_S = 6.0  # from its first heartbeat: a worker is killed somewhere before
LOADING = 0.2  # the share of workers that are killed before they have a heartbeat
PATIENCE_S = 300.0

Said = tuple[str, float, float, tuple[tuple[str, str], ...]]
"""Speaker, start, end, and (source, text) of every version of an utterance."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit became: its utterances, its draft, and how many rows are more than they should be."""

    said: tuple[Said, ...]
    draft: tuple[str, ...]
    twice: int


def run(options: Options) -> list[Row]:
    """Rows of one run."""
    with tempfile.TemporaryDirectory(prefix="bench-kills-") as folder:
        return asyncio.run(_measured(Path(folder), options))


async def _measured(folder: Path, options: Options) -> list[Row]:
    seconds = SHORT_SECONDS if options.short else None
    tracks = {who: Track.of(decode_all(path)[: seconds and seconds * 16_000]) for who, path in VOICES.items()}
    async with _clinic(folder) as clinic:
        undisturbed = await ended_visit(clinic, tracks)
        async with _worker(clinic, folder):
            await _until_written(clinic)
        expected = await _outcome(clinic, undisturbed)
        visits, busy = await _disturbed(clinic, folder, tracks, SHORT_KILLS if options.short else KILLS)
        began = time.monotonic()
        async with _worker(clinic, folder):
            await _until_written(clinic)
        recovered = time.monotonic() - began
        outcomes = [await _outcome(clinic, visit) for visit in visits]
    return _rows(expected, outcomes, SHORT_KILLS if options.short else KILLS, busy, recovered)


def _rows(expected: Outcome, outcomes: list[Outcome], kills: int, busy: int, recovered: float) -> list[Row]:
    pairs = [pair for outcome in outcomes for pair in zip(expected.said, outcome.said, strict=False)]
    other = sum(one != same for one, same in pairs)
    other += sum(abs(len(outcome.said) - len(expected.said)) for outcome in outcomes)
    twice = sum(outcome.twice for outcome in (expected, *outcomes))
    drafts = sum(outcome.draft != expected.draft for outcome in outcomes)
    name = f"kill -9 of the worker at random points, {kills} times"
    return [
        row(f"{name}: utterances that differ", other, "", goal="0", met=other == 0 and len(pairs) > 0),
        row(f"{name}: versions or events that are there twice", twice, "", goal="0", met=twice == 0),
        row(f"{name}: drafts that differ", drafts, "", goal="0", met=drafts == 0),
        row("  utterances that were compared, two versions each", len(pairs), ""),
        row("  kills that interrupted a job", busy, ""),
        row("  from the last kill to the last word", recovered, "s"),
    ]


async def _disturbed(
    clinic: Clinic, folder: Path, tracks: dict[str, Track], kills: int
) -> tuple[list[EndedVisit], int]:
    """Workers killed one after the other, always with something to write. The visits, and kills that hit a job."""
    when, visits, busy = random.Random(4), list[EndedVisit](), 0
    for _ in range(kills):
        if not await _number(clinic, _LEFT):
            visits.append(await ended_visit(clinic, tracks))
        async with _worker(clinic, folder) as process:
            if when.random() >= LOADING:
                await _until_alive(clinic, process)
            await asyncio.sleep(when.uniform(0.0, LONGEST_LIFE_S))
            busy += bool(await _number(clinic, _IN_WORK))
            if process.returncode is not None:
                raise RuntimeError(
                    f"a worker ended by itself, with {process.returncode}: {_last_words(folder)}"
                )
            process.kill()
            await process.wait()
    return visits, busy


def _last_words(folder: Path) -> str:
    return (folder / "work.log").read_text(encoding="utf-8", errors="replace")[-2000:]


@asynccontextmanager
async def _clinic(folder: Path) -> AsyncIterator[Clinic]:
    settings = Settings().model_copy(update={"data_dir": folder, "demo": True})
    async with databases(settings) as urls:
        bound = settings.model_copy(
            update={"database_url": urls["DATABASE_URL"], "redis_url": urls["REDIS_URL"]}
        )
        await asyncio.to_thread(migrate.upgrade, urls["DATABASE_URL"])
        await seed(bound)
        clinic = Clinic(bound)
        try:
            yield clinic
        finally:
            clinic.access.close()
            await clinic.close()


@asynccontextmanager
async def _worker(clinic: Clinic, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`consultroom work` on this clinic; ended in order when the block is left, if it still lives."""
    given = {
        "DATABASE_URL": clinic.settings.database_url,
        "REDIS_URL": clinic.settings.redis_url,
        "CONSULTROOM_DATA_DIR": str(clinic.settings.data_dir),
        "CONSULTROOM_DEMO": "true",
        "CONSULTROOM_SPEECH_PARTIALS": "false",
    }
    with (folder / "work.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "work", env=os.environ | given, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def _until_alive(clinic: Clinic, process: asyncio.subprocess.Process) -> None:
    """Its queues beat (those of its killed predecessors stop)."""
    beating = (
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1.5 s' AND id > "
    )
    newest = await _number(clinic, "SELECT coalesce(max(id), 0) FROM procrastinate_workers")
    async with asyncio.timeout(PATIENCE_S):
        while process.returncode is None and not await _number(clinic, beating + str(newest)):  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.1)


_LEFT = """SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"""
_IN_WORK = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"


async def _until_written(clinic: Clinic) -> None:
    """No job is left, and none was given up."""
    async with asyncio.timeout(PATIENCE_S):
        while await _number(clinic, _LEFT):  # noqa: ASYNC110 - other processes work
            await asyncio.sleep(0.2)
    async with clinic.database.transaction() as session:
        given_up = [(job.task, job.attempts, job.code) for job in await troubled_jobs(session)]
    if given_up:
        raise RuntimeError(f"given up: {given_up}")


async def _number(clinic: Clinic, query: str, **given: Any) -> int:
    async with clinic.database.transaction() as session:
        return int((await session.execute(text(query), given)).scalar_one())


async def _outcome(clinic: Clinic, visit: EndedVisit) -> Outcome:
    store = clinic.store
    async with clinic.database.transaction() as session:
        transcript = await store.transcript_for(session, visit.doctor, visit.id)
        said = []
        for one in transcript.utterances:
            kept = await store.utterance_versions(session, visit.doctor, visit.id, one.id)
            said.append((one.speaker, one.start, one.end, tuple((v.source, v.text) for v in kept)))
        note = await store.note_for(session, visit.doctor, visit.id)
    lines = tuple(f"{line.section}: {line.text}" for line in note.statements)
    return Outcome(tuple(said), lines, await _twice(clinic, visit.id))


async def _twice(clinic: Clinic, visit_id: UUID) -> int:
    """Versions of one source and model, and events, beyond the one of each that there should be."""
    versions = """SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM utterance_version version
                  JOIN utterance ON utterance.id = utterance_id WHERE visit_id = :visit
                  GROUP BY utterance_id, version.source) AS each"""
    events = """SELECT coalesce(sum(greatest(n - 2, 0)), 0) FROM (SELECT count(*) AS n FROM outbox_event
                WHERE topic = 'utterance.completed' AND payload ->> 'visit_id' = :visit
                GROUP BY payload ->> 'utterance_id') AS each"""
    return await _number(clinic, versions, visit=visit_id) + await _number(
        clinic, events, visit=str(visit_id)
    )
