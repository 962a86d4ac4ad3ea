"""End of utterance to final text on screen, and beginning of utterance to the first words, in a whole clinic.

`consultroom up --demo` runs with everything (serve, record, work, PostgreSQL, Valkey); people hold the demo consult
over real WebRTC, two visits at once, on two cores that they share with the clinic. The end of an utterance is the last
audible moment of the file that was played; the text is on screen when the speaker's own socket has it. The demo model
hears, partials are on.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from app.demo.consult import VOICES
from app.settings import Settings
from bench.media.accounting import Meter
from bench.speech.options import Options
from bench.speech.results import Row, percentile, row
from bench.speech.talkers import Talker, Voice, consult
from core.database import connect_asyncpg
from tests.journeys.clinic import Clinic, children_of

CONSULTS = 2
CORES = 2
GOAL_S = 1.5
APART_S = 3.1  # the second consult begins so much later: what is said together differs all the time
TIMES, FULL_S, SHORT_S = 3, 600.0, 24.0
LAST_WORDS_S = 20.0
START_S = 120.0


def _wait_for_work(clinic: Clinic) -> None:
    """The pages answer before models and language are loaded; a clinic's day does not begin in that second."""
    deadline = time.monotonic() + START_S
    while "work.started" not in clinic.log.read_text(errors="replace"):
        if time.monotonic() > deadline:
            raise TimeoutError("work")
        time.sleep(0.1)  # another process


def _processes(clinic: Clinic) -> dict[str, int]:
    work = clinic.pid_of("work")
    speech = {f"the speech process{at or ''}": pid for at, pid in enumerate(children_of(work))}
    return {
        "serve": clinic.pid_of("serve"),
        "record": clinic.pid_of("record"),
        "work and all it runs": work,
    } | speech


def _costs(shares: Mapping[str, float]) -> list[Row]:
    return [row(f"  CPU of {name} meanwhile", share, "% of a core") for name, share in shares.items()]


@dataclass(frozen=True, slots=True)
class Stored:
    """Unix times of an utterance's two rows of the way."""

    added: float
    completed: float


def run(options: Options) -> list[Row]:
    """Rows of one run: three times the demo consult (200 s) in each visit; short: its first 24 s."""
    with tempfile.TemporaryDirectory(prefix="bench-speech-") as folder:
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, sorted(allowed)[:CORES])
        clinic = Clinic(Path(folder) / "var")
        try:
            clinic.start()
            _wait_for_work(clinic)
            return asyncio.run(_measured(clinic, options.short))
        finally:
            if clinic.process:
                clinic.stop()
            os.sched_setaffinity(0, allowed)


async def _measured(clinic: Clinic, short: bool) -> list[Row]:
    times, longest = (1, SHORT_S) if short else (TIMES, FULL_S)
    voices = [Voice.of(VOICES[who], times, longest) for who in ("doctor", "patient")]
    async with AsyncExitStack() as stack:
        talks = [await consult(clinic.url, voices, stack) for _ in range(CONSULTS)]
        begin, meter = time.time() + 1.0, Meter(**_processes(clinic))
        people = [talker for talkers in talks for talker in talkers]
        await asyncio.gather(
            *(
                talker.talk(begin + number * APART_S)
                for number, talkers in enumerate(talks)
                for talker in talkers
            )
        )
        await _last_words(people)
        shares = meter.shares()
        return _rows(people) + _ways(people, await _stored(clinic)) + _costs(shares)


async def _last_words(people: Sequence[Talker]) -> None:
    """Until nothing new has come for a while."""
    deadline = time.time() + LAST_WORDS_S
    while time.time() < deadline:
        newest = max((talker.lines[-1].at for talker in people if talker.lines), default=0.0)
        if time.time() - max(newest, people[-1].began + people[-1].voice.seconds) > 4.0:
            return
        await asyncio.sleep(0.1)


def _rows(people: Sequence[Talker]) -> list[Row]:
    finals = [delay for talker in people for delay in _final_delays(talker)]
    firsts = [delay for talker in people for delay in _first_delays(talker)]
    ages = [delay for talker in people for delay in _open_ages(talker)]
    p95 = percentile(finals, 0.95)
    name = "end of utterance to final text on screen, two consults at once on 2 cores, demo model"
    return [
        row(f"{name}, p95", p95, "s", goal=f"<= {GOAL_S}", met=bool(finals) and p95 <= GOAL_S),
        row("  final text: median", _median(finals), "s"),
        row("  final text: utterances", len(finals), ""),
        row("  beginning of utterance to its first words on screen, median", _median(firsts), "s"),
        row("  first words: p95", percentile(firsts, 0.95), "s"),
        row("  share of utterances that were shown while they were said",
            len(firsts) / len(finals) if finals else None, ""),
        row("  age of an open line's last sound when it is shown, p95", percentile(ages, 0.95), "s"),
        row("  packets that were sent over 20 ms late", sum(talker.late for talker in people), ""),
    ]  # fmt: skip


def _ways(people: Sequence[Talker], stored: Mapping[str, Stored]) -> list[Row]:
    """Where the time to the final text goes."""
    heard, written, shown = [], [], []
    for talker in people:
        for line in talker.firsts("final"):
            if (known := stored.get(line.view["id"])) is not None:
                ended = talker.began + talker.voice.ended(talker.on_voice(line.view["end"]))
                heard.append(known.added - ended)
                written.append(known.completed - known.added)
                shown.append(line.at - known.completed)
    return [
        row("  of it, until the pause is long enough and the sound is stored: median", _median(heard), "s"),
        row("  of it, until its words are written: median", _median(written), "s"),
        row("  of it, until they are on screen: median", _median(shown), "s"),
    ]


async def _stored(clinic: Clinic) -> dict[str, Stored]:
    """When each utterance was stored and when its words were, as the database has it."""
    settings = Settings().model_copy(update={"data_dir": clinic.data_dir})
    connection = await connect_asyncpg(settings.required_database_url)
    try:
        rows = await connection.fetch(
            "SELECT id, added_at, completed_at FROM utterance WHERE completed_at IS NOT NULL"
        )
    finally:
        await connection.close()
    return {
        str(one["id"]): Stored(one["added_at"].timestamp(), one["completed_at"].timestamp()) for one in rows
    }


def _final_delays(talker: Talker) -> Iterable[float]:
    """From the last sound of each utterance to its first final line."""
    for line in talker.firsts("final"):
        yield line.at - talker.began - talker.voice.ended(talker.on_voice(line.view["end"]))


def _first_delays(talker: Talker) -> Iterable[float]:
    """From the first sound of each utterance to its first open line."""
    for line in talker.firsts("open"):
        yield line.at - talker.began - talker.voice.began(talker.on_voice(line.view["start"]))


def _open_ages(talker: Talker) -> Iterable[float]:
    for line in talker.own("open"):
        yield line.at - talker.epoch - line.view["end"]


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None
