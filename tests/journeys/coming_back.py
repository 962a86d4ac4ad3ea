"""A call between a real browser and a simulated doctor, and how long it takes until both see and hear again.

Also what `bench/media` drives: `python -m tests.journeys.coming_back --runs 10`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from app.demo.client import DemoPerson
from app.demo.consult import prepare
from app.demo.people import PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from media.simulated import SimulatedParticipant
from tests.journeys import steps
from tests.journeys.browsers import person
from tests.journeys.clinic import Clinic, free_port
from tests.journeys.mobile_network import MobileNetwork, through

FRAMES = """() => [...document.querySelectorAll('[data-testid=remote-video]')]
    .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0)"""
MORE = f"(before) => {{ const sum = ({FRAMES})(); return sum < before || sum > before + 2; }}"


@dataclass
class Call:
    """`patient` is a page behind `network`; `doctor` a simulated one with a good line, who must not renegotiate."""

    clinic: Clinic
    network: MobileNetwork
    patient: Page
    doctor: SimulatedParticipant
    link: DemoPerson
    offers: list[float]
    """When the doctor's side negotiated (monotonic seconds)."""

    async def flows(self, within: float = 60.0) -> None:
        """Both see the other's picture move and hear sound."""
        await asyncio.gather(self.doctor_sees(within), self.patient_sees(within))

    async def doctor_sees(self, within: float = 60.0) -> None:
        """Pictures and sound decoded after this moment."""
        seen, heard = self.doctor.received[0].video, self.doctor.received[0].audio
        await until(
            lambda: self.doctor.received[0].video > seen + 2 and self.doctor.received[0].audio > heard + 5,
            within,
        )

    async def patient_sees(self, within: float = 60.0) -> None:
        before = int(await self.patient.evaluate(FRAMES))
        await self.patient.wait_for_function(MORE, arg=before, timeout=within * 1000, polling=50)

    async def back_after(self, again: Callable[[], object]) -> tuple[float, float]:
        """Seconds from `again()` until the doctor, and the patient, has new pictures (and sound)."""
        again()
        began = time.monotonic()

        async def clocked(seen: asyncio.Task[None]) -> float:
            await seen
            return time.monotonic() - began

        async with asyncio.TaskGroup() as both:
            one = both.create_task(clocked(both.create_task(self.doctor_sees())))
            two = both.create_task(clocked(both.create_task(self.patient_sees())))
        return one.result(), two.result()

    async def outage(
        self, seconds: float, *, renumbered: bool = False, media_only: bool = False
    ) -> tuple[float, float]:
        """Of the patient's network, which comes back as another one, or `renumbered`; or of its UDP alone."""
        self.network.lose(media_only=media_only)
        await asyncio.sleep(seconds)  # the outage itself
        again = self.network.come_back_renumbered if renumbered else self.network.come_back
        return await self.back_after(again)


async def until(condition: Callable[[], bool], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)  # frames of another process


@asynccontextmanager
async def clinic_behind(folder: Path) -> AsyncIterator[tuple[Clinic, MobileNetwork]]:
    """A clinic, and a person's network before it; the page's origin is the network's."""
    own = free_port()
    clinic = Clinic(folder)
    origins = f'["http://127.0.0.1:{own}", "{clinic.url}"]'
    clinic.extra["CONSULTROOM_PUBLIC_ORIGINS"] = origins
    await asyncio.to_thread(clinic.start)
    try:
        async with through(clinic.port, own) as network:
            yield clinic, network
    finally:
        await asyncio.to_thread(clinic.stop)


@asynccontextmanager
async def call(clinic: Clinic, network: MobileNetwork) -> AsyncIterator[Call]:
    """Waiting room, admission, and pictures both ways."""
    visit = await prepare(clinic.url)
    async with (
        DemoPerson.signed_in(clinic.url, SIMULATED_DOCTOR.email, PASSWORD) as link,
        person(network.url) as patient,
    ):
        await network.lead(patient)
        await steps.sign_in(patient, SIMULATED_PATIENT.email)
        await steps.check_devices(patient, visit)
        await link.enter(visit)
        waiting = await link.see("patient", "waiting")
        await link.tell("lobby.admit", {"participant_id": waiting["id"]})
        await steps.agree(patient)
        offers: list[float] = []

        async def connect(offer: str) -> str:
            offers.append(time.monotonic())
            return await link.offer(offer)

        doctor = SimulatedParticipant(connect)
        try:
            await doctor.join()
            talk = Call(clinic, network, patient, doctor, link, offers)
            await talk.flows()
            yield talk
        finally:
            await doctor.leave()


async def _measure(runs: int, seconds: float, renumbered: bool, media_only: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with clinic_behind(Path(folder) / "var") as (clinic, network), call(clinic, network) as talk:
            found = []
            for number in range(runs):
                found.append(await talk.outage(seconds, renumbered=renumbered, media_only=media_only))
                print(f"run {number}: doctor {found[-1][0]:.2f} s, patient {found[-1][1]:.2f} s", flush=True)
                await asyncio.sleep(3)  # let the connection settle as it would
            assert len(talk.offers) == 1
    both = sorted(max(pair) for pair in found)
    print(f"both back: median {both[len(both) // 2]:.2f} s, worst of {len(both)}: {both[-1]:.2f} s")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Media back after an outage with a change of address.")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--renumbered", action="store_true")
    options.add_argument("--media-only", action="store_true")
    given = options.parse_args()
    asyncio.run(_measure(given.runs, given.seconds, given.renumbered, given.media_only))
