"""Who supervises whom: a doctor in training countersigns nothing, and says so in every session."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from access import Account, Permission, Role, SupervisorUnfit
from core.ids import new_id
from tests.integration.access.door import HERE, PASSWORD, Door

pytestmark = pytest.mark.integration


async def supervise(door: Door, doctor: Account, by: Account | UUID | None) -> None:
    supervisor_id = by.id if isinstance(by, Account) else by
    async with door.database.transaction() as session:
        await door.access.supervise(session, doctor.id, supervisor_id)


async def doctor(door: Door, name: str) -> Account:
    return await door.person(Role.DOCTOR, name, f"{name}@clinic.test")


async def test_from_the_next_request_on_a_trainee_may_not_countersign_and_afterwards_may_again(
    door: Door,
) -> None:
    trainee, senior = await doctor(door, "tam"), await doctor(door, "sun")
    actor, _ = await door.access.sign_in("tam@clinic.test", PASSWORD, HERE)
    assert actor.may(Permission.NOTE_COUNTERSIGN)
    await supervise(door, trainee, senior)
    async with door.database.transaction() as session:
        now = await door.access.actor_in(session, actor.session_id)
    assert now
    assert (now.supervisor_id, now.may(Permission.NOTE_COUNTERSIGN)) == (senior.id, False)
    assert now.may(Permission.NOTE_SIGN)
    await supervise(door, trainee, None)
    async with door.database.transaction() as session:
        now = await door.access.actor_in(session, actor.session_id)
    assert now
    assert now.may(Permission.NOTE_COUNTERSIGN)


async def test_supervision_is_between_two_doctors_and_no_chain(door: Door) -> None:
    trainee, senior, other = [await doctor(door, name) for name in ("tam", "sun", "ute")]
    nurse = await door.person(Role.NURSE)
    for who, by in ((trainee, trainee), (trainee, nurse), (nurse, senior), (trainee, new_id())):
        with pytest.raises(SupervisorUnfit):
            await supervise(door, who, by)
    await supervise(door, trainee, senior)
    with pytest.raises(SupervisorUnfit):
        await supervise(door, other, trainee)
    with pytest.raises(SupervisorUnfit):
        await supervise(door, senior, other)
    async with door.database.transaction() as session:
        await door.access.close_account(session, other.id)
    with pytest.raises(SupervisorUnfit):
        await supervise(door, trainee, other)


async def test_a_change_of_supervision_is_audited_and_the_database_refuses_nonsense(door: Door) -> None:
    trainee, senior = await doctor(door, "tam"), await doctor(door, "sun")
    await supervise(door, trainee, senior)
    async with door.database.transaction() as session:
        done = await session.scalar(
            text("SELECT count(*) FROM audit_event WHERE action = 'access:account:supervise'")
        )
    assert done == 1
    with pytest.raises(DBAPIError):
        async with door.database.transaction() as session:
            await session.execute(text("UPDATE account SET supervisor_id = id"))
