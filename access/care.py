"""The care relationship: whose record may this person open? The second lock, after the role's permission."""

from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access.model import Actor
from access.permissions import Permission, Role
from access.store import CareRelationshipRow
from core.clock import Clock, SystemClock
from core.database import Database
from core.errors import Forbidden
from core.ids import new_id


class Relationship(StrEnum):
    """Why an account may open a record."""

    SELF = "self"
    TREATING = "treating"


class CareRelationships:
    """Grants and requires relationships.

    `denials` writes refused accesses in transactions of their own. Give it a small Database of its own: the
    refused request still holds a connection of the request path, and a burst of refusals waiting there for a
    second one would starve everybody.
    """

    def __init__(self, denials: Database, clock: Clock | None = None) -> None:
        self._denials = denials
        self._clock = clock or SystemClock()

    async def grant(self, session: AsyncSession, account_id: UUID, patient_id: UUID, visit_id: UUID) -> None:
        """The clinician has a visit with the patient. Granting twice is one grant."""
        await self._add(session, account_id, patient_id, visit_id, Relationship.TREATING)

    async def withdraw(self, session: AsyncSession, visit_id: UUID) -> None:
        """The visit will not take place: it is no reason any more to open the record. Other visits stay one."""
        await session.execute(delete(CareRelationshipRow).where(CareRelationshipRow.visit_id == visit_id))

    async def link_own_record(self, session: AsyncSession, account_id: UUID, patient_id: UUID) -> None:
        """The record is the account holder's own. An account has one; linking it again changes nothing."""
        await self._add(session, account_id, patient_id, None, Relationship.SELF)

    async def require(
        self,
        session: AsyncSession,
        actor: Actor,
        permission: Permission,
        patient_id: UUID,
        visit_id: UUID | None = None,
    ) -> None:
        """Return when `actor` may do this with this patient's record.

        `visit_id`: which visit it is about, None where it is about the whole record. A guest has no care
        relationship; the visit of the invitation is all they reach.
        Raises Forbidden otherwise and leaves a denied audit row that survives the rollback. The caller writes
        the row of an allowed access together with what it reads.
        """
        if not actor.may(permission):
            await self._deny(actor, permission, patient_id, "role")
        if not await self._related(session, actor, patient_id, visit_id):
            await self._deny(actor, permission, patient_id, "no_relationship")

    async def patients_of(self, session: AsyncSession, actor: Actor) -> frozenset[UUID]:
        """The patients for whom `require` finds a relationship: what a list may show."""
        return frozenset(await session.scalars(_patients(actor)))

    async def own_record(self, session: AsyncSession, account_id: UUID) -> UUID | None:
        """The patient that this account is, None when it is nobody's own."""
        own = select(CareRelationshipRow.patient_id).where(
            CareRelationshipRow.account_id == account_id, CareRelationshipRow.kind == Relationship.SELF.value
        )
        return await session.scalar(own)

    async def note_refusal(self, actor: Actor, permission: Permission, patient_id: UUID, reason: str) -> None:
        """The denied audit row of a refusal that somebody else's rule made; it survives the caller's rollback."""
        event = audit.AuditEvent(
            actor.account_id, permission.value, "patient", patient_id, patient_id, "denied", reason
        )
        await audit.record_denied(self._denials, event)

    async def _related(
        self, session: AsyncSession, actor: Actor, patient_id: UUID, visit_id: UUID | None
    ) -> bool:
        if actor.role is Role.GUEST:
            return actor.guest is not None and visit_id is not None and actor.guest.visit_id == visit_id
        found = _patients(actor).where(CareRelationshipRow.patient_id == patient_id).limit(1)
        return await session.scalar(found) is not None

    async def _deny(self, actor: Actor, permission: Permission, patient_id: UUID, reason: str) -> NoReturn:
        await self.note_refusal(actor, permission, patient_id, reason)
        raise Forbidden

    async def _add(
        self,
        session: AsyncSession,
        account_id: UUID,
        patient_id: UUID,
        visit_id: UUID | None,
        kind: Relationship,
    ) -> None:
        row = insert(CareRelationshipRow).values(
            id=new_id(),
            account_id=account_id,
            patient_id=patient_id,
            visit_id=visit_id,
            kind=kind.value,
            granted_at=self._clock.now(),
        )
        await session.execute(row.on_conflict_do_nothing())


def _patients(actor: Actor) -> Select[UUID]:
    """One rule for the check and for the list, so that the two cannot disagree."""
    kind = Relationship.SELF if actor.role is Role.PATIENT else Relationship.TREATING
    return select(CareRelationshipRow.patient_id).where(
        CareRelationshipRow.account_id == actor.account_id, CareRelationshipRow.kind == kind.value
    )
