"""The encounter note: machine draft, append-only versions, signature, addenda.

Every change takes the visit's row lock, so that two tabs, a signature and a new draft come one after the
other; the primary keys would refuse the second anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.errors import (
    AddendumEmpty,
    EvidenceUnknown,
    NoteChanged,
    NoteEmpty,
    NoteNotSaved,
    NoteNotSigned,
    NoteSigned,
    NoteVersionNotFound,
    RecordUnreadable,
    SummaryNotReady,
    VisitRunning,
)
from clinical_store.model import RUNNING, VisitStatus
from clinical_store.note import (
    MAX_TEXT,
    Addendum,
    Draft,
    DraftStatement,
    EncounterNote,
    NoteEdits,
    NoteVersion,
    OrderFound,
    ReviewItem,
    Signature,
)
from clinical_store.note_editing import dismissed_after, evidence_of, machine_texts, revise
from clinical_store.note_rows import (
    add_row_of_addendum,
    add_row_of_signature,
    add_row_of_version,
    addenda_in,
    draft_in,
    put_draft,
    signature_in,
    version_in,
    versions_in,
)
from clinical_store.note_seal import digest
from clinical_store.note_view import merge
from clinical_store.rows import UtteranceRow
from core.ids import new_id
from core.outbox import emit


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Everything that makes up a visit's note."""

    draft: Draft
    saved: NoteVersion | None
    signature: Signature | None

    @property
    def version(self) -> int:
        return self.saved.version if self.saved else 0

    def must_be(self, version: int) -> None:
        """Raises NoteSigned, NoteChanged."""
        if self.signature:
            raise NoteSigned
        if version != self.version:
            raise NoteChanged(current_version=self.version)


class Notes(Part):
    """Drafting (workers), editing and signing (clinicians)."""

    async def save_draft(
        self,
        session: AsyncSession,
        visit_id: UUID,
        statements: Sequence[DraftStatement],
        review: Sequence[ReviewItem] = (),
        orders: Sequence[OrderFound] = (),
    ) -> int:
        """System use (drafting): replace the machine's draft; returns its revision.

        The same content again is no new revision; a signed note keeps the draft it was signed beside.
        """
        chart = await self._charts.open_for_work(session, visit_id, lock=True)
        sheet = await _sheet(session, chart)
        draft = Draft(
            revision=sheet.draft.revision + 1,
            statements=tuple(statements),
            review=tuple(review),
            orders=tuple(orders),
        )
        if sheet.signature or draft.says_the_same(sheet.draft):
            return sheet.draft.revision
        await put_draft(session, chart, draft, self._clock.now())
        await _tell(session, visit_id, draft.revision)
        return draft.revision

    async def note_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> EncounterNote:
        """The note as it stands. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        return await _note(session, chart)

    async def save_note(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, if_match: int, edits: NoteEdits
    ) -> EncounterNote:
        """Write the next version; saving what is already saved writes nothing.

        Raises NoteSigned, NoteChanged, EvidenceUnknown, StatementRepeated, VisitNotFound, Forbidden, NotYourVisit.
        """
        chart = await self._open_own(session, actor, Permission.NOTE_WRITE, visit_id)
        sheet = await _sheet(session, chart)
        sheet.must_be(if_match)
        await _must_be_said_here(session, visit_id, evidence_of(edits.statements))
        following = self._next_version(actor, visit_id, sheet, edits)
        if not _is_same(sheet.saved, following):
            add_row_of_version(session, chart, following)
            await _tell(session, visit_id, sheet.draft.revision)
        return await _note(session, chart)

    async def sign_note(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, if_match: int
    ) -> EncounterNote:
        """Lock the saved version `if_match` under the actor's name.

        Raises NoteNotSaved, NoteSigned, NoteChanged, NoteEmpty, VisitRunning, VisitNotFound, Forbidden, NotYourVisit.
        """
        chart = await self._open_own(session, actor, Permission.NOTE_SIGN, visit_id)
        sheet = await _sheet(session, chart)
        sheet.must_be(if_match)
        if VisitStatus(chart.visit.status) in RUNNING:
            raise VisitRunning
        if sheet.saved is None:
            raise NoteNotSaved
        if not sheet.saved.statements:
            raise NoteEmpty
        signature = Signature(
            version=sheet.saved.version,
            signer_id=actor.account_id,
            signer_name=actor.display_name,
            signed_at=self._clock.now(),
            sha256=digest(visit_id, sheet.saved),
        )
        add_row_of_signature(session, chart, signature)
        await _tell(session, visit_id, sheet.draft.revision)
        await emit(session, "visit.changed", visit_id=str(visit_id))
        return await _note(session, chart)

    async def add_addendum(self, session: AsyncSession, actor: Actor, visit_id: UUID, text: str) -> Addendum:
        """Add dated text under a signed note.

        Raises AddendumEmpty (also when too long), NoteNotSigned, VisitNotFound, Forbidden, NotYourVisit.
        """
        words = text.strip()
        if not words or len(words) > MAX_TEXT:
            raise AddendumEmpty
        chart = await self._open_own(session, actor, Permission.NOTE_ADDEND, visit_id)
        sheet = await _sheet(session, chart)
        if sheet.signature is None:
            raise NoteNotSigned
        addendum = Addendum(
            id=new_id(),
            author_id=actor.account_id,
            author_name=actor.display_name,
            added_at=self._clock.now(),
            text=words,
        )
        add_row_of_addendum(session, chart, addendum)
        await _tell(session, visit_id, sheet.draft.revision)
        return addendum

    async def note_versions(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[list[NoteVersion], Signature | None]:
        """Every saved version, oldest first, and the signature. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        return await versions_in(session, chart), await signature_in(session, chart)

    async def note_version(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, version: int
    ) -> tuple[NoteVersion, Signature | None]:
        """One saved version. Raises NoteVersionNotFound, VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        found = await version_in(session, chart, version)
        if found is None:
            raise NoteVersionNotFound
        return found, await signature_in(session, chart)

    def _next_version(self, actor: Actor, visit_id: UUID, sheet: _Sheet, edits: NoteEdits) -> NoteVersion:
        texts = machine_texts(sheet.draft, sheet.saved)
        lines = revise(visit_id, edits.statements, texts, new_id)
        return NoteVersion(
            version=sheet.version + 1,
            author_id=actor.account_id,
            author_name=actor.display_name,
            saved_at=self._clock.now(),
            nonce=new_id(),
            statements=lines,
            dismissed_keys=dismissed_after(sheet.saved, lines, edits.dismissed_keys),
        )


async def signed_version(session: AsyncSession, chart: Chart) -> tuple[NoteVersion, Signature]:
    """What was signed, proved unchanged. Raises SummaryNotReady, RecordUnreadable."""
    sheet = await _sheet(session, chart)
    if sheet.saved is None or sheet.signature is None:
        raise SummaryNotReady
    return sheet.saved, sheet.signature


async def _sheet(session: AsyncSession, chart: Chart) -> _Sheet:
    sheet = _Sheet(
        draft=await draft_in(session, chart),
        saved=await version_in(session, chart),
        signature=await signature_in(session, chart),
    )
    if sheet.saved and sheet.signature and digest(chart.visit.id, sheet.saved) != sheet.signature.sha256:
        raise RecordUnreadable
    return sheet


async def _note(session: AsyncSession, chart: Chart) -> EncounterNote:
    sheet = await _sheet(session, chart)
    addenda = await addenda_in(session, chart)
    return merge(chart.visit.id, sheet.draft, sheet.saved, sheet.signature, addenda)


async def _must_be_said_here(session: AsyncSession, visit_id: UUID, evidence: set[UUID]) -> None:
    known = select(func.count()).where(UtteranceRow.visit_id == visit_id, UtteranceRow.id.in_(evidence))
    if evidence and await session.scalar(known) != len(evidence):
        raise EvidenceUnknown


def _is_same(saved: NoteVersion | None, following: NoteVersion) -> bool:
    return (
        saved is not None
        and saved.statements == following.statements
        and saved.dismissed_keys == following.dismissed_keys
    )


async def _tell(session: AsyncSession, visit_id: UUID, revision: int) -> None:
    await session.flush()
    await emit(session, "note.changed", visit_id=str(visit_id), revision=revision)
