"""Invitations: what a link opens, for how long, on how many devices, and what of it lies in the database."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from access import (
    GUEST_PUT_OUT,
    SESSION_ENDED,
    Actor,
    CareRelationships,
    GuestNameMissing,
    Invitation,
    InvitationExpired,
    InvitationRevoked,
    Invitations,
    InvitationUnknown,
    InvitationUsed,
    LoginLimits,
    Permission,
    Role,
    TooManyAttempts,
    TooManyInvitations,
)
from access.store import InvitationRow, SessionRow
from audit.store import AuditEventRow
from core.errors import Forbidden
from core.ids import new_id
from core.outbox import OutboxEvent
from tests.integration.access.door import HERE, Door

pytestmark = pytest.mark.integration
NAME = "Planted Interpreter"


class Host:
    """Somebody who invites into one visit, and the link of it."""

    def __init__(self, door: Door, doctor: Actor) -> None:
        self.door, self.doctor = door, doctor
        self.invitations = self.with_limits(30)
        self.visit_id, self.patient_id = new_id(), new_id()

    def with_limits(self, tries: int) -> Invitations:
        limits = LoginLimits(per_account=tries, per_address=tries)
        return Invitations(self.door.access, self.door.database, self.door.keyring, self.door.clock, limits)

    async def invite(self, name: str | None = NAME, hours: float = 1) -> tuple[Invitation, str]:
        async with self.door.database.transaction() as session:
            return await self.invitations.make(
                session,
                self.doctor,
                visit_id=self.visit_id,
                patient_id=self.patient_id,
                role="interpreter",
                display_name=name,
                expires_at=self.door.clock.now() + timedelta(hours=hours),
            )

    async def enter(self, token: str, name: str = "", here: Actor | None = None) -> tuple[Actor, str | None]:
        async with self.door.database.transaction() as session:
            return await self.invitations.enter(session, token, name, HERE, here)

    async def withdraw(self, invitation: Invitation) -> None:
        async with self.door.database.transaction() as session:
            await self.invitations.withdraw(session, self.doctor, self.visit_id, invitation.id)

    async def topics(self) -> list[str]:
        async with self.door.database.transaction() as session:
            return list(await session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.id)))


@pytest.fixture
async def host(door: Door) -> Host:
    return Host(door, (await door.signed_in(Role.DOCTOR))[0])


async def test_a_link_opens_one_visit_and_nothing_of_the_record(host: Host) -> None:
    _, token = await host.invite()
    guest, cookie = await host.enter(token)
    assert (guest.role, guest.room_role, guest.display_name) == (Role.GUEST, "interpreter", NAME)
    assert guest.guest is not None
    assert guest.guest.visit_id == host.visit_id
    assert cookie is not None
    care = CareRelationships(host.door.database, host.door.clock)
    async with host.door.database.transaction() as session:
        await care.require(session, guest, Permission.ROOM_JOIN, host.patient_id, host.visit_id)
        for permission, visit_id in (
            (Permission.ROOM_JOIN, new_id()),  # another visit of the same patient
            (Permission.ROOM_JOIN, None),
            (Permission.VISIT_READ, host.visit_id),
            (Permission.FILE_READ, host.visit_id),
        ):
            with pytest.raises(Forbidden):
                await care.require(session, guest, permission, host.patient_id, visit_id)
        assert await care.patients_of(session, guest) == frozenset()


async def test_only_the_hash_of_the_token_and_a_sealed_name_are_stored(host: Host) -> None:
    _, token = await host.invite()
    await host.enter(token)
    async with host.door.database.transaction() as session:
        rows = (await session.scalars(text("SELECT i::text || a::text FROM invitation i, account a"))).all()
    assert rows
    for row in rows:
        for word in (token, token.encode().hex(), NAME, NAME.encode().hex()):
            assert word not in row


async def test_guessing_finds_nothing_and_is_counted(host: Host) -> None:
    await host.invite()
    few = host.with_limits(3)
    for _ in range(3):
        await few.check_address(HERE)
        with pytest.raises(InvitationUnknown):
            await host.enter("x" * 43)
    with pytest.raises(TooManyAttempts) as refused:
        await few.check_address(HERE)
    assert refused.value.extra["retry_after"] == 300
    await few.check_address("198.51.100.9")  # somebody else is not held up


async def test_what_opens_a_good_link_is_not_counted(host: Host) -> None:
    _, token = await host.invite()
    for _ in range(40):
        await host.invitations.check_address(HERE)
        async with host.door.database.transaction() as session:
            await host.invitations.look(session, token, HERE)


async def test_one_device_at_a_time(host: Host) -> None:
    _, token = await host.invite()
    first, _ = await host.enter(token)
    with pytest.raises(InvitationUsed):
        await host.enter(token)
    assert await host.enter(token, here=first) == (first, None)  # the same browser opens the link again
    async with host.door.database.transaction() as session:
        await host.door.access.sign_out(session, first)
    second, _ = await host.enter(token)
    assert second.account_id == first.account_id
    assert second.session_id != first.session_id


async def test_of_two_at_once_one_comes_in(host: Host) -> None:
    _, token = await host.invite()
    came = await asyncio.gather(*(host.enter(token) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, InvitationUsed) for one in came) == 3


async def test_a_browser_that_is_gone_frees_the_link(host: Host) -> None:
    _, token = await host.invite()
    await host.enter(token)
    host.door.clock.advance(timedelta(minutes=11))
    again, cookie = await host.enter(token)
    assert again.guest is not None
    assert cookie is not None


async def test_it_expires_and_its_session_with_it(host: Host) -> None:
    invitation, token = await host.invite(hours=0.1)
    guest, _ = await host.enter(token)
    host.door.clock.advance(timedelta(minutes=6))
    assert not await host.door.alive(guest)
    assert invitation.state(host.door.clock.now()) == "expired"
    with pytest.raises(InvitationExpired) as refused:
        await host.enter(token)
    assert refused.value.code == "invitation_expired"


async def test_withdrawn_it_opens_nothing_and_who_came_is_told_to_go(host: Host) -> None:
    invitation, token = await host.invite()
    guest, _ = await host.enter(token)
    await host.withdraw(invitation)
    assert not await host.door.alive(guest)
    with pytest.raises(InvitationRevoked):
        await host.enter(token)
    assert (await host.topics())[-2:] == [GUEST_PUT_OUT, SESSION_ENDED]
    await host.withdraw(invitation)  # again changes nothing
    assert (await host.topics()).count(GUEST_PUT_OUT) == 1


async def test_a_session_of_a_withdrawn_invitation_is_over_even_if_its_row_were_left(host: Host) -> None:
    _, token = await host.invite()
    guest, _ = await host.enter(token)
    async with host.door.database.transaction() as session:
        row = (await session.scalars(select(InvitationRow))).one()
        row.revoked_at = host.door.clock.now()
    assert not await host.door.alive(guest)


async def test_the_end_of_the_visit_ends_all_its_links(host: Host) -> None:
    _, unopened = await host.invite()
    _, opened = await host.invite()
    guest, _ = await host.enter(opened)
    host.door.clock.advance(timedelta(minutes=1))
    async with host.door.database.transaction() as session:
        await host.invitations.end_of_visit(session, host.visit_id)
    assert not await host.door.alive(guest)
    for token in (unopened, opened):
        with pytest.raises(InvitationExpired):
            await host.enter(token)


async def test_a_visit_has_so_many_open_links(host: Host) -> None:
    made = [await host.invite() for _ in range(6)]
    with pytest.raises(TooManyInvitations):
        await host.invite()
    await host.withdraw(made[0][0])
    await host.invite()


async def test_a_guest_without_a_given_name_says_it(host: Host) -> None:
    _, token = await host.invite(name=None)
    with pytest.raises(GuestNameMissing):
        await host.enter(token, " \u200b\n ")
    guest, _ = await host.enter(token, "  Ana\u202e \n Souza ")
    assert guest.display_name == "Ana Souza"


async def test_a_given_name_is_stronger_than_the_guests_own_word(host: Host) -> None:
    _, token = await host.invite(name=NAME)
    assert (await host.enter(token, "Dr. Somebody"))[0].display_name == NAME


async def test_nobody_signs_in_with_a_guests_account(host: Host) -> None:
    _, token = await host.invite()
    await host.enter(token)
    async with host.door.database.transaction() as session:
        emails = await session.scalars(
            text("SELECT encode(email_index, 'hex') FROM account WHERE role = 'guest'")
        )
        assert len(emails.one()) == 64
        assert await host.door.access.account_with_email(session, "guest@clinic.test") is None


async def test_making_opening_withdrawing_and_refusing_leave_audit_rows(host: Host) -> None:
    invitation, token = await host.invite()
    guest, _ = await host.enter(token)
    await host.withdraw(invitation)
    await host.invitations.refused(token, "invitation_revoked")
    await host.invitations.refused("x" * 43, "invitation_unknown")
    async with host.door.database.transaction() as session:
        rows = select(AuditEventRow).where(AuditEventRow.subject_kind == "invitation")
        found = [
            (row.action, row.actor_id, row.outcome, row.reason)
            for row in await session.scalars(rows.order_by(AuditEventRow.id))
        ]
    assert found == [
        ("room:guest:invite", host.doctor.account_id, "allowed", ""),
        ("room:guest:enter", guest.account_id, "allowed", ""),
        ("room:guest:revoke", host.doctor.account_id, "allowed", ""),
        ("room:guest:enter", None, "denied", "invitation_revoked"),
        ("room:guest:enter", None, "denied", "invitation_unknown"),
    ]


async def test_an_invitation_of_another_visit_is_not_found(host: Host) -> None:
    invitation, _ = await host.invite()
    async with host.door.database.transaction() as session:
        with pytest.raises(InvitationUnknown):
            await host.invitations.withdraw(session, host.doctor, UUID(int=1), invitation.id)
        assert len((await session.scalars(select(SessionRow))).all()) == 1
