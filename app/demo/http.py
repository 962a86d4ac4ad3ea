"""The demo's two routes; they exist only with `--demo`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from access import Access, Actor, CareRelationships, Permission, actor_of
from app.demo.people import PASSWORD, SHOWN, SIMULATED_DOCTOR, SIMULATED_PATIENT, Person
from clinical_store import PURPOSES, ClinicalStore, ParticipantState
from core.errors import NotFound, TooManyRequests
from core.http import PUBLIC, Call, route

MOST_CONSULTS = 2  # at once: each is two WebRTC clients that encode video on this machine
LENGTH = timedelta(minutes=15)


class DemoBusy(TooManyRequests):
    code = "demo_busy"
    title = "Two demo consults are already running"
    next_step = "Watch one of them, or wait two minutes."


class DemoAccount(BaseModel):
    """One card of the sign-in page."""

    email: str
    role: str
    display_name: str
    password: str


class DemoView(BaseModel):
    """What the sign-in page of a demo clinic shows."""

    accounts: list[DemoAccount]


class DemoConsultRequest(BaseModel):
    """`play` false only prepares the visit; the command line then holds the consult itself."""

    play: bool = True


class DemoConsultView(BaseModel):
    visit_id: UUID


class DemoHttp:
    """`origin`: where the simulated participants find this server."""

    def __init__(self, store: ClinicalStore, care: CareRelationships, access: Access, origin: str) -> None:
        self._store = store
        self._care = care
        self._access = access
        self._origin = origin
        self._playing: set[asyncio.Task[None]] = set()

    @route("GET", "/api/demo", permission=PUBLIC, summary="The demo accounts", response=DemoView)
    async def accounts(self, call: Call[None, None]) -> DemoView:
        return DemoView(accounts=[_account(person) for person in SHOWN])

    @route(
        "POST",
        "/api/demo/consult",
        permission=Permission.DEMO_CONSULT_START,
        summary="Two simulated participants hold the demo consult in a new visit of yours",
        body=DemoConsultRequest,
        response=DemoConsultView,
        status=201,
        errors=(DemoBusy,),
    )
    async def consult(self, call: Call[DemoConsultRequest, None]) -> DemoConsultView:
        if call.body.play and len(self._playing) >= MOST_CONSULTS:
            raise DemoBusy
        visit_id = await self._prepare(call.session, actor_of(call), call)
        if call.body.play:
            self._play_after_commit(visit_id)
        return DemoConsultView(visit_id=visit_id)

    async def _prepare(
        self, session: AsyncSession, actor: Actor, call: Call[DemoConsultRequest, None]
    ) -> UUID:
        """A visit of the doctor who asks, with a simulated colleague who holds it and a simulated patient."""
        colleague = await self._id_of(session, SIMULATED_DOCTOR)
        patient = await self._care.own_record(session, await self._id_of(session, SIMULATED_PATIENT))
        if patient is None:
            raise NotFound
        now = call.clock.now()
        visit = await self._store.create_visit(
            session,
            patient_id=patient,
            doctor_account_id=actor.account_id,
            starts_at=now,
            ends_at=now + LENGTH,
            reason="Demo consult",
        )
        for doctor in (actor.account_id, colleague):
            await self._care.grant(session, doctor, patient, visit.id)
        await self._let_watch(session, actor, visit.id)
        await self._admit_colleague(session, colleague, visit.id)
        return visit.id

    async def _let_watch(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None:
        """Whoever starts the demo agrees to it by that click; they send no picture and no sound."""
        watcher = await self._store.join_visit(session, actor, visit_id)
        for purpose in PURPOSES:
            await self._store.set_consent(session, actor, watcher.id, purpose, True, "demo")

    async def _admit_colleague(self, session: AsyncSession, colleague: UUID, visit_id: UUID) -> None:
        account = (await self._access.accounts_by_id(session, [colleague]))[colleague]
        # An actor without a session: it exists for this transaction only.
        seat = await self._store.join_visit(session, Actor.of(account, UUID(int=0)), visit_id)
        await self._store.set_participant_state(session, seat.id, ParticipantState.ADMITTED)

    async def _id_of(self, session: AsyncSession, person: Person) -> UUID:
        account = await self._access.account_with_email(session, person.email)
        if account is None:
            raise NotFound
        return account.id

    def _play_after_commit(self, visit_id: UUID) -> None:
        """The participants sign in seconds from now, long after this request's commit; they retry until then."""
        task = asyncio.create_task(_play(self._origin, visit_id), name="demo-consult")
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def close(self) -> None:
        for task in list(self._playing):
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)


async def _play(origin: str, visit_id: UUID) -> None:
    """Two WebRTC clients encode and decode: they have a process of their own, never this loop."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "demo-consult", "--url", origin, "--visit", str(visit_id),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.wait_for(process.wait(), LENGTH.total_seconds())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _account(person: Person) -> DemoAccount:
    return DemoAccount(email=person.email, role=person.role, display_name=person.name, password=PASSWORD)
