"""A visit that goes on by phone: marked once, taken back by the doctor, seen where visits are listed."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from access import Actor, Role
from clinical_store import VisitStatus
from clinical_store.errors import VisitEnded
from clinical_store.phone import DIGITS, PhoneHandover
from core.errors import Forbidden
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


async def handed(clinic: Clinic, actor: Actor, consult: Consult) -> PhoneHandover:
    async with clinic.database.transaction() as session:
        return await clinic.store.hand_to_phone(session, actor, consult.visit.id)


async def test_either_side_hands_the_visit_to_the_phone_and_both_have_one_reference(
    clinic: Clinic, consult: Consult
) -> None:
    first = await handed(clinic, consult.patient, consult)
    clinic.clock.advance(timedelta(minutes=1))
    assert await handed(clinic, consult.doctor, consult) == first
    assert re.fullmatch(f"[{DIGITS}]{{6}}", first.reference)
    async with clinic.database.transaction() as session:
        view = await clinic.store.visit_view(session, consult.doctor, consult.visit.id)
        visit = await clinic.store.visit(session, consult.visit.id)
    assert (view.phone_since, view.phone_reference) == (first.since, first.reference)
    assert (visit.phone_since, visit.phone_reference) == (first.since, first.reference)


async def test_the_scheduler_sees_it_in_the_list(clinic: Clinic, consult: Consult) -> None:
    handover = await handed(clinic, consult.doctor, consult)
    scheduler = await clinic.staff(Role.SCHEDULER, "Sam Planted")
    now = clinic.clock.now()
    async with clinic.database.transaction() as session:
        listed = await clinic.store.visits_of(
            session, scheduler, now - timedelta(days=1), now + timedelta(days=1)
        )
    assert [view.phone_reference for view in listed if view.id == consult.visit.id] == [handover.reference]


async def test_the_doctor_takes_it_back_and_the_reference_stays(clinic: Clinic, consult: Consult) -> None:
    first = await handed(clinic, consult.patient, consult)
    for _ in range(2):
        async with clinic.database.transaction() as session:
            await clinic.store.take_from_phone(session, consult.doctor, consult.visit.id)
            assert (await clinic.store.visit(session, consult.visit.id)).phone_since is None
    assert (await handed(clinic, consult.patient, consult)).reference == first.reference


async def test_a_patient_does_not_take_it_back_and_a_stranger_does_nothing(
    clinic: Clinic, consult: Consult
) -> None:
    await handed(clinic, consult.patient, consult)
    elsewhere = await clinic.consult()
    for actor in (elsewhere.doctor, elsewhere.patient):
        with pytest.raises(Forbidden):
            await handed(clinic, actor, consult)
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await clinic.store.take_from_phone(session, consult.patient, consult.visit.id)


async def test_each_step_leaves_an_audit_row(clinic: Clinic, consult: Consult) -> None:
    await handed(clinic, consult.patient, consult)
    async with clinic.database.transaction() as session:
        await clinic.store.take_from_phone(session, consult.doctor, consult.visit.id)
        rows = await session.execute(
            text(
                "SELECT action, actor_id FROM audit_event WHERE action LIKE 'room:phone:%' AND subject_id = :visit"
            ),
            {"visit": consult.visit.id},
        )
        assert set(rows.all()) == {
            ("room:phone:begin", consult.patient.account_id), ("room:phone:end", consult.doctor.account_id),
        }  # fmt: skip


async def test_an_ended_visit_stays_as_it_was(clinic: Clinic, consult: Consult) -> None:
    async with clinic.database.transaction() as session:
        await clinic.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)
    with pytest.raises(VisitEnded):
        await handed(clinic, consult.doctor, consult)


async def test_two_at_once_get_one_reference(clinic: Clinic, consult: Consult) -> None:
    both = await asyncio.gather(*(handed(clinic, one, consult) for one in (consult.doctor, consult.patient)))
    assert both[0] == both[1]
