"""The signed summary: the only part of a note that a patient reads."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.note_sheet import signed_sheet
from clinical_store.patients import name_of
from clinical_store.summary import InPlainWords, VisitSummary, addenda_of, sections_of


class Summaries(Part):
    """Reading the summary of a signed visit."""

    _in_plain_words: InPlainWords

    async def summary_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitSummary:
        """Raises SummaryNotReady before the signature (and the countersignature, where one is needed), VisitNotFound,
        Forbidden."""
        chart = await self._charts.open(session, actor, Permission.SUMMARY_READ, visit_id)
        sheet, version, signature = await signed_sheet(session, chart)
        doctor_id = chart.visit.doctor_account_id
        doctor = (await self._accounts.accounts_by_id(session, [doctor_id])).get(doctor_id)
        return VisitSummary(
            visit_id=visit_id,
            doctor_name=doctor.display_name if doctor else signature.signer_name,
            patient_name=name_of(chart.patient, chart.key),
            date=chart.visit.starts_at,
            signed_at=signature.signed_at,
            signed_by=signature.signer_name,
            sections=sections_of(version.statements, self._in_plain_words),
            addenda=addenda_of(sheet.addenda),
        )
