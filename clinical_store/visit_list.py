"""Visits as people see them: a day's list, or one, with what each role may know and no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Actor, Permission, Role
from clinical_store.chart import Chart, Part
from clinical_store.errors import PeriodInvalid
from clinical_store.model import RUNNING, NoteStatus, VisitStatus, VisitView, join_path
from clinical_store.patients import name_of
from clinical_store.quality import patients_lines
from clinical_store.quality_model import LineView
from clinical_store.rows import (
    CountersignatureRow,
    DraftRow,
    NoteVersionRow,
    ParticipantRow,
    PatientRow,
    SignatureRow,
    VisitRow,
)

LONGEST_PERIOD = timedelta(days=731)
MOST_LISTED = 500

_SIGNED = exists().where(SignatureRow.visit_id == VisitRow.id)
_AWAITING = exists().where(
    SignatureRow.visit_id == VisitRow.id,
    SignatureRow.supervised,
    ~exists().where(CountersignatureRow.visit_id == SignatureRow.visit_id),
)
_BEGUN = or_(
    exists().where(NoteVersionRow.visit_id == VisitRow.id), exists().where(DraftRow.visit_id == VisitRow.id)
)
_NOTE_STATUS: ColumnElement[str] = case(
    (_AWAITING, literal("awaiting_countersignature")),
    (_SIGNED, literal("signed")),
    (_BEGUN, literal("draft")),
    else_=literal("none"),
)


class VisitLists(Part):
    """What is on today, for whom it concerns."""

    async def visit_view(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitView:
        """One visit as the actor sees it. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.VISIT_READ, visit_id)
        status = await session.scalar(select(_NOTE_STATUS).where(VisitRow.id == visit_id))
        names = await self._doctor_names(session, {chart.visit.doctor_account_id})
        lines = await _lines(session, actor, [chart.visit])
        return _view(chart, actor.role, status, names, lines)

    async def visits_of(
        self, session: AsyncSession, actor: Actor, day_from: datetime, day_to: datetime
    ) -> list[VisitView]:
        """The actor's visits that begin in [day_from, day_to), by start: a patient's own, those
        a clinician holds or joined, all of them for the scheduler (without reason and note).

        At most 500, the earliest; one audit row per listing. Raises PeriodInvalid, Forbidden.
        """
        if not timedelta(0) < day_to - day_from <= LONGEST_PERIOD:
            raise PeriodInvalid
        actor.must(Permission.VISIT_LIST)
        mine = await self._concerning(session, actor)
        begins = (VisitRow.starts_at >= day_from) & (VisitRow.starts_at < day_to)
        rows = (await session.execute(_listing(mine & begins))).all()
        await audit.record(session, _listed(actor))
        names = await self._doctor_names(session, {visit.doctor_account_id for visit, _, _ in rows})
        lines = await _lines(session, actor, [visit for visit, _, _ in rows])
        unwrap = self._charts.cabinet.unwrap
        return [
            _view(
                Chart(visit, patient, unwrap(patient.id, patient.wrapped_key)), actor.role, note, names, lines
            )
            for visit, patient, note in rows
        ]

    async def _concerning(self, session: AsyncSession, actor: Actor) -> ColumnElement[bool]:
        """Never more than `care.require` would open; less where a colleague has a patient in common."""
        if actor.role is Role.SCHEDULER:
            return true()
        related = VisitRow.patient_id.in_(await self._charts.care.patients_of(session, actor))
        if actor.role is Role.PATIENT:
            return related
        joined = exists().where(
            ParticipantRow.visit_id == VisitRow.id, ParticipantRow.account_id == actor.account_id
        )
        return related & or_(VisitRow.doctor_account_id == actor.account_id, joined)

    async def _doctor_names(self, session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
        accounts = await self._accounts.accounts_by_id(session, ids)
        return {account_id: account.display_name for account_id, account in accounts.items()}


def _listing(concerning: ColumnElement[bool]) -> Select[VisitRow, PatientRow, str]:
    found = select(VisitRow, PatientRow, _NOTE_STATUS).join(PatientRow).where(concerning)
    return (
        found.order_by(VisitRow.starts_at, VisitRow.id)
        .limit(MOST_LISTED)
        .execution_options(populate_existing=True)
    )


async def _lines(session: AsyncSession, actor: Actor, visits: Sequence[VisitRow]) -> dict[UUID, LineView]:
    """How the patients of running visits are connected, for those who may read that."""
    running = [visit.id for visit in visits if visit.status in RUNNING]
    if not running or not actor.may(Permission.QUALITY_READ):
        return {}
    return await patients_lines(session, running)


def _view(
    chart: Chart,
    role: Role,
    note: str | None,
    doctors: Mapping[UUID, str],
    lines: Mapping[UUID, LineView],
) -> VisitView:
    visit = chart.visit
    clinical = role is not Role.SCHEDULER
    reason = chart.key.open_text(visit.reason, "visit", "reason", visit.id) if clinical else None
    return VisitView(
        id=visit.id,
        status=VisitStatus(visit.status),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        patient_name=name_of(chart.patient, chart.key),
        doctor_name=doctors.get(visit.doctor_account_id, ""),
        doctor_id=visit.doctor_account_id,
        join_path=join_path(visit.id),
        waiting_since=visit.waiting_since,
        note_status=_note_status(role, note),
        reason=reason,
        phone_since=visit.phone_since,
        phone_reference=visit.phone_reference,
        line=lines.get(visit.id),
    )


def _note_status(role: Role, note: str | None) -> NoteStatus | None:
    """A patient learns of a note when it is signed by everybody who has to; the scheduler never."""
    if role is Role.SCHEDULER:
        return None
    if role is Role.PATIENT and note != "signed":
        return "none"
    return cast("NoteStatus", note or "none")


def _listed(actor: Actor) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor_id=actor.account_id,
        action=Permission.VISIT_LIST.value,
        subject_kind="visit_list",
        subject_id=actor.account_id,
        patient_id=None,
        outcome="allowed",
    )
