"""How the features meet. The way of a visit, top to bottom:

booking → utterance closed → text → draft → screens; and when a recording closes, what was missed is found again.

Every step is one transaction: what it stores, its audit row, its outbox event and the job that takes the next
step commit together, so a killed process repeats a step or never began it (promise 2 of the design).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import GUEST_PUT_OUT, SESSION_ENDED, CareRelationships, Invitations
from app.heard import VocabularyOf, heard_text, no_vocabulary
from app.later import LANGUAGE_QUEUE, draft_later, final_pass_later
from app.sound import float32, pcm16
from app.speech_desk import Speech
from clinical_store import (
    CHAT_ADDED,
    ICD10CM,
    ClinicalStore,
    DraftStatement,
    Gap,
    HeardText,
    OrderFound,
    ReviewItem,
    Segment,
    SuggestedCoding,
    TranscriptTurn,
    VisitStatus,
)
from core.bus import RESUMED, Event
from core.clock import Clock
from core.database import Database
from core.jobs import Ids, enqueue
from scheduling import Appointment, VisitRef
from signaling import RoomServer
from transcription import Request, Utterance

if TYPE_CHECKING:
    import soap

VISIT_CHANGED = "visit.changed"
TRANSCRIBE, COMPLETE = "transcribe_utterance", "complete_transcript"
SPEECH_QUEUE = "speech"
SETTLING = timedelta(seconds=4)  # after the end the recorder stores its last utterances and closes its files
SAME_SPEECH = 0.5  # share of an utterance that must be covered by a known one to count as already heard


# --- 1. A booking makes a visit -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Booked:
    """scheduling's `OnBooked`: visit and care relationship, in the booking's own transaction."""

    store: ClinicalStore
    care: CareRelationships

    async def __call__(self, session: AsyncSession, appointment: Appointment) -> VisitRef:
        visit = await self.store.create_visit(
            session,
            patient_id=appointment.patient_id,
            doctor_account_id=appointment.doctor_id,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            reason=appointment.reason,
        )
        await self.care.grant(session, appointment.doctor_id, appointment.patient_id, visit.id)
        return VisitRef(visit_id=visit.id, join_path=f"/visits/{visit.id}")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """scheduling's `OnCancelled`: the visit will not take place, and no longer opens the record."""

    store: ClinicalStore
    care: CareRelationships
    invitations: Invitations

    async def __call__(self, session: AsyncSession, appointment: Appointment) -> None:
        if appointment.visit_id:
            await self.store.set_visit_status(session, appointment.visit_id, VisitStatus.ENDED)
            await self.care.withdraw(session, appointment.visit_id)
            await self.invitations.end_of_visit(session, appointment.visit_id)


# --- 2. Somebody finished speaking, or a piece of recording closed (in `record`) ---------------------------


async def utterance_closed(
    database: Database, store: ClinicalStore, visit_id: UUID, participant_id: UUID, utterance: Utterance
) -> None:
    """Keep the audio and ask for its text. Heard twice (live, and again from the recording): kept once."""
    async with database.transaction() as session:
        added = await store.add_utterance(
            session,
            visit_id=visit_id,
            participant_id=participant_id,
            start=utterance.start,
            end=utterance.end,
            audio=pcm16(utterance.samples),
        )
        if added:
            await enqueue(session, TRANSCRIBE, queue=SPEECH_QUEUE, utterance_id=str(added.id))


async def segment_closed(
    database: Database,
    store: ClinicalStore,
    segment: Segment,
    *,
    end: float,
    cleanly: bool,
    gaps: Sequence[Gap] = (),
) -> None:
    """The piece is done. While the visit goes on the live finder still listens; afterwards it is heard again."""
    async with database.transaction() as session:
        await store.close_segment(session, segment.id, end=end, cleanly=cleanly, gaps=gaps)
        if (await store.visit(session, segment.visit_id)).status is VisitStatus.ENDED:
            await _complete(session, segment.visit_id)


async def segment_left(database: Database, store: ClinicalStore, segment: Segment) -> None:
    """A killed recorder left this piece open, and with it whatever it was listening to."""
    async with database.transaction() as session:
        await store.close_segment(session, segment.id, end=None, cleanly=False)
        await _complete(session, segment.visit_id)


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """signaling's `RoomEvents`: guests have no more to do here, and the transcript can be completed."""

    clock: Clock
    invitations: Invitations

    async def on_visit_ended(self, session: AsyncSession, visit_id: UUID) -> None:
        await self.invitations.end_of_visit(session, visit_id)
        await _complete(session, visit_id, at=self.clock.now() + SETTLING)


async def _complete(session: AsyncSession, visit_id: UUID, at: datetime | None = None) -> None:
    lock = f"complete:{visit_id}"
    await enqueue(
        session, COMPLETE, queue=LANGUAGE_QUEUE, queueing_lock=lock, lock=lock, at=at, visit_id=str(visit_id)
    )


# --- 3. Audio becomes text, text becomes a draft (in `work`) ------------------------------------------------


class Archive(Protocol):
    """Utterances found again in a recorded piece."""

    def utterances(self, segment: Segment) -> AsyncIterator[Utterance]: ...


@dataclass(frozen=True, slots=True)
class Writing:
    """The jobs of a visit. Arguments are ids; every job may run twice and writes once.

    `final_model`: the name of the model that hears an ended visit again; None: none does. `vocabulary_of`: the
    language and the names that a visit is heard with.
    """

    database: Database
    store: ClinicalStore
    speech: Speech
    archive: Archive
    model: str
    clock: Clock
    final_model: str | None = None
    vocabulary_of: VocabularyOf = no_vocabulary

    async def transcribe_utterance(self, utterance_id: str) -> None:
        async with self.database.transaction() as session:
            audio = await self.store.utterance_audio(session, UUID(utterance_id))
            if audio is None:
                return
            visit_id = (await self.store.utterance(session, UUID(utterance_id))).visit_id
            words = await self.vocabulary_of(session, visit_id)
        heard = await self.speech.transcribe(Request(float32(audio), words.prompt, words.language))
        # In a thread: names looked for in half a minute of gibberish take a second, and the loop keeps us alive.
        text = await asyncio.to_thread(heard_text, heard, words)
        async with self.database.transaction() as session:
            await self._write(session, UUID(utterance_id), text, audio)

    async def _write(self, session: AsyncSession, utterance_id: UUID, heard: HeardText, audio: bytes) -> None:
        """Words of audio that a longer sentence has replaced meanwhile are not written: its own job comes."""
        written = await self.store.complete_utterance(
            session, utterance_id, heard, model=self.model, audio=audio
        )
        if not written:
            return
        visit = await self.store.visit(session, (await self.store.utterance(session, utterance_id)).visit_id)
        if heard.text:
            await draft_later(session, visit.id)
        if self.final_model and visit.status is VisitStatus.ENDED:
            await final_pass_later(session, visit.id, at=self.clock.now() + SETTLING)

    async def transcribing_given_up(self, ids: Ids, code: str) -> None:
        """The line says why its words are missing; its audio stays, for another try."""
        async with self.database.transaction() as session:
            await self.store.set_problem(session, UUID(str(ids["utterance_id"])), code)

    async def draft_note(self, visit_id: str) -> None:
        async with self.database.transaction() as session:
            turns = await self.store.turns(session, UUID(visit_id))
        note = await asyncio.to_thread(drafted, turns)
        said = [turn.utterance_id for turn in turns]
        async with self.database.transaction() as session:
            await self.store.save_draft(
                session,
                UUID(visit_id),
                [as_statement(statement, turns) for statement in note.statements],
                [as_review(item, said) for item in note.review],
                [as_order(order, said) for order in note.orders],
                [as_coding(coding, said) for coding in note.coding],
            )

    async def complete_transcript(self, visit_id: str) -> None:
        """Hear the recording again where no utterance is known: what a killed recorder was listening to."""
        recorded = await self._recorded(UUID(visit_id))
        for segment in recorded.closed if recorded.since < math.inf else ():
            await self._complete_from(segment, recorded.since)
        async with self.database.transaction() as session:
            if recorded.ended and recorded.whole:
                await self.store.mark_transcript_completed(session, UUID(visit_id))
                if self.final_model:
                    await self.store.begin_final_pass(session, UUID(visit_id), self.final_model)
                    await final_pass_later(session, UUID(visit_id))
            elif recorded.ended:  # the recorder is still closing its files
                await _complete(session, UUID(visit_id), at=self.clock.now() + SETTLING)

    async def _complete_from(self, segment: Segment, since: float) -> None:
        async with self.database.transaction() as session:
            known = await self.store.known_spans(session, segment.visit_id, segment.participant_id)
        async for found in self.archive.utterances(segment):
            if found.start >= since and not is_known(found, known):
                ids = (segment.visit_id, segment.participant_id)
                await utterance_closed(self.database, self.store, *ids, found)

    async def _recorded(self, visit_id: UUID) -> Recorded:
        async with self.database.transaction() as session:
            agreed = await self.store.agreed_since(session, visit_id, "transcribe")
            visit = await self.store.visit(session, visit_id)
            segments = await self.store.segments(session, visit_id)
        since = (agreed - visit.media_epoch).total_seconds() if agreed and visit.media_epoch else math.inf
        closed = tuple(segment for segment in segments if segment.closed_cleanly is not None)
        return Recorded(visit.status is VisitStatus.ENDED, since, closed, len(closed) == len(segments))


@dataclass(frozen=True, slots=True)
class Recorded:
    """`since`: from which second on everybody agreed to transcription (infinity: never). `whole`: no piece is open."""

    ended: bool
    since: float
    closed: tuple[Segment, ...]
    whole: bool


def is_known(found: Utterance, known: Sequence[tuple[float, float]]) -> bool:
    heard = sum(max(0.0, min(found.end, end) - max(found.start, start)) for start, end in known)
    return heard >= SAME_SPEECH * (found.end - found.start)


def drafted(turns: Sequence[TranscriptTurn]) -> soap.DraftNote:
    """The draft of these turns. Imported here: spaCy brings torch along, three seconds that only `work` owes."""
    import soap

    said = [soap.Turn(speaker=turn.speaker, text=turn.text, start=turn.start, end=turn.end) for turn in turns]
    return soap.draft_note(said)


def as_statement(statement: soap.Statement, turns: Sequence[TranscriptTurn]) -> DraftStatement:
    """Evidence leaves `soap` as turn indexes and enters the store as utterance ids, with the words' revisions.

    ICD-10-CM codes stay behind: in a record such a code is a diagnosis claimed for a visit. They are offered apart
    (`as_coding`), and only a clinician puts one on a line.
    """
    said = [turns[turn] for turn in statement.evidence]
    return DraftStatement(
        key=statement.key,
        section=statement.section,
        text=statement.text,
        state=statement.state,
        confidence=statement.confidence,
        codes=tuple(f"{system}:{code}" for system, code in statement.codes.items() if system != ICD10CM),
        evidence=tuple(turn.utterance_id for turn in said),
        heard=tuple(turn.revision for turn in said),
    )


def as_review(item: soap.ReviewItem, said: Sequence[UUID]) -> ReviewItem:
    return ReviewItem(
        text=item.text, reason=item.reason, evidence=tuple(said[turn] for turn in item.evidence)
    )


def as_order(order: soap.Order, said: Sequence[UUID]) -> OrderFound:
    return OrderFound(
        key=order.key,
        kind=order.kind,
        description=order.description,
        reason=order.reason,
        evidence=tuple(said[turn] for turn in order.evidence),
        details=dict(order.details),
    )


def as_coding(coding: soap.Coding, said: Sequence[UUID]) -> SuggestedCoding:
    return SuggestedCoding(
        code=coding.code,
        title=coding.title,
        statement=coding.statement,
        evidence=tuple(said[turn] for turn in coding.evidence),
        score=coding.score,
    )


# --- 4. What is new reaches the screens of the visit (in `serve`) -------------------------------------------


@dataclass(frozen=True, slots=True)
class Showing:
    """Events carry ids; the text is read here, for the sockets of this node's rooms only."""

    database: Database
    store: ClinicalStore
    rooms: RoomServer

    async def show(self, event: Event) -> None:
        """Topics that no screen waits for are passed over. Raises ServiceError when the store is away."""
        if event.topic == "utterance.completed":
            await self._show_utterance(_id(event, "visit_id"), _id(event, "utterance_id"))
        elif event.topic == "note.changed":
            numbers = _number(event, "revision"), _number(event, "version")
            editor = str(event.payload.get("editor", ""))
            await self.rooms.push_note_changed(_id(event, "visit_id"), *numbers, editor)
        elif event.topic == SESSION_ENDED:
            await self.rooms.end_session(_id(event, "session_id"))
        elif event.topic == GUEST_PUT_OUT:
            await self.rooms.put_out(_id(event, "visit_id"), _id(event, "account_id"))
        elif event.topic == CHAT_ADDED:
            await self._show_message(_id(event, "visit_id"), _id(event, "message_id"))
        elif event.topic == VISIT_CHANGED:
            await self.rooms.record_changed(_id(event, "visit_id"))
        elif event.topic == RESUMED:  # what was missed meanwhile may have been a withdrawal
            for visit_id in self.rooms.open_visits():
                await self.rooms.record_changed(visit_id)

    async def _show_utterance(self, visit_id: UUID, utterance_id: UUID) -> None:
        async with self.database.transaction() as session:
            view = await self.store.utterance_shown(session, utterance_id)
        # An empty one as well: its line was open, or was struck out, or could not be written down.
        await self.rooms.push_utterance(visit_id, view.model_dump(mode="json"))

    async def _show_message(self, visit_id: UUID, message_id: UUID) -> None:
        async with self.database.transaction() as session:
            message = await self.store.message_shown(session, visit_id, message_id)
        await self.rooms.push_file(visit_id, message.model_dump(mode="json"))


def _id(event: Event, name: str) -> UUID:
    return UUID(str(event.payload[name]))


def _number(event: Event, name: str) -> int:
    """What is none passes the event over, as what is no id does; another kind of error would end the process."""
    given = event.payload.get(name, 0)  # an older process says less
    if not isinstance(given, int):
        raise ValueError("no number")
    return given
