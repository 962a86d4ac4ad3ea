"""Whose visits one sees, who may open one, and the states of a visit and of the people in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from access import Actor, Role
from clinical_store import DraftStatement, ParticipantState, VisitStatus, VisitView
from clinical_store.errors import (
    ParticipantNotFound,
    PatientNotFound,
    PeriodInvalid,
    VisitEnded,
    VisitNotFound,
    VisitStatusRefused,
)
from core.errors import Forbidden
from core.ids import new_id
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


async def listed(clinic: Clinic, actor: Actor) -> list[VisitView]:
    now = clinic.clock.now()
    async with clinic.database.transaction() as session:
        return await clinic.store.visits_of(session, actor, now - timedelta(days=1), now + timedelta(days=1))


async def status(clinic: Clinic, visit_id: UUID, *path: VisitStatus) -> None:
    for step in path:
        async with clinic.database.transaction() as session:
            await clinic.store.set_visit_status(session, visit_id, step)


async def test_patient_and_doctor_each_see_their_own_visits(clinic: Clinic) -> None:
    here, elsewhere = await clinic.consult(), await clinic.consult()
    for actor in (here.doctor, here.patient):
        (view,) = await listed(clinic, actor)
        assert view.id == here.visit.id
        assert (view.patient_name, view.doctor_name) == ("Maria Planted", "Dr. Amara Planted")
        assert (view.reason, view.join_path) == ("planted complaint", f"/visits/{here.visit.id}")
    assert [view.id for view in await listed(clinic, elsewhere.patient)] == [elsewhere.visit.id]


async def test_the_scheduler_sees_time_names_and_status_of_all_and_nothing_clinical(clinic: Clinic) -> None:
    here, elsewhere = await clinic.consult(), await clinic.consult()
    scheduler = await clinic.staff(Role.SCHEDULER, "Sam Planted")
    views = await listed(clinic, scheduler)
    assert {view.id for view in views} == {here.visit.id, elsewhere.visit.id}
    assert {(view.reason, view.note_status) for view in views} == {(None, None)}
    assert {view.patient_name for view in views} == {"Maria Planted"}
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await clinic.store.visit_for(session, scheduler, here.visit.id)


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHARMACIST, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR])
async def test_roles_without_the_permission_list_nothing(clinic: Clinic, role: Role) -> None:
    with pytest.raises(Forbidden):
        await listed(clinic, await clinic.staff(role, "Nobody"))


async def test_a_list_never_holds_what_could_not_be_opened(clinic: Clinic, consult: Consult) -> None:
    """A visit whose care relationship is gone is gone from the list too."""
    async with clinic.database.transaction() as session:
        await session.execute(text("DELETE FROM care_relationship WHERE kind = 'treating'"))
    assert await listed(clinic, consult.doctor) == []


async def test_a_doctor_lists_no_colleagues_visits_but_may_open_those_of_common_patients(
    clinic: Clinic, consult: Consult
) -> None:
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Colleague")
    own = await clinic.visit(consult.patient_id, colleague)
    assert [view.id for view in await listed(clinic, colleague)] == [own.id]
    async with clinic.database.transaction() as session:
        assert (await clinic.store.visit_for(session, colleague, consult.visit.id)).id == consult.visit.id


async def test_a_patient_opening_anothers_visit_is_refused_and_it_is_written_down(clinic: Clinic) -> None:
    here, elsewhere = await clinic.consult(), await clinic.consult()
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await clinic.store.visit_view(session, elsewhere.patient, here.visit.id)
    denied = (
        "SELECT count(*) FROM audit_event WHERE outcome = 'denied' AND action = 'record:visit:read'"
        f" AND actor_id = '{elsewhere.patient.account_id}' AND patient_id = '{here.patient_id}'"
    )
    assert await clinic.count(denied) == 1


async def test_every_read_leaves_an_audit_row_in_its_own_transaction(
    clinic: Clinic, consult: Consult
) -> None:
    reads = "SELECT count(*) FROM audit_event WHERE action = 'room:session:join' AND outcome = 'allowed'"
    before = await clinic.count(reads)
    async with clinic.database.transaction() as session:
        await clinic.store.visit_for(session, consult.doctor, consult.visit.id)
    async with clinic.database.transaction() as session:
        await clinic.store.visit_for(session, consult.doctor, consult.visit.id)
        await session.rollback()
    assert await clinic.count(reads) == before + 1


async def test_what_does_not_exist_is_not_found(clinic: Clinic, consult: Consult) -> None:
    async with clinic.database.transaction() as session:
        with pytest.raises(VisitNotFound):
            await clinic.store.visit_for(session, consult.doctor, new_id())
        with pytest.raises(PatientNotFound):
            await clinic.store.media_key(session, new_id())
        with pytest.raises(ParticipantNotFound):
            await clinic.store.set_participant_state(session, new_id(), ParticipantState.LEFT)
        with pytest.raises(VisitNotFound):
            await clinic.store.start_media(session, new_id(), clinic.clock.now())


@pytest.mark.parametrize("days", [0, -1, 732])
async def test_odd_periods_are_refused(clinic: Clinic, consult: Consult, days: int) -> None:
    now = clinic.clock.now()
    with pytest.raises(PeriodInvalid):
        async with clinic.database.transaction() as session:
            await clinic.store.visits_of(session, consult.doctor, now, now + timedelta(days=days))


async def test_a_day_is_half_open(clinic: Clinic, consult: Consult) -> None:
    begin = consult.visit.starts_at
    async with clinic.database.transaction() as session:
        of = clinic.store.visits_of
        assert len(await of(session, consult.doctor, begin, begin + timedelta(seconds=1))) == 1
        assert await of(session, consult.doctor, begin - timedelta(days=1), begin) == []


async def test_waiting_is_timed_and_an_end_is_final(clinic: Clinic, consult: Consult) -> None:
    visit_id = consult.visit.id
    await status(clinic, visit_id, VisitStatus.WAITING)
    (view,) = await listed(clinic, consult.doctor)
    assert (view.status, view.waiting_since) == (VisitStatus.WAITING, clinic.clock.now())
    await status(clinic, visit_id, VisitStatus.IN_PROGRESS, VisitStatus.ENDED, VisitStatus.ENDED)
    async with clinic.database.transaction() as session:
        visit = await clinic.store.visit(session, visit_id)
    assert (visit.ended_at, visit.waiting_since) == (clinic.clock.now(), None)
    with pytest.raises(VisitStatusRefused):
        await status(clinic, visit_id, VisitStatus.IN_PROGRESS)


async def test_the_media_epoch_is_set_once(clinic: Clinic, consult: Consult) -> None:
    first = datetime(2030, 1, 7, 9, 5, 0, 250_000, tzinfo=UTC)

    async def start(at: datetime) -> datetime:
        async with clinic.database.transaction() as session:
            return await clinic.store.start_media(session, consult.visit.id, at)

    assert await start(first) == first
    later = await asyncio.gather(*(start(first + timedelta(seconds=number)) for number in range(1, 4)))
    assert set(later) == {first}


async def test_joining_makes_one_place_per_account(clinic: Clinic, consult: Consult) -> None:
    async def join(actor: Actor) -> UUID:
        async with clinic.database.transaction() as session:
            return (await clinic.store.join_visit(session, actor, consult.visit.id)).id

    again = await asyncio.gather(*(join(consult.patient) for _ in range(4)))
    assert set(again) == {consult.patients_place.id}
    async with clinic.database.transaction() as session:
        people = await clinic.store.participants(session, consult.visit.id)
    assert [(person.role, person.state, person.display_name, person.speaker) for person in people] == [
        ("doctor", ParticipantState.ADMITTED, "Dr. Amara Planted", "doctor"),
        ("patient", ParticipantState.ADMITTED, "Maria Planted", "patient"),
    ]


async def test_who_left_waits_again_and_the_doctor_is_let_in_again(clinic: Clinic, consult: Consult) -> None:
    async with clinic.database.transaction() as session:
        for person in (consult.doctors_place, consult.patients_place):
            await clinic.store.set_participant_state(session, person.id, ParticipantState.LEFT)
    async with clinic.database.transaction() as session:
        doctor = await clinic.store.join_visit(session, consult.doctor, consult.visit.id)
        patient = await clinic.store.join_visit(session, consult.patient, consult.visit.id)
    assert (doctor.state, patient.state) == (ParticipantState.ADMITTED, ParticipantState.INVITED)


async def test_nobody_joins_an_ended_visit_or_a_strangers(clinic: Clinic, consult: Consult) -> None:
    stranger = (await clinic.consult()).patient
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await clinic.store.join_visit(session, stranger, consult.visit.id)
    await status(clinic, consult.visit.id, VisitStatus.ENDED)
    with pytest.raises(VisitEnded):
        async with clinic.database.transaction() as session:
            await clinic.store.join_visit(session, consult.patient, consult.visit.id)


async def test_changes_are_told(clinic: Clinic, consult: Consult) -> None:
    before = (await clinic.topics()).count("visit.changed")
    await status(clinic, consult.visit.id, VisitStatus.WAITING, VisitStatus.WAITING)
    assert (await clinic.topics()).count("visit.changed") == before + 1


async def test_the_note_status_depends_on_who_asks(clinic: Clinic, consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(DraftStatement(key="a", section="plan", text="Rest.", evidence=(said,)))
    assert [(await listed(clinic, who))[0].note_status for who in (consult.doctor, consult.patient)] == [
        "draft",
        "none",
    ]
