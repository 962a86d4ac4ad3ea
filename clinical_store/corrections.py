"""A doctor's corrections of the transcript, and the versions of a line."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.correction import Written, corrected
from clinical_store.errors import (
    CorrectionTooLong,
    UtteranceChanged,
    UtteranceNotFound,
    UtterancePending,
)
from clinical_store.participants import participants_by_id
from clinical_store.rows import UtteranceRow
from clinical_store.transcript_model import HeardText, UtteranceState, UtteranceVersion, UtteranceView
from clinical_store.utterance_rows import (
    KeptText,
    found,
    heard_live,
    keep_version,
    kept,
    locked,
    show,
    shown_text,
    shown_version,
    tell,
    utterance_view,
    versions_of,
)

MAX_CORRECTION = 2_000
"""Characters. Half a minute of the fastest speech is 600."""
_JOINERS = "\u200c\u200d"  # no letters, but words of some scripts are wrong without them


class Corrections(Part):
    """The visit's doctor corrects; those who treat the patient read what stood there before."""

    _written: Written

    async def correct_utterance(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        utterance_id: UUID,
        text: str,
        based_on: int,
    ) -> UtteranceView:
        """Write `text` as the next version of a line and show it, whatever machines hear later.

        `based_on`: the revision that was corrected. Equal text confirms what was heard: suggestions and doubts go.
        Empty text strikes the line out. A line that waits can be written by hand only when it has a problem.
        Raises VisitNotFound, Forbidden, NotYourVisit, UtteranceNotFound, UtteranceChanged, UtterancePending,
        CorrectionTooLong.
        """
        words = _plain(text)
        chart = await self._open_own(session, actor, Permission.TRANSCRIPT_CORRECT, visit_id)
        row = _of_visit(await locked(session, utterance_id), visit_id)
        if row.revision != based_on:
            raise UtteranceChanged(current_revision=row.revision)
        if row.state == UtteranceState.PENDING and row.problem is None:
            raise UtterancePending
        before = shown_text(row, await shown_version(session, row), chart.key)
        live = await heard_live(session, row, chart.key) or HeardText(text="")
        text_now = kept(corrected(before, words, self._written), live=live, author_name=actor.display_name)
        await self._put(session, actor, chart, row, text_now)
        people = await participants_by_id(session, visit_id, chart.key)
        return utterance_view(row, text_now, people[row.participant_id])

    async def _put(
        self, session: AsyncSession, actor: Actor, chart: Chart, row: UtteranceRow, text: KeptText
    ) -> None:
        author, now = actor.account_id, self._clock.now()
        revision = await keep_version(
            session, row, chart.key, text, source="correction", model=None, at=now, author_id=author
        )
        show(row, chart.key, text, revision, "correction")
        row.completed_at = row.completed_at or now
        await tell(session, row)

    async def utterance_versions(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, utterance_id: UUID
    ) -> list[UtteranceVersion]:
        """Everything that was heard or written of a line, oldest first.

        Raises VisitNotFound, Forbidden, UtteranceNotFound.
        """
        chart = await self._charts.open(session, actor, Permission.TRANSCRIPT_HISTORY, visit_id)
        row = _of_visit(await found(session, utterance_id), visit_id)
        return await versions_of(session, row, chart.key)


def _of_visit(row: UtteranceRow, visit_id: UUID) -> UtteranceRow:
    if row.visit_id != visit_id:
        raise UtteranceNotFound
    return row


def _plain(text: str) -> str:
    """One line, its words apart by one space; what cannot be printed is left out."""
    shown = (letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)
    words = " ".join("".join(shown).split())
    if len(words) > MAX_CORRECTION:
        raise CorrectionTooLong(limit=MAX_CORRECTION)
    return words
