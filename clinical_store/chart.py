"""The one door to a record: find the visit, ask `access`, write the audit row, hand out the patient's key.

`Charts.open` is for people: role permission and care relationship are required and the read is audited in
the caller's transaction. `Charts.open_for_work` is for jobs and the room server, which act for nobody.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Actor, CareRelationships, Permission
from clinical_store.errors import NotYourVisit, PatientNotFound, VisitNotFound
from clinical_store.keys import KeyCabinet, PatientKey
from clinical_store.ports import Accounts
from clinical_store.rows import PatientRow, VisitRow
from core.clock import Clock


@dataclass(frozen=True, slots=True)
class Chart:
    """One visit with the key that opens its values."""

    visit: VisitRow
    patient: PatientRow
    key: PatientKey


class Charts:
    """Opens charts; every part of the store goes through here."""

    def __init__(self, cabinet: KeyCabinet, care: CareRelationships) -> None:
        self.cabinet = cabinet
        self.care = care

    async def open(
        self,
        session: AsyncSession,
        actor: Actor,
        permission: Permission,
        visit_id: UUID,
        *,
        lock: bool = False,
    ) -> Chart:
        """Raises VisitNotFound, or Forbidden (with a denied audit row that survives the rollback)."""
        chart = await self._load(session, visit_id, lock=lock)
        await self.care.require(session, actor, permission, chart.visit.patient_id, visit_id)
        event = audit.AuditEvent(
            actor_id=actor.account_id,
            action=permission.value,
            subject_kind="visit",
            subject_id=visit_id,
            patient_id=chart.visit.patient_id,
            outcome="allowed",
        )
        await audit.record(session, event)
        return chart

    async def open_for_work(self, session: AsyncSession, visit_id: UUID, *, lock: bool = False) -> Chart:
        """For workers and the room server only: no person asked, nothing is audited. Raises VisitNotFound."""
        return await self._load(session, visit_id, lock=lock)

    async def key_of(self, session: AsyncSession, patient_id: UUID) -> PatientKey:
        """Raises PatientNotFound."""
        patient = await session.get(PatientRow, patient_id)
        if patient is None:
            raise PatientNotFound
        return self.cabinet.unwrap(patient.id, patient.wrapped_key)

    async def _load(self, session: AsyncSession, visit_id: UUID, *, lock: bool) -> Chart:
        found = (await session.execute(_visit_with_patient(visit_id, lock))).one_or_none()
        if found is None:
            raise VisitNotFound
        visit, patient = found
        return Chart(visit, patient, self.cabinet.unwrap(patient.id, patient.wrapped_key))


def _visit_with_patient(visit_id: UUID, lock: bool) -> Select[VisitRow, PatientRow]:
    query = select(VisitRow, PatientRow).join(PatientRow).where(VisitRow.id == visit_id)
    # Rows may be in the session from before they changed; a read under lock must see the newest state.
    query = query.execution_options(populate_existing=True)
    # NO KEY UPDATE: waits for another writer of this visit, not for inserts that only point at it.
    return query.with_for_update(of=VisitRow, key_share=True) if lock else query


class Part:
    """What each part of the store holds."""

    def __init__(self, charts: Charts, clock: Clock, accounts: Accounts) -> None:
        self._charts = charts
        self._clock = clock
        self._accounts = accounts

    async def _open_own(
        self, session: AsyncSession, actor: Actor, permission: Permission, visit_id: UUID
    ) -> Chart:
        """The chart, locked, of the actor's own visit: treating the patient is enough to read, not to write.

        Raises VisitNotFound, Forbidden, NotYourVisit.
        """
        chart = await self._charts.open(session, actor, permission, visit_id, lock=True)
        if chart.visit.doctor_account_id != actor.account_id:
            patient_id = chart.visit.patient_id
            await self._charts.care.note_refusal(actor, permission, patient_id, "not_your_visit")
            raise NotYourVisit
        return chart
