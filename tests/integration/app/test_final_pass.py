"""The second hearing: from the recording, each utterance once, going on where it stopped, never over what is right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from app.final_pass import BEAM, FinalPass
from app.flows import Writing
from app.heard import heard_text
from app.settings import Settings
from app.wiring import Clinic
from clinical_store import FinalPassView, HeardText, Transcript, UtteranceView
from core.jobs import Held
from tests.integration.app.conftest import SeededClinic
from tests.integration.app.recorded import RecordedVisit, recorded_visit
from transcription import Priority, Request, Transcription
from transcription.errors import SpeechEngineFailed, SpeechEngineLost

pytestmark = pytest.mark.integration

DOCTOR_HERTZ, PATIENT_HERTZ = 800, 2400  # what the two beep at in the recording
LIVE = ["Good morning.", "It hurts here.", "Goodbye."]


@dataclass
class ToneListener:
    """A hand-written `Speech`: it writes the loudest frequency. `trouble` may raise at the nth call."""

    requests: list[Request] = field(default_factory=list)
    priorities: set[Priority] = field(default_factory=set)
    trouble: Callable[[int], None] = lambda call: None
    closed: int = 0

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        self.requests.append(request)
        self.priorities.add(priority)
        self.trouble(len(self.requests))
        loudest = int(np.argmax(np.abs(np.fft.rfft(request.samples)))) * 16_000 / len(request.samples)
        return Transcription(f"It beeps at {round(loudest, -2):.0f}.", 0.9, 0.0)

    async def close(self) -> None:
        self.closed += 1


@dataclass
class SecondHearing:
    clinic: Clinic
    visit: RecordedVisit
    speech: ToneListener

    @property
    def final_pass(self) -> FinalPass:
        return FinalPass(
            self.clinic.database,
            self.clinic.store,
            self.speech,
            self.clinic.shelf,
            "large",
            as_heard=heard_text,
        )

    async def run(self) -> None:
        await self.final_pass.final_pass(str(self.visit.id))

    async def transcript(self) -> Transcript:
        async with self.clinic.database.transaction() as session:
            return await self.clinic.store.transcript_for(session, self.visit.doctor, self.visit.id)

    async def shown(self) -> list[str]:
        return [view.text for view in (await self.transcript()).utterances]

    async def standing(self) -> FinalPassView | None:
        return (await self.transcript()).final_pass

    async def view(self, words: str) -> UtteranceView:
        return next(view for view in (await self.transcript()).utterances if view.text == words)

    async def say(self, start: float) -> UUID:
        """The doctor, for a second; heard, not yet written."""
        seat = await self.seat("doctor")
        async with self.clinic.database.transaction() as session:
            said = await self.clinic.store.add_utterance(
                session,
                visit_id=self.visit.id,
                participant_id=seat,
                start=start,
                end=start + 1.0,
                audio=b"\0" * 320,
            )
        assert said
        return said.id

    async def say_unrecorded(self) -> None:
        """In the pause between the doctor's two pieces."""
        said = await self.say(14.0)
        async with self.clinic.database.transaction() as session:
            heard = HeardText(text="Only live.")
            await self.clinic.store.complete_utterance(session, said, heard, model="base.en")

    async def seat(self, speaker: str) -> UUID:
        views = (await self.transcript()).utterances
        return next(view.participant_id for view in views if view.speaker == speaker)

    async def jobs(self) -> list[str]:
        async with self.clinic.database.transaction() as session:
            waiting = text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
            return list((await session.execute(waiting)).scalars())


@pytest.fixture
async def hearing(
    seeded_clinic: SeededClinic, redis_url: str, tmp_path: Path
) -> AsyncIterator[SecondHearing]:
    url = seeded_clinic.server.copy()
    seeded_clinic.copy_keys(tmp_path)
    given = {"database_url": url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    clinic = Clinic(Settings().model_copy(update=given))
    yield SecondHearing(clinic, await recorded_visit(clinic), ToneListener())
    clinic.access.close()
    await clinic.close()
    seeded_clinic.server.drop(url)


async def test_each_utterance_is_heard_once_from_its_own_moment_of_its_own_track(
    hearing: SecondHearing,
) -> None:
    assert await hearing.shown() == LIVE
    assert await hearing.standing() is None
    for _ in range(2):
        await hearing.run()
    assert await hearing.shown() == ["It beeps at 800.", "It beeps at 2400.", "It beeps at 800."]
    assert [len(request.samples) for request in hearing.speech.requests] == [32_000, 16_000, 24_000]
    assert {request.beam for request in hearing.speech.requests} == {BEAM}
    assert hearing.speech.priorities == {Priority.LATER}
    assert await hearing.standing() == FinalPassView(done=3, total=3, problem=None)
    view = await hearing.view("It beeps at 2400.")
    assert (view.source, view.changed != ()) == ("final", True)
    assert await hearing.jobs() == ["draft_note"], "the note follows, once for all of them"


async def test_what_was_not_recorded_stays_as_it_was_heard(hearing: SecondHearing) -> None:
    await hearing.say_unrecorded()
    for name in list(hearing.clinic.storage.list("recordings/")):
        async with hearing.clinic.database.transaction() as session:
            pieces = await hearing.clinic.store.segments(session, hearing.visit.id)
        if any(piece.storage_name == name and piece.start == 3.5 for piece in pieces):
            hearing.clinic.storage.delete(name)  # the patient's piece is lost
    await hearing.run()
    assert await hearing.shown() == ["It beeps at 800.", "It hurts here.", "Only live.", "It beeps at 800."]
    assert await hearing.standing() == FinalPassView(done=4, total=4, problem=None)


async def test_while_a_piece_is_still_being_written_nothing_is_passed_over_for_good(
    hearing: SecondHearing,
) -> None:
    """The recorder may take a minute to close; a late utterance asks for a final pass after seconds."""
    closing = "UPDATE recording_segment SET closed_cleanly = {} WHERE kind = 'camera'"
    async with hearing.clinic.database.transaction() as session:
        await session.execute(text(closing.format("NULL")))
    await hearing.run()
    async with hearing.clinic.database.transaction() as session:
        await session.execute(text(closing.format("true")))
    await hearing.run()
    assert await hearing.shown() == ["It beeps at 800.", "It beeps at 2400.", "It beeps at 800."]


async def test_it_goes_on_where_a_killed_worker_stopped(hearing: SecondHearing) -> None:
    def dies(call: int) -> None:
        if call == 2:
            raise SpeechEngineLost

    hearing.speech.trouble = dies
    with pytest.raises(SpeechEngineLost):
        await hearing.run()
    assert (await hearing.standing(), len(hearing.speech.requests)) == (
        FinalPassView(done=1, total=3, problem=None),
        2,
    )
    hearing.speech.trouble = lambda call: None
    await hearing.run()
    assert len(hearing.speech.requests) == 4
    assert await hearing.standing() == FinalPassView(done=3, total=3, problem=None)


async def test_one_utterance_that_cannot_be_heard_costs_the_others_nothing(hearing: SecondHearing) -> None:
    def fails(call: int) -> None:
        if call == 1:
            raise SpeechEngineFailed

    hearing.speech.trouble = fails
    for _ in range(2):
        await hearing.run()
    assert await hearing.shown() == ["Good morning.", "It beeps at 2400.", "It beeps at 800."]
    assert len(hearing.speech.requests) == 3


async def test_a_model_that_cannot_be_used_is_told_and_waited_for(hearing: SecondHearing) -> None:
    def missing(call: int) -> None:
        raise Held("model_missing", 1)

    hearing.speech.trouble = missing
    with pytest.raises(Held):
        await hearing.run()
    assert await hearing.standing() == FinalPassView(done=0, total=3, problem="model_missing")
    assert await hearing.shown() == LIVE
    hearing.speech.trouble = lambda call: None
    await hearing.run()
    assert await hearing.standing() == FinalPassView(done=3, total=3, problem=None)


async def test_what_was_given_up_is_told(hearing: SecondHearing) -> None:
    await hearing.run()
    await hearing.say_unrecorded()
    await hearing.final_pass.given_up({"visit_id": str(hearing.visit.id)}, "speech_out_of_memory")
    assert await hearing.standing() == FinalPassView(done=3, total=4, problem="speech_out_of_memory")


async def test_who_withdraws_is_not_heard_again(hearing: SecondHearing) -> None:
    seat = await hearing.seat("patient")
    async with hearing.clinic.database.transaction() as session:
        await hearing.clinic.store.set_consent(session, hearing.visit.patient, seat, "transcribe", False, "1")
    await hearing.run()
    assert hearing.speech.requests == []


async def test_another_model_hears_anew(hearing: SecondHearing) -> None:
    await hearing.run()
    other = replace(hearing.final_pass, model="larger", at_once=2, own=True)
    await other.final_pass(str(hearing.visit.id))
    assert len(hearing.speech.requests) == 6
    assert hearing.speech.closed == 1


async def test_it_follows_the_completed_transcript_and_what_is_written_later(hearing: SecondHearing) -> None:
    clinic, visit_id = hearing.clinic, hearing.visit.id
    writing = Writing(
        clinic.database, clinic.store, hearing.speech, clinic.shelf, "base.en", clinic.clock, "large"
    )
    await writing.complete_transcript(str(visit_id))
    assert await hearing.standing() == FinalPassView(done=0, total=3, problem=None)
    assert "final_pass" in await hearing.jobs()
    async with clinic.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    late = await hearing.say(8.0)
    await writing.transcribe_utterance(str(late))
    assert await hearing.jobs() == ["draft_note", "final_pass"]
    without = Writing(clinic.database, clinic.store, hearing.speech, clinic.shelf, "base.en", clinic.clock)
    async with clinic.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    await without.complete_transcript(str(visit_id))
    assert "final_pass" not in await hearing.jobs()


async def test_a_line_that_was_given_up_says_why_until_it_is_written(hearing: SecondHearing) -> None:
    clinic = hearing.clinic
    writing = Writing(clinic.database, clinic.store, hearing.speech, clinic.shelf, "base.en", clinic.clock)
    said = await hearing.say(8.0)
    await writing.transcribing_given_up({"utterance_id": str(said)}, "speech_out_of_memory")
    lines = {one.id: one.problem for one in (await hearing.transcript()).utterances}
    assert (lines.pop(said), set(lines.values())) == ("speech_out_of_memory", {None})
    await writing.transcribe_utterance(str(said))
    assert {one.problem for one in (await hearing.transcript()).utterances} == {None}
