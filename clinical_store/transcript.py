"""Utterances: added with their audio, completed with their text, read as a transcript."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.agreement import may_be_written
from clinical_store.chart import Chart, Part
from clinical_store.consent import admitted_to, decisions_of
from clinical_store.final_pass import final_pass_of
from clinical_store.keys import PatientKey
from clinical_store.model import Participant, VisitStatus, milliseconds
from clinical_store.participants import participants_by_id
from clinical_store.rows import UtteranceRow, VisitRow
from clinical_store.transcript_model import (
    HeardText,
    TextSource,
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
from clinical_store.utterance_rows import (
    TABLE,
    KeptText,
    begun_at,
    empty,
    forget_versions,
    found,
    has_final,
    heard_live,
    keep_version,
    kept,
    locked,
    models_in,
    show,
    shown_text,
    shown_version,
    spoken_in,
    tell,
    utterance_of,
    utterance_view,
    views_in,
)
from core.outbox import emit

A_WORD_MS = 200
"""The shortest stretch that can hold a word."""


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
            audio=chart.key.seal(audio, TABLE, "audio", utterance_id),
            added_at=self._clock.now(),
        )
        once = added.on_conflict_do_nothing(index_elements=["participant_id", "start_ms"]).returning(
            UtteranceRow.id
        )
        if await session.scalar(once) is None:
            row = await begun_at(session, participant_id, milliseconds(start))
            if not _gives_way(row, milliseconds(end)):
                return None
            utterance_id = row.id
            await forget_versions(
                session, row, "live", "final"
            )  # of the piece; a doctor's words stay in the history
            _begin_again(row, milliseconds(end), chart.key.seal(audio, TABLE, "audio", row.id))
        await emit(session, "utterance.added", visit_id=str(visit_id), utterance_id=str(utterance_id))
        return await self.utterance(session, utterance_id)

    async def utterance(self, session: AsyncSession, utterance_id: UUID) -> Utterance:
        """System use: where an utterance stands. Raises UtteranceNotFound."""
        return utterance_of(await found(session, utterance_id))

    async def utterance_audio(self, session: AsyncSession, utterance_id: UUID) -> bytes | None:
        """System use (speech worker): the audio, or None once the utterance is complete.

        Also None when somebody has withdrawn since: the utterance is empty then and its audio gone.
        """
        row = await locked(session, utterance_id)
        if row.audio is None:
            return None
        chart = await self._charts.open_for_work(session, row.visit_id)
        if not await _may_be_written(session, chart.visit, row):
            await self._empty(session, row)
            return None
        return chart.key.open(row.audio, TABLE, "audio", row.id)

    async def complete_utterance(
        self,
        session: AsyncSession,
        utterance_id: UUID,
        heard: HeardText,
        *,
        model: str,
        audio: bytes | None = None,
    ) -> bool:
        """System use (speech worker): write the words, drop the audio, once. False if it was done before.

        `audio`: what these words were heard in; False as well when it was replaced by a longer one in
        the meantime. Words that somebody took back their consent to before they were written are not.
        """
        row = await locked(session, utterance_id)
        if row.audio is None:
            return False
        chart = await self._charts.open_for_work(session, row.visit_id)
        if audio is not None and chart.key.open(row.audio, TABLE, "audio", row.id) != audio:
            return False
        row.confidence, row.model = heard.confidence, model
        if not await _may_be_written(session, chart.visit, row):
            await self._empty(session, row, "live")
        elif heard.text.strip():
            await self._write(session, chart, row, kept(heard), "live", model)
        else:
            await self._empty(session, row, "live", "live", "final")
        return True

    async def add_final(
        self, session: AsyncSession, utterance_id: UUID, heard: HeardText, model: str
    ) -> bool:
        """System use (final pass): keep what a second hearing by `model` made of a completed utterance, once.

        It is shown in place of what was heard live, never in place of a correction. Where it heard nothing, the
        words of before stay and carry the warning `no_speech`. False: kept before, not heard live yet, or no
        longer to be written down. Raises UtteranceNotFound.
        """
        row = await locked(session, utterance_id)
        if row.state == UtteranceState.PENDING or await has_final(session, row, model):
            return False
        chart = await self._charts.open_for_work(session, row.visit_id)
        if not await _may_be_written(session, chart.visit, row):
            return False
        text = await _heard_again(session, row, chart.key, heard)
        await self._write(session, chart, row, text, "final", model)
        return True

    async def set_problem(self, session: AsyncSession, utterance_id: UUID, code: str | None) -> None:
        """System use (jobs): why this utterance could not be written down, as an error's code; None: it will be.

        Raises UtteranceNotFound.
        """
        row = await locked(session, utterance_id)
        if row.problem != code:
            row.problem = code
            await tell(session, row)

    async def _write(
        self,
        session: AsyncSession,
        chart: Chart,
        row: UtteranceRow,
        text: KeptText,
        source: TextSource,
        model: str,
    ) -> None:
        now = self._clock.now()
        revision = await keep_version(session, row, chart.key, text, source=source, model=model, at=now)
        if row.source != "correction":
            show(row, chart.key, text, revision, source)
            row.model, row.completed_at = model, now
        row.problem = None
        await tell(session, row)

    async def _empty(
        self, session: AsyncSession, row: UtteranceRow, source: TextSource | None = None, *gone: TextSource
    ) -> None:
        await empty(session, row, self._clock.now(), source, *gone)

    async def transcript_for(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        permission: Permission = Permission.TRANSCRIPT_READ,
    ) -> Transcript:
        """What was said, as a person may read it, or take it away. Raises VisitNotFound, Forbidden.

        Suggestions name what stands in the record: they are for who may correct the words by them.
        """
        chart = await self._charts.open(session, actor, permission, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        views = await views_in(session, visit_id, chart.key, people)
        if not actor.may(Permission.TRANSCRIPT_CORRECT):
            views = tuple(view.model_copy(update={"suggestions": ()}) for view in views)
        return Transcript(
            visit_id=visit_id,
            status=_status(chart.visit, views),
            notice=notice_of(await models_in(session, visit_id)),
            utterances=views,
            final_pass=await final_pass_of(session, chart.visit),
        )

    async def utterance_shown(self, session: AsyncSession, utterance_id: UUID) -> UtteranceView:
        """System use (room server): one utterance as the transcript shows it. Raises UtteranceNotFound."""
        row = await found(session, utterance_id)
        chart = await self._charts.open_for_work(session, row.visit_id)
        people = await participants_by_id(session, row.visit_id, chart.key)
        text = shown_text(row, await shown_version(session, row), chart.key)
        return utterance_view(row, text, people[row.participant_id])

    async def turns(self, session: AsyncSession, visit_id: UUID) -> list[TranscriptTurn]:
        """System use (drafting): finished, non-empty utterances in time order."""
        chart = await self._charts.open_for_work(session, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        rows = await session.scalars(spoken_in(visit_id).where(UtteranceRow.state == UtteranceState.FINAL))
        return [_turn(row, people[row.participant_id], chart.key) for row in rows]

    async def utterances(
        self, session: AsyncSession, visit_id: UUID, participant_id: UUID
    ) -> list[Utterance]:
        """System use (completing a transcript): when this participant is known to have spoken."""
        rows = spoken_in(visit_id).where(UtteranceRow.participant_id == participant_id)
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


def _gives_way(row: UtteranceRow, end_ms: int) -> bool:
    """Whether the utterance is but the beginning of one that ends at `end_ms`.

    What is written is heard again only for the sake of a word, not for a breath at the end.
    """
    more = end_ms - row.end_ms
    return more > 0 if row.state == UtteranceState.PENDING else more >= A_WORD_MS


def _begin_again(row: UtteranceRow, end_ms: int, audio: bytes) -> None:
    row.state, row.end_ms, row.audio = UtteranceState.PENDING.value, end_ms, audio
    row.text = row.model = row.confidence = row.completed_at = row.source = row.problem = None


async def _heard_again(
    session: AsyncSession, row: UtteranceRow, key: PatientKey, heard: HeardText
) -> KeptText:
    """A second hearing as a version. Where it heard nothing, the words that are shown stay, with a doubt."""
    if heard.text.strip() or row.source == "correction":
        return kept(heard, live=await heard_live(session, row, key) or HeardText(text=""))
    before = shown_text(row, await shown_version(session, row), key)
    return before.model_copy(update={"warnings": (*before.warnings, "no_speech")})


def _turn(row: UtteranceRow, person: Participant, key: PatientKey) -> TranscriptTurn:
    return TranscriptTurn(
        utterance_id=row.id,
        participant_id=row.participant_id,
        speaker=person.speaker,
        text=key.open_text(row.text, TABLE, "text", row.id) or "",
        start=row.start_ms / 1000,
        end=row.end_ms / 1000,
        confidence=row.confidence,
        revision=row.revision,
    )
