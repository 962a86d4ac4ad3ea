"""The care relationship: list and check are one rule, and a refusal leaves its trace."""

import random
from uuid import UUID

import pytest
from sqlalchemy import select

from access import Actor, CareRelationships, Permission, Role
from audit.store import AuditEventRow
from core.errors import Forbidden
from core.ids import new_id
from tests.integration.access.door import Door

pytestmark = pytest.mark.integration

PATIENTS = [UUID(int=number) for number in range(1, 5)]


@pytest.fixture
def care(door: Door) -> CareRelationships:
    return CareRelationships(door.database, door.clock)


async def denials(door: Door) -> list[tuple[str, UUID | None, str]]:
    query = select(AuditEventRow).where(AuditEventRow.outcome == "denied").order_by(AuditEventRow.id)
    async with door.database.transaction() as session:
        return [(row.action, row.patient_id, row.reason) for row in await session.scalars(query)]


async def test_a_doctor_opens_the_records_of_patients_with_a_visit_together(
    door: Door, care: CareRelationships
) -> None:
    doctor, _ = await door.signed_in(Role.DOCTOR)
    async with door.database.transaction() as session:
        await care.grant(session, doctor.account_id, PATIENTS[0], new_id())
        await care.require(session, doctor, Permission.NOTE_READ, PATIENTS[0])
    with pytest.raises(Forbidden):
        async with door.database.transaction() as session:
            await care.require(session, doctor, Permission.NOTE_READ, PATIENTS[1])
    assert await denials(door) == [("record:note:read", PATIENTS[1], "no_relationship")]


async def test_a_patient_opens_the_own_record_and_no_other(door: Door, care: CareRelationships) -> None:
    patient, _ = await door.signed_in(Role.PATIENT)
    async with door.database.transaction() as session:
        await care.link_own_record(session, patient.account_id, PATIENTS[0])
        await care.require(session, patient, Permission.SUMMARY_READ, PATIENTS[0])
        assert await care.own_record(session, patient.account_id) == PATIENTS[0]
    with pytest.raises(Forbidden):
        async with door.database.transaction() as session:
            await care.require(session, patient, Permission.SUMMARY_READ, PATIENTS[1])
    with pytest.raises(Forbidden):
        async with door.database.transaction() as session:
            await care.require(session, patient, Permission.NOTE_READ, PATIENTS[0])
    assert await denials(door) == [
        ("record:summary:read", PATIENTS[1], "no_relationship"),
        ("record:note:read", PATIENTS[0], "role"),
    ]


async def test_a_visit_together_is_no_reason_for_a_role_without_the_permission(
    door: Door, care: CareRelationships
) -> None:
    scheduler, _ = await door.signed_in(Role.SCHEDULER)
    async with door.database.transaction() as session:
        await care.grant(session, scheduler.account_id, PATIENTS[0], new_id())
    with pytest.raises(Forbidden):
        async with door.database.transaction() as session:
            await care.require(session, scheduler, Permission.VISIT_READ, PATIENTS[0])


async def test_a_treating_relationship_does_not_make_a_record_a_patients_own(
    door: Door, care: CareRelationships
) -> None:
    patient, _ = await door.signed_in(Role.PATIENT)
    async with door.database.transaction() as session:
        await care.grant(session, patient.account_id, PATIENTS[0], new_id())
        assert await care.patients_of(session, patient) == frozenset()


async def test_the_denied_row_survives_while_everything_else_rolls_back(
    door: Door, care: CareRelationships
) -> None:
    doctor, _ = await door.signed_in(Role.DOCTOR)

    async def grant_and_overreach() -> None:
        async with door.database.transaction() as session:
            await care.grant(session, doctor.account_id, PATIENTS[0], new_id())
            await care.require(session, doctor, Permission.NOTE_READ, PATIENTS[1])

    with pytest.raises(Forbidden):
        await grant_and_overreach()
    async with door.database.transaction() as session:
        assert await care.patients_of(session, doctor) == frozenset()
    assert len(await denials(door)) == 1


async def test_a_visit_that_will_not_take_place_is_no_reason(door: Door, care: CareRelationships) -> None:
    doctor, _ = await door.signed_in(Role.DOCTOR)
    cancelled, kept = new_id(), new_id()
    async with door.database.transaction() as session:
        await care.grant(session, doctor.account_id, PATIENTS[0], cancelled)
        await care.grant(session, doctor.account_id, PATIENTS[1], cancelled)
        await care.grant(session, doctor.account_id, PATIENTS[1], kept)
        await care.withdraw(session, cancelled)
        assert await care.patients_of(session, doctor) == {PATIENTS[1]}


async def test_granting_twice_is_one_grant_and_an_account_has_one_own_record(
    door: Door, care: CareRelationships
) -> None:
    patient, _ = await door.signed_in(Role.PATIENT)
    visit_id = new_id()
    async with door.database.transaction() as session:
        for _ in range(2):
            await care.grant(session, patient.account_id, PATIENTS[0], visit_id)
            await care.link_own_record(session, patient.account_id, PATIENTS[0])
        await care.link_own_record(session, patient.account_id, PATIENTS[1])
        assert await care.own_record(session, patient.account_id) == PATIENTS[0]


async def may_read(door: Door, care: CareRelationships, actor: Actor, patient_id: UUID) -> bool:
    try:
        async with door.database.transaction() as session:
            await care.require(session, actor, Permission.VISIT_READ, patient_id)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("seed", range(3))
async def test_a_list_holds_exactly_what_the_check_allows(
    door: Door, care: CareRelationships, seed: int
) -> None:
    people = [(await door.signed_in(role))[0] for role in (Role.DOCTOR, Role.PATIENT)]
    chance = random.Random(seed)
    for _ in range(6):
        actor, patient_id = chance.choice(people), chance.choice(PATIENTS)
        async with door.database.transaction() as session:
            if chance.random() < 0.5:
                await care.link_own_record(session, actor.account_id, patient_id)
            else:
                await care.grant(session, actor.account_id, patient_id, new_id())
            listed = {person: await care.patients_of(session, person) for person in people}
        for person in people:
            allowed = {patient for patient in PATIENTS if await may_read(door, care, person, patient)}
            assert listed[person] == allowed
