"""The legal record: a note is signed and locked, countersigned where a trainee signed, and added to."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart
from clinical_store.errors import (
    AddendumEmpty,
    CountersignatureNotNeeded,
    NoteEmpty,
    NoteNotSaved,
    NoteUnreviewed,
    OwnNote,
    VisitRunning,
)
from clinical_store.model import RUNNING, VisitStatus
from clinical_store.note import (
    MAX_TEXT,
    Addendum,
    Countersignature,
    EncounterNote,
    NoteVersion,
    Signature,
)
from clinical_store.note_quality import measured
from clinical_store.note_quality_rows import add_row_of_quality
from clinical_store.note_rows import add_row_of_addendum, add_row_of_countersignature, add_row_of_signature
from clinical_store.note_seal import digest, seal_of, seals_of
from clinical_store.note_sheet import Sheet, sheet_of
from clinical_store.notes import NoteReading, tell
from core.ids import new_id
from core.outbox import emit


class Signing(NoteReading):
    """Signing, countersigning, adding."""

    async def sign_note(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, if_match: int, *, all_read: bool = False
    ) -> EncounterNote:
        """Lock the saved version `if_match` under the actor's name. `all_read`: they say that they have read the lines
        they did not accept one by one. A trainee's signature asks their supervisor in.

        Raises NoteNotSaved, NoteSigned, NoteChanged, NoteEmpty, NoteUnreviewed, VisitRunning, VisitNotFound,
        Forbidden, NotYourVisit.
        """
        chart = await self._open_own(session, actor, Permission.NOTE_SIGN, visit_id)
        sheet = await sheet_of(session, chart, Permission.NOTE_SIGN)
        saved = _signable(chart, sheet, if_match)
        unreviewed = (await self._seen(session, chart, actor, sheet)).unreviewed
        if unreviewed and not all_read:
            raise NoteUnreviewed(unreviewed=unreviewed)
        signature = Signature(
            version=saved.version,
            signer_id=actor.account_id,
            signer_name=actor.display_name,
            signed_at=self._clock.now(),
            sha256=digest(visit_id, saved),
            unreviewed=unreviewed,
            supervised=actor.supervisor_id is not None,
        )
        seal = seal_of(chart.key.record_key(), visit_id, signature.sha256, signature)
        add_row_of_signature(session, chart, signature, seal)
        await add_row_of_quality(session, chart, measured(visit_id, sheet.draft, saved), signature)
        if actor.supervisor_id:
            await self._charts.care.grant(session, actor.supervisor_id, chart.visit.patient_id, visit_id)
        return await self._told(session, chart, actor, sheet)

    async def countersign_note(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, if_match: int
    ) -> EncounterNote:
        """Put the supervising doctor's name under a trainee's signed note.

        Raises CountersignatureNotNeeded, OwnNote, NoteChanged, VisitNotFound, Forbidden.
        """
        chart = await self._charts.open(session, actor, Permission.NOTE_COUNTERSIGN, visit_id, lock=True)
        sheet = await sheet_of(session, chart, Permission.NOTE_COUNTERSIGN)
        signature = sheet.signature
        if signature is None or sheet.status != "awaiting_countersignature":
            raise CountersignatureNotNeeded
        if signature.signer_id == actor.account_id:
            patient_id = chart.visit.patient_id
            await self._charts.care.note_refusal(actor, Permission.NOTE_COUNTERSIGN, patient_id, "own_note")
            raise OwnNote
        sheet.must_be(if_match)
        second = Countersignature(
            signer_id=actor.account_id,
            signer_name=actor.display_name,
            signed_at=self._clock.now(),
            sha256=signature.sha256,
        )
        seal = seal_of(chart.key.record_key(), visit_id, signature.sha256, second)
        add_row_of_countersignature(session, chart, second, seal)
        return await self._told(session, chart, actor, sheet)

    async def add_addendum(self, session: AsyncSession, actor: Actor, visit_id: UUID, text: str) -> Addendum:
        """Add dated text under a signed note, by anybody who may and treats the patient.

        Raises AddendumEmpty (also when too long), NoteNotSigned, VisitNotFound, Forbidden.
        """
        words = text.strip()
        if not words or len(words) > MAX_TEXT:
            raise AddendumEmpty
        chart = await self._charts.open(session, actor, Permission.NOTE_ADDEND, visit_id, lock=True)
        sheet = await sheet_of(session, chart, Permission.NOTE_ADDEND)
        signature = sheet.signed()
        addendum = Addendum(
            id=new_id(),
            author_id=actor.account_id,
            author_name=actor.display_name,
            added_at=self._clock.now(),
            text=words,
        )
        addenda = [*sheet.addenda, addendum]
        *_, seal = seals_of(chart.key.record_key(), visit_id, signature, addenda)
        add_row_of_addendum(session, chart, addendum, len(addenda), seal)
        await tell(session, visit_id, sheet.draft.revision, sheet.version, actor)
        return addendum

    async def _told(self, session: AsyncSession, chart: Chart, actor: Actor, sheet: Sheet) -> EncounterNote:
        visit_id = chart.visit.id
        await tell(session, visit_id, sheet.draft.revision, sheet.version, actor)
        await emit(session, "visit.changed", visit_id=str(visit_id))
        return await self._seen(session, chart, actor)


def _signable(chart: Chart, sheet: Sheet, version: int) -> NoteVersion:
    sheet.must_be_open()
    sheet.must_be(version)
    if VisitStatus(chart.visit.status) in RUNNING:
        raise VisitRunning
    if sheet.saved is None:
        raise NoteNotSaved
    if not sheet.saved.statements:
        raise NoteEmpty
    return sheet.saved
