"""The second hearing (in `work`): after the visit its recording is heard again, with the larger model and more care.

Utterance by utterance, each in one transaction with the mark that it is done: a killed worker's successor goes on
where it stopped, and nothing is heard or written twice. Both texts are kept. What was not recorded stays as it was
heard live.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.excerpts import Excerpt, Samples, Span
from app.heard import VocabularyOf, no_vocabulary
from app.later import FINAL_PASS, FINAL_QUEUE, draft_later
from app.speech_desk import Speech
from clinical_store import ClinicalStore, HeardText, Segment, Utterance
from core.database import Database
from core.jobs import Held, Ids, Task
from core.telemetry import get_logger
from transcription import Priority, Request, Transcription
from transcription.errors import SpeechEngineFailed, UtteranceTooLong
from transcription.vocabulary import Vocabulary

log = get_logger()

BEAM = 5
TIMEOUT_SECONDS = 600.0  # a large model on few processors; nobody waits for it
SHARED_TIMEOUT_SECONDS = 120.0  # the live model: what is said now waits for a child that hangs
MOST_CRASHES = 60
"""Workers that may die at one visit: every one of them left it further on, and the model is in a child of its own."""
ENOUGH = 0.9
"""The share of an utterance that must be recorded: a text of half a sentence is no better than the live one."""


class Recorded(Protocol):
    """`app.archive.RecordingShelf`: spans of one participant's pieces, each once, silent where nothing was recorded."""

    def excerpts(self, segments: Sequence[Segment], spans: Sequence[Span]) -> AsyncIterator[Excerpt]: ...


AsHeard = Callable[[Transcription, Vocabulary], HeardText]


@dataclass(frozen=True, slots=True)
class FinalPass:
    """The job `final_pass` of a visit.

    Attributes:
        model: the model's name, as the transcript names it.
        at_once: utterances given to the model together. One where it is the live model too: an utterance that
            closes now waits for what is in work.
        own: the model is for the final pass only, and let go of after each visit.
    """

    database: Database
    store: ClinicalStore
    speech: Speech
    archive: Recorded
    model: str
    as_heard: AsHeard
    vocabulary_of: VocabularyOf = no_vocabulary
    at_once: int = 1
    own: bool = False

    def task(self) -> Task:
        return Task(FINAL_PASS, self.final_pass, FINAL_QUEUE, on_given_up=self.given_up, crashes=MOST_CRASHES)

    async def final_pass(self, visit_id: str) -> None:
        """Hear what is left to hear. Raises Held while the model cannot be used; the visit says so meanwhile."""
        visit = UUID(visit_id)
        try:
            await self._hear_again(visit)
        except Held as held:
            await self._tell(visit, held.code)
            raise
        finally:
            if self.own:
                await self.speech.close()
        await self._tell(visit, None)

    async def given_up(self, ids: Ids, code: str) -> None:
        await self._tell(UUID(str(ids["visit_id"])), code)

    async def _hear_again(self, visit_id: UUID) -> None:
        async with self.database.transaction() as session:
            segments = await self.store.segments(session, visit_id)
            if any(is_open(one) for one in segments):
                return  # what it holds would be passed over for good; complete_transcript asks again once it is closed
            await self.store.begin_final_pass(session, visit_id, self.model)
            left = await self.store.to_hear_again(session, visit_id, self.model)
            vocabulary = await self.vocabulary_of(session, visit_id)
        for participant_id in dict.fromkeys(utterance.participant_id for utterance in left):
            theirs = [one for one in left if one.participant_id == participant_id]
            pieces = [one for one in segments if one.participant_id == participant_id and heard_in(one)]
            await self._hear_track(theirs, pieces, vocabulary)

    async def _hear_track(
        self, utterances: Sequence[Utterance], pieces: Sequence[Segment], vocabulary: Vocabulary
    ) -> None:
        batch: list[tuple[Utterance, Samples]] = []
        spans = [(utterance.start, utterance.end) for utterance in utterances]
        async for excerpt in self.archive.excerpts(pieces, spans):
            if excerpt.covered < ENOUGH:
                await self._pass_over(utterances[excerpt.index])
                continue
            batch.append((utterances[excerpt.index], excerpt.samples))
            if len(batch) == self.at_once:
                await self._hear(batch, vocabulary)
                batch = []
        await self._hear(batch, vocabulary)

    async def _hear(self, batch: Sequence[tuple[Utterance, Samples]], vocabulary: Vocabulary) -> None:
        """All are heard, whatever becomes of one; then the first error that was more than one utterance's is raised."""
        each = (self._hear_one(utterance, samples, vocabulary) for utterance, samples in batch)
        for result in await asyncio.gather(*each, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _hear_one(self, utterance: Utterance, samples: Samples, vocabulary: Vocabulary) -> None:
        request = Request(samples, prompt=vocabulary.prompt, language=vocabulary.language, beam=BEAM)
        try:
            patience = TIMEOUT_SECONDS if self.own else SHARED_TIMEOUT_SECONDS
            heard = await self.speech.transcribe(request, Priority.LATER, patience)
        except (SpeechEngineFailed, UtteranceTooLong) as error:  # it stays as it was heard live
            log.warning("final_pass.failed", utterance_id=str(utterance.id), code=error.code)
            async with self.database.transaction() as session:
                await self.store.heard_again(session, utterance, self.model, "failed")
            return
        await self._keep(utterance, await asyncio.to_thread(self.as_heard, heard, vocabulary))

    async def _keep(self, utterance: Utterance, heard: HeardText) -> None:
        async with self.database.transaction() as session:
            if await self.store.add_final(session, utterance.id, heard, self.model):
                await draft_later(session, utterance.visit_id)
            await self.store.heard_again(session, utterance, self.model, "heard")

    async def _pass_over(self, utterance: Utterance) -> None:
        async with self.database.transaction() as session:
            await self.store.heard_again(session, utterance, self.model, "skipped")

    async def _tell(self, visit_id: UUID, code: str | None) -> None:
        async with self.database.transaction() as session:
            await self.store.set_final_pass_problem(session, visit_id, code)


def heard_in(segment: Segment) -> bool:
    """Whether it is a finished piece with somebody's microphone."""
    return segment.kind == "camera" and segment.closed_cleanly is not None


def is_open(segment: Segment) -> bool:
    """Whether somebody's microphone is, or may be, still being written there."""
    return segment.kind == "camera" and segment.closed_cleanly is None
