"""Signing in: one answer for every failure, counted before the password is looked at."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from access import Access, EmailTaken, LoginFailed, LoginLimits, PasswordHashing, Role, TooManyAttempts
from access.service import NOBODY
from audit.store import AuditEventRow
from core.crypto import NotOpened
from core.errors import ServiceError
from tests.integration.access.door import HERE, PASSWORD, Door

pytestmark = pytest.mark.integration

DOCTOR = "doctor@clinic.test"


async def outcomes(door: Door) -> list[tuple[str, str]]:
    query = select(AuditEventRow.outcome, AuditEventRow.reason).where(
        AuditEventRow.action == "access:session:start"
    )
    async with door.database.transaction() as session:
        return [
            (outcome, reason) for outcome, reason in await session.execute(query.order_by(AuditEventRow.id))
        ]


async def refused(door: Door, email: str, password: str, address: str = HERE) -> ServiceError:
    with pytest.raises((LoginFailed, TooManyAttempts)) as caught:
        await door.access.sign_in(email, password, address)
    return caught.value


async def test_the_right_password_signs_in_under_any_spelling_of_the_address(door: Door) -> None:
    account = await door.person(Role.DOCTOR, "Dr. Amara Osei")
    actor, token = await door.access.sign_in(" Doctor@Clinic.TEST", PASSWORD, HERE)
    assert (actor.account_id, actor.role, actor.display_name) == (account.id, Role.DOCTOR, "Dr. Amara Osei")
    assert await door.alive(actor)
    assert await outcomes(door) == [("allowed", "")]
    assert token not in repr(actor)


async def test_wrong_password_unknown_address_and_closed_account_get_one_answer(door: Door) -> None:
    account = await door.person(Role.DOCTOR)
    wrong = await refused(door, DOCTOR, "not the password")
    unknown = await refused(door, "nobody@clinic.test", PASSWORD)
    nonsense = await refused(door, "no address", PASSWORD)
    async with door.database.transaction() as session:
        await door.access.close_account(session, account.id)
    closed = await refused(door, DOCTOR, PASSWORD)
    assert wrong.problem() == unknown.problem() == nonsense.problem() == closed.problem()
    assert await outcomes(door) == [("denied", "password"), ("denied", "unknown"), ("denied", "closed")]


async def test_an_unknown_address_is_recorded_without_being_written_down(door: Door) -> None:
    await refused(door, "somebody.private@clinic.test", PASSWORD)
    async with door.database.transaction() as session:
        row = (await session.scalars(select(AuditEventRow))).one()
        windows = (await session.scalars(text("SELECT encode(subject, 'escape') FROM login_window"))).all()
    assert (row.actor_id, row.subject_id) == (None, NOBODY)
    assert not any("private" in window or HERE in window for window in windows)


async def test_the_eleventh_attempt_is_refused_even_with_the_right_password(door: Door) -> None:
    await door.person(Role.DOCTOR)
    for attempt in range(10):
        assert isinstance(await refused(door, DOCTOR, "not the password", f"192.0.2.{attempt}"), LoginFailed)
    late = await refused(door, DOCTOR, PASSWORD, "192.0.2.99")
    assert late.code == "too_many_attempts"
    assert late.extra == {"retry_after": 300}
    door.clock.advance(timedelta(seconds=200))
    assert (await refused(door, DOCTOR, PASSWORD, "192.0.2.99")).extra == {"retry_after": 100}
    door.clock.advance(timedelta(seconds=100))
    await door.access.sign_in(DOCTOR, PASSWORD, "192.0.2.99")


async def test_one_address_cannot_try_many_accounts(door: Door) -> None:
    await door.person(Role.DOCTOR)
    for attempt in range(10):
        await refused(door, f"person{attempt}@clinic.test", "a guessed password", "2001:db8::1")
    assert isinstance(await refused(door, DOCTOR, PASSWORD, "2001:db8::2"), TooManyAttempts)
    await door.access.sign_in(DOCTOR, PASSWORD, HERE)


async def test_the_limit_is_the_same_for_an_account_that_does_not_exist(door: Door) -> None:
    for attempt in range(10):
        await refused(door, "nobody@clinic.test", PASSWORD, f"192.0.2.{attempt}")
    assert isinstance(await refused(door, "nobody@clinic.test", PASSWORD, "192.0.2.99"), TooManyAttempts)


async def test_parallel_guesses_cannot_outrun_the_count(door: Door) -> None:
    await door.person(Role.DOCTOR)
    guesses = (refused(door, DOCTOR, "not the password", f"198.51.100.{number}") for number in range(25))
    answers = [answer.code for answer in await asyncio.gather(*guesses)]
    assert (answers.count("login_failed"), answers.count("too_many_attempts")) == (10, 15)
    assert (await outcomes(door)).count(("denied", "limit")) == 1


async def test_a_clinic_behind_one_address_is_not_locked_out_by_signing_in(door: Door) -> None:
    await door.person(Role.DOCTOR)
    for _ in range(15):
        await door.access.sign_in(DOCTOR, PASSWORD, HERE)


async def test_a_success_does_not_wipe_out_earlier_failures(door: Door) -> None:
    await door.person(Role.DOCTOR)
    for _ in range(9):
        await refused(door, DOCTOR, "not the password")
    await door.access.sign_in(DOCTOR, PASSWORD, HERE)
    await refused(door, DOCTOR, "not the password")
    assert isinstance(await refused(door, DOCTOR, PASSWORD), TooManyAttempts)


async def test_an_old_hash_is_made_anew(door: Door) -> None:
    await door.person(Role.DOCTOR)
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with door.database.transaction() as session:
        await session.execute(text("UPDATE account SET password_hash = :weak"), {"weak": weak})
    await door.access.sign_in(DOCTOR, PASSWORD, HERE)
    async with door.database.transaction() as session:
        assert "m=19456" in str(await session.scalar(text("SELECT password_hash FROM account")))


async def test_windows_and_sessions_that_are_over_are_forgotten(door: Door, hashing: PasswordHashing) -> None:
    access = Access(
        door.database,
        door.keyring,
        door.clock,
        passwords=hashing,
        limits=LoginLimits(window=timedelta(minutes=1)),
    )
    await door.person(Role.DOCTOR)
    await refused(door, "nobody@clinic.test", PASSWORD, "192.0.2.200")
    await access.sign_in(DOCTOR, PASSWORD, HERE)
    door.clock.advance(timedelta(hours=13))
    await access.sign_in(DOCTOR, PASSWORD, HERE)
    async with door.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM session")) == 1
        assert await session.scalar(text("SELECT count(*) FROM login_window")) == 2


async def test_an_address_is_taken_once(door: Door) -> None:
    await door.person(Role.DOCTOR)
    with pytest.raises(EmailTaken):
        await door.person(Role.NURSE, email="DOCTOR@clinic.test")


async def test_nothing_personal_lies_in_a_table(door: Door) -> None:
    await door.person(Role.PATIENT, "Zebulon Quartermain", "zebulon@quartermain.test")
    await door.access.sign_in("zebulon@quartermain.test", PASSWORD, HERE)
    await refused(door, "zebulon@quartermain.test", "zebulon guesses")
    async with door.database.transaction() as session:
        tables = (
            await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        ).all()
        for table in tables:
            rows = (await session.scalars(text(f'SELECT "{table}"::text FROM "{table}"'))).all()
            found = "".join(rows).lower()
            for planted in ("zebulon", "quartermain", HERE):
                assert planted not in found
                assert planted.encode().hex() not in found


async def test_a_sealed_name_moved_to_another_account_does_not_open(door: Door) -> None:
    await door.person(Role.DOCTOR, "Dr. Amara Osei")
    await door.person(Role.NURSE, "Jonas Lindqvist")
    async with door.database.transaction() as session:
        await session.execute(
            text("UPDATE account SET display_name = (SELECT display_name FROM account WHERE role = 'doctor')")
        )
    with pytest.raises(NotOpened):
        await door.access.sign_in("nurse@clinic.test", PASSWORD, HERE)
