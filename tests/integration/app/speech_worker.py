"""A worker of the speech queues with a simple listener instead of Whisper, for the tests that kill it.

It says `ready`. What it hears depends on the sound alone. Settings come from the environment.
"""

import asyncio
import os
import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from app.final_pass import MOST_CRASHES, FinalPass
from app.flows import SPEECH_QUEUE, TRANSCRIBE, Writing
from app.heard import heard_text
from app.later import FINAL_QUEUE
from app.lifetime import stop_on_signals
from app.settings import Settings
from app.sound import pcm16
from app.wiring import Clinic
from core.jobs import Task, run_worker
from transcription import Priority, Request, Transcription

HEARING_SECONDS = 0.25
FINAL_MODEL = "larger"


class Listener:
    """Words that stand for exactly this sound."""

    def __init__(self, seconds: float = HEARING_SECONDS) -> None:
        self._seconds = seconds

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        await asyncio.sleep(self._seconds)
        return Transcription(f"{priority.name.lower()} {zlib.crc32(pcm16(request.samples)):08x}", 0.9, 0.0)

    async def close(self) -> None:
        pass


async def main() -> None:
    clinic, stop, listener = Clinic(Settings()), stop_on_signals(), Listener()
    name = f"worker-{os.getpid()}"
    parts = (clinic.database, clinic.store, listener, clinic.shelf)
    writing = Writing(*parts, name, clinic.clock, FINAL_MODEL)
    final_pass = FinalPass(*parts, FINAL_MODEL, as_heard=heard_text)
    heard = Task(TRANSCRIBE, writing.transcribe_utterance, SPEECH_QUEUE, crashes=MOST_CRASHES)
    url = clinic.settings.required_database_url
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(
        run_worker(url, [heard], [SPEECH_QUEUE], stop, concurrency=3, grace_seconds=2.0),
        run_worker(url, [final_pass.task()], [FINAL_QUEUE], stop, concurrency=1, grace_seconds=2.0),
    )
    await clinic.close()


if __name__ == "__main__":
    asyncio.run(main())
