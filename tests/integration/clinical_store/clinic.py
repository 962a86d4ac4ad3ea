"""A small clinic for the store's tests: real PostgreSQL, real access rules, people with planted names."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from access import Account, Actor, CareRelationships, Role
from clinical_store import (
    ClinicalStore,
    DraftStatement,
    EncounterNote,
    HeardText,
    NoteEdits,
    Participant,
    ParticipantState,
    StatementEdit,
    Visit,
)
from clinical_store.note import Addendum
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.ids import new_id


class KnownAccounts:
    """The staff by id: the port `Accounts`, from memory."""

    def __init__(self) -> None:
        self.known: dict[UUID, Account] = {}

    async def accounts_by_id(self, session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Account]:
        return {account_id: self.known[account_id] for account_id in ids if account_id in self.known}


@dataclass
class Clinic:
    """The store and the people around it."""

    database: Database
    keyring: Keyring
    clock: ManualClock
    care: CareRelationships
    accounts: KnownAccounts = field(default_factory=KnownAccounts)

    def __post_init__(self) -> None:
        self.store = ClinicalStore(self.keyring, self.care, self.accounts, self.clock)

    async def staff(self, role: Role, name: str, supervisor: Actor | None = None) -> Actor:
        """Somebody who works here."""
        account = await self._account(role, name, supervisor)
        self.accounts.known[account.id] = account
        return Actor.of(account, new_id())

    async def _account(self, role: Role, name: str, supervisor: Actor | None = None) -> Account:
        """A row for relationships to point at; nobody signs in with it."""
        account = Account(new_id(), role, name, supervisor.account_id if supervisor else None)
        async with self.database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO account"
                    " (id, role, email, email_index, display_name, password_hash, epoch, created_at)"
                    " VALUES (:id, :role, ''::bytea, :index, ''::bytea, '', 1, now())"
                ),
                {"id": account.id, "role": role.value, "index": account.id.bytes},
            )
        return account

    async def patient(self, name: str = "Maria Planted") -> tuple[Actor, UUID]:
        """A patient with a record and a login of their own."""
        actor = Actor.of(await self._account(Role.PATIENT, name), new_id())
        patient_id = new_id()
        async with self.database.transaction() as session:
            await self.store.create_patient(
                session,
                patient_id=patient_id,
                account_id=actor.account_id,
                name=name,
                date_of_birth=date(1984, 2, 29),
                sex="female",
            )
        return actor, patient_id

    async def visit(self, patient_id: UUID, doctor: Actor, reason: str = "planted complaint") -> Visit:
        """A visit in five minutes, with the doctor's care relationship."""
        starts_at = self.clock.now() + timedelta(minutes=5)
        async with self.database.transaction() as session:
            visit = await self.store.create_visit(
                session,
                patient_id=patient_id,
                doctor_account_id=doctor.account_id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=15),
                reason=reason,
            )
            await self.care.grant(session, doctor.account_id, patient_id, visit.id)
        return visit

    async def consult(self, doctor: Actor | None = None) -> "Consult":
        """A visit that both have joined."""
        doctor = doctor or await self.staff(Role.DOCTOR, "Dr. Amara Planted")
        patient, patient_id = await self.patient()
        visit = await self.visit(patient_id, doctor)
        async with self.database.transaction() as session:
            doctors_place = await self.store.join_visit(session, doctor, visit.id)
            patients_place = await self.store.join_visit(session, patient, visit.id)
            await self.store.set_participant_state(session, patients_place.id, ParticipantState.ADMITTED)
        return Consult(self, doctor, patient, patient_id, visit, doctors_place, patients_place)

    async def count(self, statement: str) -> int:
        """What a raw SELECT count(*) says."""
        async with self.database.transaction() as session:
            return int((await session.execute(text(statement))).scalar_one())

    async def topics(self) -> list[str]:
        """The outbox, oldest first."""
        async with self.database.transaction() as session:
            rows = await session.execute(text("SELECT topic FROM outbox_event ORDER BY id"))
            return list(rows.scalars())


@dataclass
class Consult:
    """A visit under way."""

    clinic: Clinic
    doctor: Actor
    patient: Actor
    patient_id: UUID
    visit: Visit
    doctors_place: Participant
    patients_place: Participant

    @property
    def store(self) -> ClinicalStore:
        return self.clinic.store

    async def say(self, place: Participant, words: str, start: float, model: str = "base.en") -> UUID:
        """An utterance, heard and transcribed."""
        async with self.clinic.database.transaction() as session:
            utterance = await self.store.add_utterance(
                session,
                visit_id=self.visit.id,
                participant_id=place.id,
                start=start,
                end=start + 1.5,
                audio=b"planted audio",
            )
            assert utterance is not None
            await self.store.complete_utterance(
                session, utterance.id, HeardText(text=words, confidence=0.9), model=model
            )
        return utterance.id

    async def draft(self, *lines: DraftStatement) -> int:
        async with self.clinic.database.transaction() as session:
            return await self.store.save_draft(session, self.visit.id, lines)

    async def note(self) -> EncounterNote:
        async with self.clinic.database.transaction() as session:
            return await self.store.note_for(session, self.doctor, self.visit.id)

    async def save(
        self, version: int, *lines: StatementEdit, dismissed: tuple[str, ...] = ()
    ) -> EncounterNote:
        edits = NoteEdits(statements=lines, dismissed_keys=dismissed)
        async with self.clinic.database.transaction() as session:
            return await self.store.save_note(session, self.doctor, self.visit.id, version, edits)

    async def sign(self, version: int, *, all_read: bool = True) -> EncounterNote:
        async with self.clinic.database.transaction() as session:
            return await self.store.sign_note(session, self.doctor, self.visit.id, version, all_read=all_read)

    async def addend(self, words: str, who: Actor | None = None) -> Addendum:
        async with self.clinic.database.transaction() as session:
            return await self.store.add_addendum(session, who or self.doctor, self.visit.id, words)
