"""What `work` hears with: the live model, the model of the final pass, and the jobs that ask them."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from app.final_pass import MOST_CRASHES, FinalPass
from app.flows import SPEECH_QUEUE, TRANSCRIBE, Writing
from app.heard import heard_text
from app.later import FINAL_QUEUE
from app.settings import Settings
from app.speech_desk import SpeechDesk
from app.vocabulary import Vocabularies
from app.wiring import Clinic
from core.errors import ServiceError
from core.jobs import Task, run_worker
from transcription import SpeechProcess, resolve
from transcription.models import DEMO, DEMO_FILE

WITHOUT = "off"
FINAL_NICE = 15  # behind the live model of the same machine
FINALS_AT_ONCE = 8


def live_desk(clinic: Clinic) -> SpeechDesk:
    """The model that hears what is being said."""
    settings = clinic.settings
    return SpeechDesk(
        clinic.database, clinic.store, speech_process(settings), settings.speech_model, SPEECH_QUEUE
    )


def speech_process(settings: Settings, model: str = "", nice: int = 5) -> SpeechProcess:
    """The child for `model`, the live one by default."""
    return SpeechProcess(
        model or settings.speech_model,
        engine=settings.speech_engine,
        context=settings.speech_context,
        threads=settings.speech_threads,
        most_batched=settings.speech_batch,
        nice=nice,
    )


def final_desk(clinic: Clinic, live: SpeechDesk) -> SpeechDesk:
    """The model that hears a visit again: the live one, or one that is loaded when there is something to hear."""
    settings = clinic.settings
    if settings.speech_final_model in ("", settings.speech_model):
        return live
    speech = speech_process(settings, settings.speech_final_model, FINAL_NICE)
    return SpeechDesk(
        clinic.database, clinic.store, speech, settings.speech_final_model, FINAL_QUEUE, kept=False
    )


def final_model_name(settings: Settings) -> str | None:
    """As the transcript names it; None where the clinic wants no final pass."""
    if settings.speech_final_model == WITHOUT:
        return None
    return speech_model_name(settings.speech_final_model or settings.speech_model)


def final_pass(clinic: Clinic, live: SpeechDesk) -> FinalPass | None:
    """The job with its model, or None where the clinic wants none."""
    if (model := final_model_name(clinic.settings)) is None:
        return None
    desk = final_desk(clinic, live)
    own = desk is not live
    return FinalPass(
        clinic.database,
        clinic.store,
        desk,
        clinic.shelf,
        model,
        as_heard=heard_text,
        vocabulary_of=vocabularies(clinic, model).of_visit,
        at_once=FINALS_AT_ONCE if own else 1,
        own=own,
    )


def vocabularies(clinic: Clinic, model: str) -> Vocabularies:
    """What each visit is heard with. The demo model was never taught prompts: it writes "Okay." after one."""
    return Vocabularies(clinic.store, clinic.clinic_speech, clinic.clock, prompted=model != DEMO)


async def run_speech(clinic: Clinic, writing: Writing, live: SpeechDesk, stop: asyncio.Event) -> None:
    """The queues that need a speech model. What is said now is worked on while the live model can be used; a final pass
    looks for itself, and its visit says why it waits."""
    url = clinic.settings.required_database_url
    heard = Task(
        TRANSCRIBE,
        writing.transcribe_utterance,
        SPEECH_QUEUE,
        on_given_up=writing.transcribing_given_up,
        crashes=MOST_CRASHES,
    )
    queues = [live.run(partial(_queue, url, heard, 2 * clinic.settings.speech_batch), stop)]
    if (final := final_pass(clinic, live)) is not None:
        queues.append(_queue(url, final.task(), 1, stop))
    await asyncio.gather(*queues)


async def _queue(url: str, task: Task, at_once: int, stop: asyncio.Event) -> None:
    await run_worker(url, [task], [task.queue], stop, concurrency=at_once)


def speech_model_name(model: str) -> str:
    """As the transcript names it: the demo model is called demo by whatever path it was found."""
    try:
        file = resolve(model)
    except ServiceError:  # it may be there later
        return Path(model).name.removesuffix(".pt")
    return DEMO if file.path.is_file() and same_file(file.path, DEMO_FILE) else file.name


def same_file(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
