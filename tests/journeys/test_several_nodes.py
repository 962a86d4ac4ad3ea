"""Two nodes, one call: where it is held, a wrong address, a node that drains, a node that is killed."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page
from socketio.exceptions import SocketIOError

from app.demo.client import DemoPerson
from app.demo.consult import prepare
from app.demo.people import PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from core.errors import ServiceError
from media.simulated import SimulatedParticipant
from tests.integration.signaling.client import RoomClient
from tests.journeys import steps
from tests.journeys.browsers import person
from tests.journeys.coming_back import FRAMES, MORE, until
from tests.journeys.nodes import Balancer, ServeNode, several_nodes

pytestmark = pytest.mark.usefixtures("chromium")


class SimulatedDoctor:
    """Comes back wherever the room is, as a browser does."""

    def __init__(self, link: DemoPerson, visit: UUID) -> None:
        self.link = link
        self._visit = visit
        self.media = SimulatedParticipant(link.offer)

    async def comes_back(self) -> None:
        await self.media.leave()
        async with asyncio.timeout(60):
            while True:
                with suppress(ServiceError, SocketIOError, ConnectionError, TimeoutError):
                    await self.link.come_back(self._visit)
                    self.media = SimulatedParticipant(self.link.offer)
                    await self.media.join()
                    return
                await asyncio.sleep(0.3)  # the other node is not dead for the clinic yet

    async def sees(self) -> None:
        seen = self.media.received[0].video
        await until(lambda: self.media.received[0].video > seen + 2)


async def test_a_call_moves_from_node_to_node(tmp_path: Path, database_url: str, redis_url: str) -> None:
    async with several_nodes(("a", "b"), tmp_path, database_url, redis_url) as clinic:
        visit = await prepare(clinic.url)
        async with (
            DemoPerson.signed_in(clinic.url, SIMULATED_DOCTOR.email, PASSWORD) as link,
            person(clinic.url) as patient,
        ):
            doctor = SimulatedDoctor(link, visit)
            try:
                await meet(doctor, patient, visit)
                await wrong_address(clinic, doctor, visit)
                await drained(clinic, doctor, patient)
                await killed(clinic, doctor, patient)
            finally:
                await doctor.media.leave()


async def meet(doctor: SimulatedDoctor, patient: Page, visit: UUID) -> None:
    await steps.sign_in(patient, SIMULATED_PATIENT.email)
    await steps.check_devices(patient, visit)
    await doctor.link.enter(visit)
    waiting = await doctor.link.see("patient", "waiting")
    await doctor.link.tell("lobby.admit", {"participant_id": waiting["id"]})
    await steps.agree(patient)
    await doctor.media.join()
    await both_see(doctor, patient)


async def both_see(doctor: SimulatedDoctor, patient: Page) -> None:
    before = int(await patient.evaluate(FRAMES))
    await asyncio.gather(
        doctor.sees(), patient.wait_for_function(MORE, arg=before, timeout=60_000, polling=50)
    )


def holder(clinic: Balancer, doctor: SimulatedDoctor) -> tuple[ServeNode, ServeNode]:
    """(the node that holds the room, the other)."""
    first, second = clinic.nodes
    return (first, second) if doctor.link.node_url == first.url else (second, first)


async def wrong_address(clinic: Balancer, doctor: SimulatedDoctor, visit: UUID) -> None:
    """The other node says where the room is, and the ticket is still good there."""
    here, other = holder(clinic, doctor)
    ticket = await doctor.link.post(f"/api/visits/{visit}/ticket", {})
    assert ticket["node_url"] == here.url
    auth = {"ticket": ticket["ticket"], "visit_id": str(visit)}
    async with RoomClient(other.url, origin=clinic.url) as client:
        refusal = await client.refused_join(auth)
    assert (refusal["code"], refusal["node_url"]) == ("room_elsewhere", here.url)
    async with RoomClient(here.url, origin=clinic.url) as client:
        await client.join(ticket["ticket"], visit)  # takes the doctor's place, who takes it back
    await doctor.comes_back()


async def drained(clinic: Balancer, doctor: SimulatedDoctor, patient: Page) -> None:
    """SIGTERM: both are sent to the other node; the draining one ends when they have gone."""
    here, other = holder(clinic, doctor)
    await both_see(doctor, patient)
    began = time.monotonic()
    here.send(signal.SIGTERM)
    await doctor.link.ended.wait()
    await doctor.comes_back()
    assert doctor.link.node_url == other.url
    await both_see(doctor, patient)
    print(f"drained: both see again after {time.monotonic() - began:.2f} s")
    assert await here.ended() == 0


async def killed(clinic: Balancer, doctor: SimulatedDoctor, patient: Page) -> None:
    """kill -9: the room is opened on the node that lives, once the other counts as dead."""
    here, other = holder(clinic, doctor)
    await other.start()
    began = time.monotonic()
    here.send(signal.SIGKILL)
    await doctor.link.ended.wait()
    await doctor.comes_back()
    assert doctor.link.node_url == other.url
    await both_see(doctor, patient)
    print(f"killed: both see again after {time.monotonic() - began:.2f} s")
