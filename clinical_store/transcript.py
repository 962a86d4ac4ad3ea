"""Utterances: added with their audio, completed with their text, read as a transcript."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from access import Actor, Permission
from clinical_store.agreement import may_be_written
from clinical_store.chart import Chart, Part
from clinical_store.consent import admitted_to, decisions_of
from clinical_store.errors import UtteranceNotFound
from clinical_store.keys import PatientKey
from clinical_store.model import Participant, VisitStatus, milliseconds
from clinical_store.participants import participants_by_id
from clinical_store.rows import UtteranceRow, VisitRow
from clinical_store.transcript_model import (
    Transcript,
    TranscriptStatus,
    TranscriptTurn,
    Utterance,
    UtteranceState,
    UtteranceView,
    notice_of,
    status_of,
)
from clinical_store.transcript_model import utterance_id as utterance_id_of
from core.outbox import emit

_TABLE = "utterance"
A_WORD_MS = 200
"""The shortest stretch that can hold a word."""
_WITHOUT_AUDIO = defer(UtteranceRow.audio)  # up to a megabyte each while pending


class Transcripts(Part):
    """The recorder adds, the speech worker completes, people read."""

    async def add_utterance(
        self,
        session: AsyncSession,
        *,
        visit_id: UUID,
        participant_id: UUID,
        start: float,
        end: float,
        audio: bytes,
    ) -> Utterance | None:
        """System use (recorder): keep the audio until it is transcribed.

        One utterance per participant and start (whole milliseconds): a recorder that begins again after a
        kill adds nothing twice. A killed recorder may have kept the beginning of a sentence only: heard
        longer now, that piece gives way to the whole. None if nothing changed.
        """
        chart = await self._charts.open_for_work(session, visit_id)
        utterance_id = utterance_id_of(participant_id, milliseconds(start))
        added = insert(UtteranceRow).values(
            id=utterance_id,
            visit_id=visit_id,
            participant_id=participant_id,
            start_ms=milliseconds(start),
            end_ms=milliseconds(end),
            state=UtteranceState.PENDING.value,
            audio=chart.key.seal(audio, _TABLE, "audio", utterance_id),
            added_at=self._clock.now(),
        )
        once = added.on_conflict_do_nothing(index_elements=["participant_id", "start_ms"]).returning(
            UtteranceRow.id
        )
        if await session.scalar(once) is None:
            row = await _at(session, participant_id, milliseconds(start))
            if not _gives_way(row, milliseconds(end)):
                return None
            utterance_id = row.id
            _begin_again(row, milliseconds(end), chart.key.seal(audio, _TABLE, "audio", row.id))
        await emit(session, "utterance.added", visit_id=str(visit_id), utterance_id=str(utterance_id))
        return await self.utterance(session, utterance_id)

    async def utterance(self, session: AsyncSession, utterance_id: UUID) -> Utterance:
        """System use: where an utterance stands. Raises UtteranceNotFound."""
        return utterance_of(await _found(session, utterance_id))

    async def utterance_audio(self, session: AsyncSession, utterance_id: UUID) -> bytes | None:
        """System use (speech worker): the audio, or None once the utterance is complete.

        Also None when somebody has withdrawn since: the utterance is empty then and its audio gone.
        """
        row = await _locked(session, utterance_id)
        if row.audio is None:
            return None
        chart = await self._charts.open_for_work(session, row.visit_id)
        if not await _may_be_written(session, chart.visit, row):
            await self._settle(session, chart, row, "")
            return None
        return chart.key.open(row.audio, _TABLE, "audio", row.id)

    async def complete_utterance(
        self,
        session: AsyncSession,
        utterance_id: UUID,
        *,
        text: str,
        confidence: float | None,
        model: str,
        heard: bytes | None = None,
    ) -> bool:
        """System use (speech worker): write the words, drop the audio, once. False if it was done before.

        `heard`: the audio that these are the words of; False as well when it was replaced by a longer one in
        the meantime. Words that somebody took back their consent to before they were written are not.
        """
        row = await _locked(session, utterance_id)
        if row.audio is None:
            return False
        chart = await self._charts.open_for_work(session, row.visit_id)
        if heard is not None and chart.key.open(row.audio, _TABLE, "audio", row.id) != heard:
            return False
        words = text.strip() if await _may_be_written(session, chart.visit, row) else ""
        row.confidence, row.model = confidence, model
        await self._settle(session, chart, row, words)
        return True

    async def _settle(self, session: AsyncSession, chart: Chart, row: UtteranceRow, words: str) -> None:
        row.state = (UtteranceState.FINAL if words else UtteranceState.EMPTY).value
        row.text = chart.key.seal_text(words, _TABLE, "text", row.id) if words else None
        row.audio, row.completed_at = None, self._clock.now()
        await emit(session, "utterance.completed", visit_id=str(row.visit_id), utterance_id=str(row.id))

    async def transcript_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Transcript:
        """What was said, as a person may read it. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.TRANSCRIPT_READ, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        rows = (await session.scalars(_spoken_in(visit_id))).all()
        views = tuple(utterance_view(row, people[row.participant_id], chart.key) for row in rows)
        return Transcript(
            visit_id=visit_id,
            status=_status(chart.visit, views),
            notice=notice_of([row.model for row in rows]),
            utterances=views,
        )

    async def utterance_shown(self, session: AsyncSession, utterance_id: UUID) -> UtteranceView:
        """System use (room server): one utterance as the transcript shows it. Raises UtteranceNotFound."""
        row = await _found(session, utterance_id)
        chart = await self._charts.open_for_work(session, row.visit_id)
        people = await participants_by_id(session, row.visit_id, chart.key)
        return utterance_view(row, people[row.participant_id], chart.key)

    async def turns(self, session: AsyncSession, visit_id: UUID) -> list[TranscriptTurn]:
        """System use (drafting): finished, non-empty utterances in time order."""
        chart = await self._charts.open_for_work(session, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        rows = await session.scalars(_spoken_in(visit_id).where(UtteranceRow.state == UtteranceState.FINAL))
        return [_turn(utterance_view(row, people[row.participant_id], chart.key)) for row in rows]

    async def utterances(
        self, session: AsyncSession, visit_id: UUID, participant_id: UUID
    ) -> list[Utterance]:
        """System use (completing a transcript): when this participant is known to have spoken."""
        rows = _spoken_in(visit_id).where(UtteranceRow.participant_id == participant_id)
        return [utterance_of(row) for row in await session.scalars(rows)]

    async def known_spans(
        self, session: AsyncSession, visit_id: UUID, participant_id: UUID
    ) -> list[tuple[float, float]]:
        """System use (completing a transcript): start and end, in seconds, of all that is already known."""
        spans = (
            select(UtteranceRow.start_ms, UtteranceRow.end_ms)
            .where(UtteranceRow.visit_id == visit_id, UtteranceRow.participant_id == participant_id)
            .order_by(UtteranceRow.start_ms)
        )
        return [(start / 1000, end / 1000) for start, end in await session.execute(spans)]

    async def mark_transcript_completed(self, session: AsyncSession, visit_id: UUID) -> None:
        """System use (completing a transcript): an ended visit's recording was heard to its end, once.

        Of a visit that goes on nothing is marked: more may be said. Raises VisitNotFound.
        """
        visit = (await self._charts.open_for_work(session, visit_id, lock=True)).visit
        if visit.status == VisitStatus.ENDED and visit.transcript_completed_at is None:
            visit.transcript_completed_at = self._clock.now()
            await emit(session, "visit.changed", visit_id=str(visit_id))

    async def pending_utterances(self, session: AsyncSession) -> list[UUID]:
        """System use: what still waits for the speech worker, oldest first."""
        waiting = select(UtteranceRow.id).where(UtteranceRow.state == UtteranceState.PENDING)
        return list(await session.scalars(waiting.order_by(UtteranceRow.added_at, UtteranceRow.id)))


def _status(visit: VisitRow, views: Sequence[UtteranceView]) -> TranscriptStatus:
    heard_to_the_end = visit.transcript_completed_at is not None or visit.media_epoch is None
    return status_of(VisitStatus(visit.status), views, heard_to_the_end=heard_to_the_end)


async def _may_be_written(session: AsyncSession, visit: VisitRow, row: UtteranceRow) -> bool:
    began = (visit.media_epoch or visit.starts_at) + timedelta(milliseconds=row.start_ms)
    decisions = await decisions_of(session, visit.id, "transcribe")
    return may_be_written(began, decisions, await admitted_to(session, visit.id))


async def _locked(session: AsyncSession, utterance_id: UUID) -> UtteranceRow:
    row = await session.get(UtteranceRow, utterance_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UtteranceNotFound
    return row


async def _at(session: AsyncSession, participant_id: UUID, start_ms: int) -> UtteranceRow:
    same = select(UtteranceRow).where(
        UtteranceRow.participant_id == participant_id, UtteranceRow.start_ms == start_ms
    )
    found = same.options(_WITHOUT_AUDIO).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(found)).one()


def _gives_way(row: UtteranceRow, end_ms: int) -> bool:
    """Whether the utterance is but the beginning of one that ends at `end_ms`.

    What is written is heard again only for the sake of a word, not for a breath at the end.
    """
    more = end_ms - row.end_ms
    return more > 0 if row.state == UtteranceState.PENDING else more >= A_WORD_MS


def _begin_again(row: UtteranceRow, end_ms: int, audio: bytes) -> None:
    row.state, row.end_ms, row.audio = UtteranceState.PENDING.value, end_ms, audio
    row.text = row.model = row.confidence = row.completed_at = None


async def _found(session: AsyncSession, utterance_id: UUID) -> UtteranceRow:
    row = await session.get(UtteranceRow, utterance_id, options=[_WITHOUT_AUDIO], populate_existing=True)
    if row is None:
        raise UtteranceNotFound
    return row


def utterance_of(row: UtteranceRow) -> Utterance:
    return Utterance(
        id=row.id,
        visit_id=row.visit_id,
        participant_id=row.participant_id,
        start=row.start_ms / 1000,
        end=row.end_ms / 1000,
        state=UtteranceState(row.state),
    )


def utterance_view(row: UtteranceRow, person: Participant, key: PatientKey) -> UtteranceView:
    return UtteranceView(
        id=row.id,
        participant_id=row.participant_id,
        speaker=person.speaker,
        speaker_name=person.display_name,
        start=row.start_ms / 1000,
        end=row.end_ms / 1000,
        text=key.open_text(row.text, _TABLE, "text", row.id) or "",
        confidence=row.confidence,
        state=UtteranceState(row.state),
    )


def _turn(view: UtteranceView) -> TranscriptTurn:
    return TranscriptTurn(utterance_id=view.id, **view.model_dump(exclude={"id", "speaker_name", "state"}))


def _spoken_in(visit_id: UUID) -> Select[UtteranceRow]:
    spoken = select(UtteranceRow).where(UtteranceRow.visit_id == visit_id).options(_WITHOUT_AUDIO)
    return spoken.order_by(UtteranceRow.start_ms, UtteranceRow.id).execution_options(populate_existing=True)
