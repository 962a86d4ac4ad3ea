"""Consent as state: per person and purpose, versioned, and withdrawn as easily as given."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.agreement import Decision, agreement
from clinical_store.chart import Part
from clinical_store.errors import NotYourConsent, ParticipantNotFound
from clinical_store.model import ParticipantState, Purpose
from clinical_store.rows import ConsentRow, ParticipantRow
from clinical_store.utterance_rows import empty_waiting
from core.outbox import emit


class Consents(Part):
    """Recording what people agreed to; enforcement (stopping the taps) is the room's."""

    async def set_consent(
        self,
        session: AsyncSession,
        actor: Actor,
        participant_id: UUID,
        purpose: Purpose,
        granted: bool,
        text_version: str = "",
    ) -> None:
        """A person's own decision on the words of `text_version`; saying the same again writes nothing.

        Raises ParticipantNotFound, NotYourConsent, Forbidden.
        """
        # The lock orders two decisions of one person that arrive at once.
        person = await session.get(ParticipantRow, participant_id, with_for_update={"key_share": True})
        if person is None:
            raise ParticipantNotFound
        if person.account_id != actor.account_id:
            raise NotYourConsent
        await self._charts.open(session, actor, Permission.CONSENT_SET, person.visit_id)
        latest = await _latest(session, participant_id, purpose)
        if latest is not None and latest.granted == granted:
            return
        version, now = latest.version + 1 if latest else 1, self._clock.now()
        session.add(
            ConsentRow(
                participant_id=participant_id,
                purpose=purpose,
                version=version,
                granted=granted,
                text_version=text_version,
                at=now,
            )
        )
        if purpose == "transcribe" and not granted:
            await empty_waiting(session, person.visit_id, now)
        await emit(session, "visit.changed", visit_id=str(person.visit_id))

    async def consents(self, session: AsyncSession, visit_id: UUID) -> dict[UUID, dict[Purpose, bool]]:
        """System use (room server): what each participant last decided; who has not decided is absent."""
        latest = (
            select(ConsentRow)
            .join(ParticipantRow, ParticipantRow.id == ConsentRow.participant_id)
            .where(ParticipantRow.visit_id == visit_id)
            .ext(distinct_on(ConsentRow.participant_id, ConsentRow.purpose))
            .order_by(ConsentRow.participant_id, ConsentRow.purpose, ConsentRow.version.desc())
        )
        decided: dict[UUID, dict[Purpose, bool]] = {}
        for row in await session.scalars(latest):
            purpose: Purpose = "record" if row.purpose == "record" else "transcribe"
            decided.setdefault(row.participant_id, {})[purpose] = row.granted
        return decided

    async def agreed_since(self, session: AsyncSession, visit_id: UUID, purpose: Purpose) -> datetime | None:
        """System use: the moment since which everybody admitted says yes, without a break; None: they do not.

        A recording is heard again only from here on. What was agreed to earlier and then withdrawn stays
        unheard: withdrawing is taken for the whole.
        """
        stretches = agreement(
            await decisions_of(session, visit_id, purpose), await admitted_to(session, visit_id)
        )
        return stretches[-1].begin if stretches and stretches[-1].end is None else None


async def decisions_of(session: AsyncSession, visit_id: UUID, purpose: Purpose) -> list[Decision]:
    """Everybody's answers for one purpose, in the order they were given."""
    history = (
        select(ConsentRow)
        .join(ParticipantRow, ParticipantRow.id == ConsentRow.participant_id)
        .where(ParticipantRow.visit_id == visit_id, ConsentRow.purpose == purpose)
        .order_by(ConsentRow.at, ConsentRow.version)
    )
    return [Decision(row.participant_id, row.at, row.granted) for row in await session.scalars(history)]


async def admitted_to(session: AsyncSession, visit_id: UUID) -> Sequence[UUID]:
    admitted = select(ParticipantRow.id).where(
        ParticipantRow.visit_id == visit_id, ParticipantRow.state == ParticipantState.ADMITTED
    )
    return (await session.scalars(admitted)).all()


async def _latest(session: AsyncSession, participant_id: UUID, purpose: Purpose) -> ConsentRow | None:
    newest = (
        select(ConsentRow)
        .where(ConsentRow.participant_id == participant_id, ConsentRow.purpose == purpose)
        .order_by(ConsentRow.version.desc())
        .limit(1)
    )
    return (await session.scalars(newest)).one_or_none()
