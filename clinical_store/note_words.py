"""What became of the words that the lines of a note rest on: heard again, corrected, struck out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from clinical_store.chart import Chart
from clinical_store.correction import same_words
from clinical_store.note import NoteLine, Statement
from clinical_store.rows import UtteranceRow, UtteranceVersionRow
from clinical_store.transcript_model import UtteranceState
from clinical_store.utterance_rows import TABLE, text_of

Stale = Literal["words_changed", "words_gone"]
Read = tuple[UUID, int]
"""An utterance and the revision of it that somebody read."""


@dataclass(frozen=True, slots=True)
class Words:
    """`revisions`: what is shown now of each utterance; `changes`: what was read and is different now."""

    revisions: Mapping[UUID, int] = field(default_factory=dict)
    changes: Mapping[Read, Stale] = field(default_factory=dict)

    def beside(self, line: Statement, about: UUID | None = None) -> NoteLine:
        """The line as it is shown beside these words."""
        read = list(zip(line.evidence, line.heard, strict=False))
        changes = {
            said: self.changes[said, revision] for said, revision in read if (said, revision) in self.changes
        }
        stale: Stale | None = "words_gone" if "words_gone" in changes.values() else "words_changed"
        own = {
            "heard": tuple(self.revisions.get(said, 0) for said in line.evidence),
            "stale": stale if changes else None,
            "stale_evidence": tuple(changes),
            "reviewed": line.reviewed and not changes,
            "about": about,
        }
        return NoteLine(**(line.model_dump() | own))


async def revisions_in(
    session: AsyncSession, visit_id: UUID, utterances: Collection[UUID]
) -> dict[UUID, int]:
    """The revision that is shown of each; what was not said in this visit is left out."""
    rows = select(UtteranceRow.id, UtteranceRow.revision).where(
        UtteranceRow.visit_id == visit_id, UtteranceRow.id.in_(utterances)
    )
    return {row.id: row.revision for row in await session.execute(rows)}


async def words_under(session: AsyncSession, chart: Chart, lines: Sequence[Statement]) -> Words:
    """How the words that these lines were read beside stand now."""
    read = {pair for line in lines for pair in zip(line.evidence, line.heard, strict=False)}
    revisions = await revisions_in(
        session, chart.visit.id, {said for line in lines for said in line.evidence}
    )
    other = {(said, revision) for said, revision in read if revision != revisions.get(said)}
    return Words(revisions, await _changes(session, chart, other) if other else {})


async def _changes(session: AsyncSession, chart: Chart, read: Collection[Read]) -> dict[Read, Stale]:
    rows = await _rows(session, {said for said, _ in read})
    versions = await _versions(session, read)
    changes: dict[Read, Stale] = {}
    for said, revision in read:
        row, before = rows.get(said), versions.get((said, revision))
        if row is None or row.state == UtteranceState.EMPTY:
            changes[said, revision] = "words_gone"
        elif row.state == UtteranceState.FINAL:
            now = chart.key.open_text(row.text, TABLE, "text", row.id) or ""
            if before is None or not same_words(text_of(chart.key, before), now):
                changes[said, revision] = "words_changed"
    return changes


async def _rows(session: AsyncSession, utterances: Collection[UUID]) -> dict[UUID, UtteranceRow]:
    rows = select(UtteranceRow).where(UtteranceRow.id.in_(utterances)).options(defer(UtteranceRow.audio))
    found = await session.scalars(rows.execution_options(populate_existing=True))
    return {row.id: row for row in found}


async def _versions(session: AsyncSession, asked: Collection[Read]) -> dict[Read, UtteranceVersionRow]:
    these = tuple_(UtteranceVersionRow.utterance_id, UtteranceVersionRow.revision).in_(asked)
    rows = await session.scalars(select(UtteranceVersionRow).where(these))
    return {(row.utterance_id, row.revision): row for row in rows}
