"""`consultroom work`: jobs. Speech in a child process that may die, language in threads."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.composing import COMPOSING_QUEUE, Composing, clear_later
from app.final_pass import MOST_CRASHES
from app.flows import COMPLETE, VISIT_CHANGED, Writing, drafted
from app.later import DRAFT, LANGUAGE_QUEUE
from app.lifetime import end_with_parent, stop_on_signals
from app.open_speech import OpenSound
from app.partials import Partials
from app.settings import Settings
from app.sound import float32
from app.speech_desk import SpeechDesk
from app.speech_work import final_model_name, live_desk, run_speech, speech_model_name, vocabularies
from app.vocabulary import Vocabularies, vocabulary_from
from app.wiring import Clinic
from clinical_language.remembering import forget
from clinical_store import Background
from core.bus import RESUMED, Bus
from core.errors import Unavailable
from core.http.idempotency import forget_expired
from core.jobs import Task, WorkerStuck, failed_jobs, forget_problems, run_worker, try_job_again
from core.telemetry import configure_logging, get_logger
from transcription import Request
from transcription.clinic_speech import DEFAULT

log = get_logger()

EX_TEMPFAIL = 75  # sysexits.h: try again
HOUSEKEEPING_SECONDS = 3600.0


async def run() -> int:
    """Runs until SIGTERM; a job in work is finished or given back."""
    end_with_parent()
    configure_logging("work")
    stop = stop_on_signals()
    settings = Settings()
    clinic = Clinic(settings)
    speech = live_desk(clinic)
    model = speech_model_name(settings.speech_model)
    words = vocabularies(clinic, model)
    writing = Writing(
        clinic.database,
        clinic.store,
        speech,
        clinic.shelf,
        model,
        clinic.clock,
        final_model_name(settings),
        words.of_visit,
    )
    loading = asyncio.create_task(
        speech.load(), name="speech-load"
    )  # a large model must not hold up the rest
    await asyncio.to_thread(_load_language)
    log.info("work.started", model=settings.speech_model)
    try:
        await asyncio.gather(
            loading,
            run_speech(clinic, writing, speech, stop),
            _run_queues(settings, writing, clinic.composing, stop),
            _housekeep(clinic, stop),
            forget_what_was_said(clinic.bus, stop),
            _hear_open_speech(clinic, speech, words, stop),
        )
    except WorkerStuck:
        os._exit(EX_TEMPFAIL)  # a connection that neither answers nor ends cannot be closed in order
    finally:
        await speech.close()
        await clinic.close()
    return 0


def _load_language() -> None:
    """What drafts and vocabularies need once, two seconds of it: no first sentence has to wait for that."""
    drafted([])
    vocabulary_from(Background(reason="", statements=()), DEFAULT)


async def _hear_open_speech(
    clinic: Clinic, speech: SpeechDesk, words: Vocabularies, stop: asyncio.Event
) -> None:
    if clinic.settings.speech_partials:
        as_request = partial(_open_request, words)
        await Partials(speech, clinic.live_keys, clinic.open_speech, clinic.bus, as_request).run(stop)


def _open_request(words: Vocabularies, sound: OpenSound) -> Request:
    """With what is at hand: nobody waits for the database while somebody speaks."""
    known = words.at_hand(sound.visit_id)
    return Request(float32(sound.audio), known.prompt, known.language)


async def _run_queues(
    settings: Settings, writing: Writing, composing: Composing, stop: asyncio.Event
) -> None:
    """One worker per queue, so that a long completion never holds up what is being said now."""
    language = [
        Task(DRAFT, writing.draft_note, LANGUAGE_QUEUE, crashes=MOST_CRASHES),
        Task(COMPLETE, writing.complete_transcript, LANGUAGE_QUEUE, crashes=MOST_CRASHES),
    ]
    url = settings.required_database_url
    await asyncio.gather(
        run_worker(url, language, [LANGUAGE_QUEUE], stop, concurrency=2),
        run_worker(url, composing.tasks(), [COMPOSING_QUEUE], stop, concurrency=1),
    )


async def try_again(session: AsyncSession) -> int:
    """Queue every given-up job once more; returns how many."""
    failed = await failed_jobs(session)
    for job in failed:
        await try_job_again(session, job.job_id)
    return len(failed)


async def forget_what_was_said(bus: Bus, stop: asyncio.Event) -> None:
    """Drop what drafts remember of talks whenever a visit's state changes: a consent withdrawn, the visit over, signed.

    Events say which visit, not what changed; a needless drop costs the next draft a fraction of a second.
    """
    async for event in bus.listen(stop):
        if event.topic in (VISIT_CHANGED, RESUMED):  # what was missed meanwhile may have been a withdrawal
            forget()


async def _housekeep(clinic: Clinic, stop: asyncio.Event) -> None:
    """Once an hour: forget what was read of talks, and what was told and answered a day ago; try given-up jobs again.

    A job is given up after six tries within minutes; what made it fail (a full disk, a missing model) may be mended.
    """
    while not stop.is_set():
        forget()
        try:
            await clinic.relay.prune()
            async with clinic.database.transaction() as session:
                await forget_expired(session, clinic.clock)
                await try_again(session)
                await forget_problems(session)
                await clear_later(session)
        except Unavailable:
            log.warning("housekeeping.waiting")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), HOUSEKEEPING_SECONDS)
