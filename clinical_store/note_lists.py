"""Notes across visits: those that wait for a countersignature, and how near drafts come to what is signed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.note import Frozen
from clinical_store.note_quality import NoteQuality, together
from clinical_store.note_quality_rows import measured_since
from clinical_store.note_rows import signature_in
from clinical_store.patients import name_of
from clinical_store.rows import CountersignatureRow, PatientRow, SignatureRow, VisitRow

MOST_LISTED = 200


class AwaitingNote(Frozen):
    """A trainee's signed note that the reader may countersign."""

    visit_id: UUID
    version: int
    patient_name: str
    signed_by: str
    signed_at: datetime


class NoteLists(Part):
    """Lists; each leaves one audit row."""

    async def awaiting_countersignature(self, session: AsyncSession, actor: Actor) -> list[AwaitingNote]:
        """Notes of patients in the actor's care that others signed under supervision, oldest first, at most 200.

        Raises Forbidden.
        """
        actor.must(Permission.NOTE_COUNTERSIGN)
        theirs = await self._charts.care.patients_of(session, actor)
        rows = await session.execute(
            select(VisitRow, PatientRow)
            .join(PatientRow)
            .join(SignatureRow, SignatureRow.visit_id == VisitRow.id)
            .where(
                VisitRow.patient_id.in_(theirs),
                SignatureRow.supervised,
                SignatureRow.signer_id != actor.account_id,
                ~exists().where(CountersignatureRow.visit_id == VisitRow.id),
            )
            .order_by(SignatureRow.signed_at, VisitRow.id)
            .limit(MOST_LISTED)
        )
        await audit.record(session, _listed(actor, Permission.NOTE_COUNTERSIGN, "note_list"))
        unwrap = self._charts.cabinet.unwrap
        charts = [Chart(visit, patient, unwrap(patient.id, patient.wrapped_key)) for visit, patient in rows]
        return [note for chart in charts if (note := await _awaiting(session, chart))]

    async def note_quality(self, session: AsyncSession, actor: Actor, weeks: int) -> NoteQuality:
        """The distance between drafts and signed notes of the last `weeks` weeks: numbers of many. Raises Forbidden."""
        actor.must(Permission.CLINIC_NOTES_QUALITY)
        await audit.record(session, _listed(actor, Permission.CLINIC_NOTES_QUALITY, "note_quality"))
        return together(await measured_since(session, self._clock.now() - timedelta(weeks=weeks)))


async def _awaiting(session: AsyncSession, chart: Chart) -> AwaitingNote | None:
    signature, _ = await signature_in(session, chart)
    if signature is None:
        return None
    return AwaitingNote(
        visit_id=chart.visit.id,
        version=signature.version,
        patient_name=name_of(chart.patient, chart.key),
        signed_by=signature.signer_name,
        signed_at=signature.signed_at,
    )


def _listed(actor: Actor, permission: Permission, kind: str) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor_id=actor.account_id,
        action=permission.value,
        subject_kind=kind,
        subject_id=actor.account_id,
        patient_id=None,
        outcome="allowed",
    )
