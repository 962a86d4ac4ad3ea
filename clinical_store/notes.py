"""The encounter note: the machine's draft, and the versions that people save.

Every change takes the visit's row lock, so that two tabs, a signature and a new draft come one after the
other; the primary keys would refuse the second anyway.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.errors import EvidenceUnknown, NoteChanged
from clinical_store.note import (
    SOAP,
    Countersign,
    Draft,
    DraftStatement,
    EncounterNote,
    NoteEdits,
    NoteVersion,
    OrderFound,
    ReviewItem,
    SuggestedCoding,
)
from clinical_store.note_editing import Ground, as_statements, evidence_of
from clinical_store.note_rows import add_row_of_version, put_draft, version_in
from clinical_store.note_saving import Content, content_of
from clinical_store.note_sheet import Sheet, sheet_of
from clinical_store.note_view import as_seen
from clinical_store.note_words import revisions_in, words_under
from clinical_store.ports import NoteForm
from core.ids import new_id
from core.outbox import emit


class NoteReading(Part):
    """The note as it stands, for whoever changed it or asks."""

    _form: NoteForm

    async def _seen(
        self, session: AsyncSession, chart: Chart, actor: Actor, sheet: Sheet | None = None
    ) -> EncounterNote:
        sheet = sheet or await sheet_of(session, chart)
        visit_id, saved = chart.visit.id, sheet.saved
        lines = (*(saved.statements if saved else ()), *as_statements(visit_id, sheet.draft))
        template = SOAP if saved else await self._form.default(session)
        words = await words_under(session, chart, lines)
        note = as_seen(visit_id, sheet, words, self._form.sections, template)
        own = chart.visit.doctor_account_id == actor.account_id and actor.may(Permission.NOTE_WRITE)
        key = chart.key.offline_key(actor.account_id, visit_id) if own and not sheet.signature else None
        return note.model_copy(update={"offline_key": key, "countersign": _countersign(sheet, actor)})


class Notes(NoteReading):
    """Drafting (workers) and editing (clinicians)."""

    async def save_draft(
        self,
        session: AsyncSession,
        visit_id: UUID,
        statements: Sequence[DraftStatement],
        review: Sequence[ReviewItem] = (),
        orders: Sequence[OrderFound] = (),
        coding: Sequence[SuggestedCoding] = (),
    ) -> int:
        """System use (drafting): replace the machine's draft; returns its revision.

        The same content again is no new revision; a signed note keeps the draft it was signed beside.
        """
        chart = await self._charts.open_for_work(session, visit_id, lock=True)
        sheet = await sheet_of(session, chart)
        draft = Draft(
            revision=sheet.draft.revision + 1,
            statements=tuple(statements),
            review=tuple(review),
            orders=tuple(orders),
            coding=tuple(coding),
        )
        if sheet.signature or draft.says_the_same(sheet.draft):
            return sheet.draft.revision
        await put_draft(session, chart, draft, self._clock.now())
        await tell(session, visit_id, draft.revision, sheet.version)
        return draft.revision

    async def note_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> EncounterNote:
        """The note as it stands. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        return await self._seen(session, chart, actor)

    async def save_note(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, if_match: int, edits: NoteEdits
    ) -> EncounterNote:
        """Write the next version: these lines, read at version `if_match`, with what others saved since. Saving what
        is already saved writes nothing.

        Raises NoteSigned, NoteConflict, NoteChanged (there is no such version), EvidenceUnknown, OrderUnknown,
        StatementRepeated, VisitNotFound, Forbidden, NotYourVisit.
        """
        chart = await self._open_own(session, actor, Permission.NOTE_WRITE, visit_id)
        sheet = await sheet_of(session, chart)
        sheet.must_be_open()
        content = content_of(await self._ground(session, chart, sheet, if_match, edits), edits, new_id)
        if not content.is_in(sheet.saved):
            following = self._next_version(actor, sheet, content)
            add_row_of_version(session, chart, following)
            await tell(session, visit_id, sheet.draft.revision, following.version, actor)
        note = await self._seen(session, chart, actor)
        by_others = any(line.by != "yours" for line in content.merged)
        return note.model_copy(update={"merged": by_others, "merged_lines": content.merged})

    async def _ground(
        self, session: AsyncSession, chart: Chart, sheet: Sheet, if_match: int, edits: NoteEdits
    ) -> Ground:
        """Raises NoteChanged, EvidenceUnknown."""
        base = await version_in(session, chart, if_match) if if_match else None
        if if_match and base is None:
            raise NoteChanged(current_version=sheet.version)
        evidence = evidence_of(edits.statements)
        revisions = await revisions_in(session, chart.visit.id, evidence)
        if len(revisions) != len(evidence):
            raise EvidenceUnknown
        template = SOAP if base else await self._form.default(session)
        return Ground(chart.visit.id, sheet.draft, base, sheet.saved, revisions, template)

    def _next_version(self, actor: Actor, sheet: Sheet, content: Content) -> NoteVersion:
        return NoteVersion(
            version=sheet.version + 1,
            author_id=actor.account_id,
            author_name=actor.display_name,
            saved_at=self._clock.now(),
            nonce=new_id(),
            statements=content.statements,
            dismissed_keys=content.dismissed_keys,
            dismissed_reasons=dict(content.dismissed_reasons),
            orders=content.orders,
            template=content.template,
        )


def _countersign(sheet: Sheet, actor: Actor) -> Countersign | None:
    signature, second = sheet.signature, sheet.countersignature
    if signature is None or not signature.supervised:
        return None
    return Countersign(
        signed_by=second.signer_name if second else None,
        signed_at=second.signed_at if second else None,
        yours=second is None
        and actor.account_id != signature.signer_id
        and actor.may(Permission.NOTE_COUNTERSIGN),
    )


async def tell(
    session: AsyncSession, visit_id: UUID, revision: int, version: int, editor: Actor | None = None
) -> None:
    """The screens learn that the note is another; `editor`: who did it, None (told as ""): the machine."""
    await session.flush()
    await emit(
        session,
        "note.changed",
        visit_id=str(visit_id),
        revision=revision,
        version=version,
        editor=str(editor.account_id) if editor else "",
    )
