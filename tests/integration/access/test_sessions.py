"""Sessions: over when they should be, at once when they are ended, alive while a call goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from access import SESSION_ENDED, Actor, Role
from access.store import SessionRow
from core.outbox import OutboxEvent
from tests.integration.access.door import HERE, PASSWORD, Door

pytestmark = pytest.mark.integration


async def told(door: Door) -> list[object]:
    async with door.database.transaction() as session:
        events = await session.scalars(OutboxEvent.__table__.select().with_only_columns(OutboxEvent.payload))
        return list(events)


async def touch(door: Door, actor: Actor) -> None:
    async with door.database.transaction() as session:
        await door.access.touch(session, actor.session_id)


async def use(door: Door, actor: Actor) -> Actor | None:
    async with door.database.transaction() as session:
        return await door.access.actor_in(session, actor.session_id)


async def test_the_token_is_stored_as_its_hash_only(door: Door) -> None:
    _, token = await door.signed_in(Role.DOCTOR)
    async with door.database.transaction() as session:
        row = str(await session.scalar(text("SELECT session::text FROM session")))
    assert token not in row
    assert token.encode().hex() not in row


async def test_an_unused_session_ends(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    door.clock.advance(timedelta(minutes=14, seconds=59))
    assert await door.alive(actor)
    door.clock.advance(timedelta(seconds=1))
    assert not await door.alive(actor)
    assert await use(door, actor) is None


async def test_asking_whether_it_is_alive_does_not_keep_it_alive(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    for _ in range(15):
        await door.alive(actor)
        door.clock.advance(timedelta(minutes=1))
    assert not await door.alive(actor)


@pytest.mark.parametrize("keep", [touch, use])
async def test_use_and_an_active_call_keep_it_alive_until_its_last_hour(door: Door, keep: object) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    for _ in range(71):
        door.clock.advance(timedelta(minutes=10))
        assert await door.alive(actor)
        await (touch(door, actor) if keep is touch else use(door, actor))
    door.clock.advance(timedelta(minutes=10))
    assert not await door.alive(actor)


async def test_a_touch_does_not_wake_an_ended_session(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    door.clock.advance(timedelta(minutes=15))
    await touch(door, actor)
    assert not await door.alive(actor)


async def test_reading_does_not_write_each_time(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    door.clock.advance(timedelta(seconds=20))
    await use(door, actor)
    async with door.database.transaction() as session:
        row = await session.get_one(SessionRow, actor.session_id)
        assert row.last_seen_at == row.created_at


async def test_signing_out_ends_one_session_and_tells_its_sockets(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    other, _ = await door.access.sign_in("doctor@clinic.test", PASSWORD, HERE)
    async with door.database.transaction() as session:
        await door.access.sign_out(session, actor)
    assert (await door.alive(actor), await door.alive(other)) == (False, True)
    assert await told(door) == [{"session_id": str(actor.session_id)}]
    async with door.database.transaction() as session:
        assert (await session.scalars(text("SELECT topic FROM outbox_event"))).all() == [SESSION_ENDED]


async def test_ending_all_sessions_of_an_account_leaves_others_alone(door: Door) -> None:
    doctor, _ = await door.signed_in(Role.DOCTOR)
    await door.access.sign_in("doctor@clinic.test", PASSWORD, HERE)
    nurse, _ = await door.signed_in(Role.NURSE)
    async with door.database.transaction() as session:
        assert await door.access.end_sessions(session, doctor.account_id) == 2
    assert (await door.alive(doctor), await door.alive(nurse)) == (False, True)


async def test_a_session_written_before_the_epoch_rose_is_over(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    async with door.database.transaction() as session:
        await session.execute(text("UPDATE account SET epoch = epoch + 1"))
    assert not await door.alive(actor)
    assert await use(door, actor) is None


async def test_closing_an_account_ends_its_sessions(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    async with door.database.transaction() as session:
        await door.access.close_account(session, actor.account_id)
    assert not await door.alive(actor)


async def test_a_role_changed_in_the_database_applies_to_the_next_request(door: Door) -> None:
    actor, _ = await door.signed_in(Role.DOCTOR)
    async with door.database.transaction() as session:
        await session.execute(text("UPDATE account SET role = 'nurse'"))
    now = await use(door, actor)
    assert now is not None
    assert now.role is Role.NURSE


async def test_doctors_are_listed_by_name_without_closed_accounts(door: Door) -> None:
    await door.person(Role.DOCTOR, "Dr. Zoe Adler", "zoe@clinic.test")
    gone = await door.person(Role.DOCTOR, "Dr. Gone", "gone@clinic.test")
    amara = await door.person(Role.DOCTOR, "Dr. Amara Osei")
    nurse = await door.person(Role.NURSE, "Jonas Lindqvist")
    async with door.database.transaction() as session:
        await door.access.close_account(session, gone.id)
        assert [doctor.display_name for doctor in await door.access.list_doctors(session)] == [
            "Dr. Amara Osei",
            "Dr. Zoe Adler",
        ]
        both = await door.access.accounts_by_id(session, {amara.id, nurse.id})
        assert {account.display_name for account in both.values()} == {"Dr. Amara Osei", "Jonas Lindqvist"}
        assert await door.access.accounts_by_id(session, []) == {}
        found = await door.access.account_with_email(session, "DOCTOR@clinic.test")
        assert found is not None
        assert found.id == amara.id
