"""A real room server on a real port, with real tickets, sessions and records; only the media plane is a fake."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from sqlalchemy.ext.asyncio import AsyncSession

from access import Access, Actor, CareRelationships, PasswordHashing, Role, RoomTickets
from clinical_store import ClinicalStore, Visit
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import LOCK_TIMEOUT, STATEMENT_TIMEOUT, Database
from core.errors import ServiceError, Unavailable
from core.http import build_app
from core.ids import new_id
from signaling import OneNode, RoomServer, TicketDesk
from signaling.events import MediaReport
from signaling.ports import Places, SwitchedOn
from tests.integration.signaling.client import ORIGIN, RoomClient

PASSWORD = "planted password of the clinic"


class BadOffer(ServiceError):
    """media.MalformedOffer, which signaling may not import."""

    code = "malformed_offer"
    status = 422


@dataclass
class FakeMedia:
    """The port MediaPlane: keeps who is connected and what is tapped. An offer without "v=0" is malformed."""

    offers: dict[UUID, str] = field(default_factory=dict)
    taps: dict[UUID, tuple[bool, bool]] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)

    async def connect(self, visit_id: UUID, participant_id: UUID, offer: str) -> str:
        if not offer.startswith("v=0"):
            raise BadOffer
        self.offers[participant_id] = offer
        return "v=0 answer"

    async def add_candidate(self, visit_id: UUID, participant_id: UUID, candidate: str, sdp_mid: str) -> None:
        self.candidates.append(candidate)

    async def disconnect(self, visit_id: UUID, participant_id: UUID) -> None:
        self.offers.pop(participant_id, None)
        self.taps.pop(participant_id, None)

    def seats(self, visit_id: UUID, participant_id: UUID) -> Mapping[UUID, int]:
        others = [other for other in self.offers if other != participant_id]
        return {other: seat for seat, other in enumerate(others)} if participant_id in self.offers else {}

    def tap(self, visit_id: UUID, participant_id: UUID, *, record: bool, transcribe: bool) -> None:
        self.taps[participant_id] = (record, transcribe)

    async def close_room(self, visit_id: UUID) -> None:
        self.closed.append(visit_id)
        self.offers.clear()


@dataclass(frozen=True)
class Judged:
    score: int = 99
    level: str = "excellent"
    cause: str | None = None


@dataclass(frozen=True)
class Assessed:
    up: Judged = Judged()
    down: Judged = Judged()


@dataclass
class FakeQuality:
    """The port CallQuality: everybody asked about is fine, except those in `bad`."""

    bad: dict[UUID, Assessed] = field(default_factory=dict)
    reports: dict[UUID, MediaReport] = field(default_factory=dict)
    asked: list[float] = field(default_factory=list)
    forgotten: list[UUID] = field(default_factory=list)

    def report(self, visit_id: UUID, participant_id: UUID, report: MediaReport) -> None:
        self.reports[participant_id] = report

    def assess(
        self, visit_id: UUID, people: Mapping[UUID, SwitchedOn], seconds: float
    ) -> Mapping[UUID, Assessed]:
        self.asked.append(seconds)
        return {who: self.bad.get(who, Assessed()) for who in people}

    def forget(self, visit_id: UUID) -> None:
        self.forgotten.append(visit_id)


@dataclass
class FakeLadder:
    """The port Ladder: the choices it was told, and the rungs a test puts in."""

    chosen: dict[UUID, str] = field(default_factory=dict)
    received: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    shown: list[tuple[UUID, int]] = field(default_factory=list)
    asked: dict[UUID, int] = field(default_factory=dict)

    def choose(self, visit_id: UUID, viewer_id: UUID, choice: str) -> None:
        self.chosen[viewer_id] = choice

    def rungs(self, viewer_id: UUID) -> Mapping[UUID, int]:
        return self.received.get(viewer_id, {})

    def sending(self, participant_id: UUID) -> int:
        return self.asked.get(participant_id, 2)

    def still_shown(self, viewer_id: UUID, number: int) -> None:
        self.shown.append((viewer_id, number))


@dataclass
class Flows:
    """The port RoomEvents."""

    ended: list[UUID] = field(default_factory=list)
    fails: bool = False

    async def on_visit_ended(self, session: AsyncSession, visit_id: UUID) -> None:
        if self.fails:
            raise RuntimeError("planted failure")
        self.ended.append(visit_id)


class UncertainDatabase(Database):
    """`fails`: so many transactions from now on find no server. `held`: while cleared, they wait for one."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.fails = 0
        self.held = asyncio.Event()
        self.held.set()

    @asynccontextmanager
    async def transaction(
        self, *, lock_timeout: timedelta = LOCK_TIMEOUT, statement_timeout: timedelta = STATEMENT_TIMEOUT
    ) -> AsyncIterator[AsyncSession]:
        if self.fails:
            self.fails -= 1
            raise Unavailable(retry_after=1)
        await self.held.wait()
        async with super().transaction(
            lock_timeout=lock_timeout, statement_timeout=statement_timeout
        ) as session:
            yield session


@dataclass
class House:
    """The clinic and its room server."""

    database: Database
    rooms_database: UncertainDatabase
    clock: ManualClock
    access: Access
    care: CareRelationships
    store: ClinicalStore
    tickets: RoomTickets
    media: FakeMedia
    flows: Flows
    stack: AsyncExitStack
    places: Places = field(default_factory=OneNode)
    quality: FakeQuality = field(default_factory=FakeQuality)
    ladder: FakeLadder = field(default_factory=FakeLadder)
    clinic_phone: str = "+44 20 7946 0018"
    rooms: RoomServer = field(init=False)
    url: str = field(init=False)

    async def start(self) -> None:
        """A `serve` process begins; after `stop` it is a new one with empty memory."""
        self.rooms = RoomServer(
            database=self.rooms_database,
            clock=self.clock,
            record=self.store,
            tickets=self.tickets,
            sessions=self.access,
            media=self.media,
            events=self.flows,
            origins=[ORIGIN],
            desk=TicketDesk(self.tickets, lambda _who, _now: (), self.places, self.clock, seats=3),
            quality=self.quality,
            ladder=self.ladder,
            clinic_phone=self.clinic_phone,
        )
        app = build_app([], database=self.database, clock=self.clock, authenticate=self.access.authenticate)
        self.rooms.attach(app)
        self.server = TestServer(app)
        await self.server.start_server()
        self.url = str(self.server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        await self.rooms.close()
        await self.server.close()

    async def person(self, role: Role, name: str) -> Actor:
        """Somebody with an account, signed in."""
        email = f"{new_id().hex}@clinic.example"
        async with self.database.transaction() as session:
            await self.access.create_account(session, email, PASSWORD, role, name)
        actor, _ = await self.access.sign_in(email, PASSWORD, f"192.0.2.{new_id().int % 250}")
        return actor

    async def consult(self) -> "Consult":
        """A visit in five minutes."""
        doctor = await self.person(Role.DOCTOR, "Dr. Amara Planted")
        patient = await self.person(Role.PATIENT, "Maria Planted")
        patient_id, starts_at = new_id(), self.clock.now() + timedelta(minutes=5)
        async with self.database.transaction() as session:
            await self.store.create_patient(
                session,
                patient_id=patient_id,
                account_id=patient.account_id,
                name="Maria Planted",
                date_of_birth=date(1984, 2, 29),
                sex="female",
            )
            visit = await self.store.create_visit(
                session,
                patient_id=patient_id,
                doctor_account_id=doctor.account_id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=15),
                reason="planted complaint",
            )
            await self.care.grant(session, doctor.account_id, patient_id, visit.id)
        return Consult(self, doctor, patient, visit)

    async def client(self, *, origin: str | None = ORIGIN) -> RoomClient:
        """A connection in no room; closed when the test ends."""
        return await self.stack.enter_async_context(RoomClient(self.url, origin=origin))

    async def visit(self, visit_id: UUID) -> Visit:
        async with self.database.transaction() as session:
            return await self.store.visit(session, visit_id)


@dataclass
class Consult:
    """A visit and its two people."""

    house: House
    doctor: Actor
    patient: Actor
    visit: Visit

    def ticket(self, actor: Actor) -> str:
        return self.house.tickets.issue(actor, self.visit.id)[0]

    async def enter(self, actor: Actor) -> RoomClient:
        """A connection that joined the visit; its first room.state is used up and kept as `state`."""
        client = await self.house.client()
        self.state = await client.join(self.ticket(actor), self.visit.id)
        return client

    async def call(self) -> tuple[RoomClient, RoomClient]:
        """Doctor and patient, both in the call."""
        doctor, patient = await self.enter(self.doctor), await self.enter(self.patient)
        await patient.must("lobby.ready", {"camera": True, "microphone": True, "speaker": True})
        await doctor.must("lobby.admit", {"participant_id": self.state["me"]})
        await doctor.event("room.state", in_progress)
        await patient.event("room.state", in_progress)
        return doctor, patient


def in_progress(state: dict[str, Any]) -> bool:
    return bool(state["status"] == "in_progress")


@pytest.fixture
async def house(
    database: Database, database_url: str, keyring: Keyring, manual_clock: ManualClock
) -> AsyncIterator[House]:

    uncertain = UncertainDatabase(database_url)
    passwords = PasswordHashing()
    access = Access(database, keyring, manual_clock, passwords=passwords)
    care = CareRelationships(database, manual_clock)
    async with AsyncExitStack() as stack:
        house = House(
            database,
            uncertain,
            manual_clock,
            access,
            care,
            ClinicalStore(keyring, care, access, manual_clock),
            RoomTickets(access, generate_private_key(SECP256R1()), manual_clock),
            FakeMedia(),
            Flows(),
            stack,
        )
        await house.start()
        yield house
        uncertain.held.set()  # a test that failed may have left messages waiting
        await stack.aclose()
        await house.stop()
    await uncertain.close()
    passwords.close()


@pytest.fixture
async def consult(house: House) -> Consult:
    return await house.consult()
