"""`consultroom work`: jobs. Speech in a child process that may die, language in threads."""

from __future__ import annotations

import asyncio

from app.flows import COMPLETE, DRAFT, LANGUAGE_QUEUE, SPEECH_QUEUE, TRANSCRIBE, Writing, drafted
from app.lifetime import end_with_parent, stop_on_signals
from app.settings import Settings
from app.wiring import Clinic
from core.jobs import Task, run_worker
from core.telemetry import configure_logging, get_logger
from transcription import SpeechProcess

log = get_logger()


async def run() -> int:
    """Runs until SIGTERM; a job in work is finished or given back."""
    end_with_parent()
    configure_logging("work")
    stop = stop_on_signals()
    settings = Settings()
    clinic = Clinic(settings)
    speech = SpeechProcess(settings.speech_model, threads=settings.speech_threads)
    await asyncio.gather(speech.start(), asyncio.to_thread(drafted, []))  # both load what they need once
    log.info("work.started", model=settings.speech_model)
    writing = Writing(clinic.database, clinic.store, speech, clinic.shelf, settings.speech_model)
    try:
        await _run_queues(settings, writing, stop)
    finally:
        await speech.close()
        await clinic.close()
    return 0


async def _run_queues(settings: Settings, writing: Writing, stop: asyncio.Event) -> None:
    """One worker per queue, so that a long completion never holds up what is being said now."""
    speech = [Task(TRANSCRIBE, writing.transcribe_utterance, SPEECH_QUEUE)]
    language = [
        Task(DRAFT, writing.draft_note, LANGUAGE_QUEUE),
        Task(COMPLETE, writing.complete_transcript, LANGUAGE_QUEUE),
    ]
    url = settings.required_database_url
    await asyncio.gather(
        run_worker(url, speech, [SPEECH_QUEUE], stop, concurrency=2),
        run_worker(url, language, [LANGUAGE_QUEUE], stop, concurrency=2),
    )
