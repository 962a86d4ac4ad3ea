"""Inviting an interpreter or family into a visit, and how they come in. What a link is, is access's business."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import (
    Access,
    Actor,
    GuestRole,
    Invitation,
    InvitationExpired,
    Invitations,
    Permission,
    Role,
    expiry,
)
from clinical_store import Visit, VisitStatus
from core.clock import Clock
from core.database import Database
from core.errors import NotFound, ServiceError, TooManyRequests
from core.http import Principal
from signaling.errors import GuestRoleRefused, NotYourInvitation, VisitEnded
from signaling.guest_views import GuestView, InvitedView


class GuestRecord(Protocol):
    """What guests need of the record. `clinical_store.ClinicalStore` implements it."""

    async def visit_for(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, permission: Permission
    ) -> Visit:
        """Raises NotFound, Forbidden."""
        ...

    async def visit(self, session: AsyncSession, visit_id: UUID) -> Visit: ...

    async def close_door_to(self, session: AsyncSession, visit_id: UUID, account_id: UUID) -> UUID | None: ...


class Guests:
    """Use cases around invitations. The public ones open their own transactions: refusals must stay counted."""

    def __init__(
        self, database: Database, record: GuestRecord, access: Access, invitations: Invitations, clock: Clock
    ) -> None:
        self._database = database
        self._record = record
        self._access = access
        self._invitations = invitations
        self._clock = clock

    async def invite(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        role: GuestRole,
        display_name: str | None,
        after_end: timedelta,
    ) -> tuple[Invitation, str]:
        """A link into the visit and its token. The doctor invites anybody, the patient family.

        Raises GuestRoleRefused, VisitEnded, TooManyInvitations, NotFound, Forbidden.
        """
        visit = await self._record.visit_for(session, actor, visit_id, Permission.GUEST_INVITE)
        if visit.status is VisitStatus.ENDED:
            raise VisitEnded
        if actor.role is Role.PATIENT and role != "family":
            raise GuestRoleRefused
        return await self._invitations.make(
            session,
            actor,
            visit_id=visit_id,
            patient_id=visit.patient_id,
            role=role,
            display_name=display_name,
            expires_at=expiry(self._clock.now(), visit.ends_at, after_end),
        )

    async def invited(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> list[Invitation]:
        """The visit's invitations, newest first. Raises NotFound, Forbidden."""
        await self._record.visit_for(session, actor, visit_id, Permission.GUEST_INVITE)
        return await self._invitations.of_visit(session, visit_id)

    async def withdraw(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, invitation_id: UUID
    ) -> None:
        """The link is worth nothing any more; who came by it is out of the room.

        Raises NotYourInvitation, InvitationUnknown, NotFound, Forbidden.
        """
        await self._record.visit_for(session, actor, visit_id, Permission.GUEST_INVITE)
        invitation = await self._invitations.one(session, visit_id, invitation_id)
        if actor.role is not Role.DOCTOR and invitation.invited_by != actor.account_id:
            raise NotYourInvitation
        guest = await self._invitations.withdraw(session, actor, visit_id, invitation_id)
        if guest is not None:
            await self._record.close_door_to(session, visit_id, guest)

    async def look(self, token: str, address: str) -> InvitedView:
        """What the link is for, before anybody is told who opens it.

        Raises InvitationUnknown, InvitationExpired, InvitationRevoked, TooManyAttempts.
        """
        await self._invitations.check_address(address)
        try:
            async with self._database.transaction() as session:
                invitation = await self._invitations.look(session, token, address)
                visit = await self._still_on(session, invitation.visit_id)
                doctor = await self._doctor_of(session, visit)
        except ServiceError as error:
            await self._note(token, error)
            raise
        return InvitedView(
            role=invitation.role,
            display_name=invitation.display_name,
            doctor_name=doctor,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
        )

    async def enter(
        self, token: str, display_name: str, address: str, before: Principal | None
    ) -> tuple[GuestView, str | None]:
        """The guest's own view and the token for the cookie (None: this browser has it already).

        `before`: who this browser was signed in as. A new session stands before the door again, wherever an
        earlier one had been let in. Raises as `look`, and InvitationUsed, GuestNameMissing.
        """
        await self._invitations.check_address(address)
        here = before if isinstance(before, Actor) and before.guest else None
        try:
            async with self._database.transaction() as session:
                actor, cookie = await self._invitations.enter(session, token, display_name, address, here)
                view = await self.here(session, actor)
                if cookie is not None:
                    await self._record.close_door_to(session, view.visit_id, actor.account_id)
        except ServiceError as error:
            await self._note(token, error)
            raise
        if cookie is not None:
            await self._access.forget(before)
        return view, cookie

    async def here(self, session: AsyncSession, actor: Actor) -> GuestView:
        """The visit a guest is here for. Raises NotFound for everybody else, InvitationExpired after its end."""
        if actor.guest is None:
            raise NotFound
        visit = await self._still_on(session, actor.guest.visit_id)
        return GuestView(
            visit_id=visit.id,
            role=actor.guest.role,
            display_name=actor.display_name,
            doctor_name=await self._doctor_of(session, visit),
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            status=visit.status,
        )

    async def _still_on(self, session: AsyncSession, visit_id: UUID) -> Visit:
        visit = await self._record.visit(session, visit_id)
        if visit.status is VisitStatus.ENDED:
            raise InvitationExpired
        return visit

    async def _doctor_of(self, session: AsyncSession, visit: Visit) -> str:
        doctors = await self._access.accounts_by_id(session, [visit.doctor_account_id])
        doctor = doctors.get(visit.doctor_account_id)
        return doctor.display_name if doctor else ""

    async def _note(self, token: str, error: ServiceError) -> None:
        if not isinstance(error, TooManyRequests) and error.status < 500:
            await self._invitations.refused(token, error.code)
