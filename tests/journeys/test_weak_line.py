"""A patient on a line that carries no picture: sound alone by hand, stills, lean sound upward, the telephone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from app.demo.client import DemoPerson
from app.demo.consult import prepare
from app.demo.people import PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import tone
from tests.journeys import steps
from tests.journeys.browsers import PHONE, person
from tests.journeys.clinic import Clinic
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check
from tools.impairer import Impairer, Profile, impair_page

__all__ = ["axe"]

pytestmark = pytest.mark.usefixtures("chromium")

NUMBER = "+44 20 7946 0018"
PATIENCE = 90_000  # ms; down takes seconds, up half a minute, and the machine is busy
NARROW = Profile(rate_bps=40_000, queue_bytes=4_096)

KEEP_PEERS = """window.__peers = [];
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...given) { super(...given); window.__peers.push(this); }
  };"""


@dataclass
class Talk:
    """The patient is a page behind `lines`, the doctor simulated on a good line."""

    url: str
    visit: UUID
    patient: Page
    lines: list[Impairer]
    doctor: SimulatedParticipant

    async def arrives_as(self, *rungs: str) -> None:
        """Wait until the patient reads that the doctor arrives so; "" is in full."""
        shown = "|".join(rungs)
        await expect(hook(self.patient, "tile-arrival")).to_have_attribute(
            "data-rung", re.compile(f"^({shown})$"), timeout=PATIENCE
        )


@asynccontextmanager
async def talking(clinic: Clinic) -> AsyncIterator[Talk]:
    visit, lines = await prepare(clinic.url), list[Impairer]()
    async with (
        DemoPerson.signed_in(clinic.url, SIMULATED_DOCTOR.email, PASSWORD) as link,
        person(clinic.url, viewport=PHONE) as patient,
    ):
        patient.set_default_timeout(60_000)
        await impair_page(patient, lines.append)
        await patient.add_init_script(KEEP_PEERS)
        await steps.sign_in(patient, SIMULATED_PATIENT.email)
        await steps.check_devices(patient, visit)
        await link.enter(visit)
        waiting = await link.see("patient", "waiting")
        await link.tell("lobby.admit", {"participant_id": waiting["id"]})
        await steps.agree(patient)
        doctor = SimulatedParticipant(link.offer)
        try:
            await doctor.join()
            await link.tell("media.state", {"microphone": True, "camera": True})
            doctor.say(tone(600))
            await steps.sees_the_other(patient)
            yield Talk(clinic.url, visit, patient, lines, doctor)
        finally:
            await doctor.leave()
            for line in lines:
                await line.close()


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    clinic = Clinic(tmp_path / "var", extra={"CONSULTROOM_CLINIC_PHONE": NUMBER})
    await asyncio.to_thread(clinic.start)
    try:
        async with talking(clinic) as talk:
            yield talk
    finally:
        await asyncio.to_thread(clinic.stop)


async def test_a_line_of_40_kbit_keeps_the_sound_shows_stills_and_leads_to_the_phone(
    talk: Talk, axe: str
) -> None:
    patient = talk.patient
    await by_hand(talk, axe)
    talk.lines[-1].set(NARROW)
    still = hook(patient, "still-picture")
    await expect(still).to_be_visible(timeout=PATIENCE)
    await talk.arrives_as("stills")
    await expect(hook(patient, "departures")).to_contain_text("one small picture a second", timeout=PATIENCE)
    first = await still.get_attribute("src")
    await expect(still).not_to_have_attribute("src", first or "", timeout=PATIENCE)
    await expect(hook(patient, "tile-arrival")).to_contain_text("to keep the sound clear", timeout=PATIENCE)
    assert await sound_packets_a_second(patient) < 25  # 50 in packets of 20 ms
    heard = talk.doctor.received[0].audio
    await asyncio.sleep(2.0)  # real time: a real person's sound
    assert talk.doctor.received[0].audio >= heard + 20
    await check(patient, axe)
    await by_phone(talk, axe)


async def sound_packets_a_second(page: Page) -> float:
    return float(
        await page.evaluate(
            """async () => {
                 const sent = async () => [...(await window.__peers.at(-1).getStats()).values()]
                   .filter((stat) => stat.type === 'outbound-rtp' && stat.kind === 'audio')
                   .reduce((sum, stat) => sum + stat.packetsSent, 0);
                 const [began, before] = [performance.now(), await sent()];
                 await new Promise((resolve) => setTimeout(resolve, 3000));
                 return (await sent() - before) * 1000 / (performance.now() - began);
               }"""
        )
    )


async def by_hand(talk: Talk, axe: str) -> None:
    """Sound only, and back."""
    patient = talk.patient
    await hook(patient, "view-menu").click()
    await hook(patient, "view-audio_only").click()
    await talk.arrives_as("audio_only")
    await check(patient, axe)
    await expect(hook(patient, "tile-arrival")).to_contain_text("as you chose", timeout=PATIENCE)
    await hook(patient, "view-auto").click()
    await talk.arrives_as("full", "stills")  # a busy machine is a weak line
    await patient.keyboard.press("Escape")


async def by_phone(talk: Talk, axe: str) -> None:
    """Asked for by hand; both see number and reference, a reload keeps them, the doctor takes it back."""
    patient = talk.patient
    await hook(patient, "view-menu").click()
    await hook(patient, "phone-by-hand").click()
    await expect(hook(patient, "phone-number")).to_have_text(NUMBER, timeout=PATIENCE)
    reference = (await hook(patient, "phone-reference").inner_text()).replace(" ", "")
    await check(patient, axe)
    await patient.reload()
    await expect(hook(patient, "phone-reference")).to_be_visible(timeout=PATIENCE)
    # Once more in: the first link of a doctor in this busy process may have been given up by the room.
    async with DemoPerson.signed_in(talk.url, SIMULATED_DOCTOR.email, PASSWORD) as doctor:
        await doctor.enter(talk.visit)
        await doctor.see("doctor", "admitted")
        assert doctor.state["phone"]["reference"] == reference
        await doctor.tell("visit.phone_end", {})
        await expect(hook(patient, "phone-continued")).to_be_hidden(timeout=PATIENCE)
        await doctor.tell("visit.phone", {})
        await doctor.tell("room.end", {})
    await patient.goto("/")
    await expect(hook(patient, "phone-tag").first).to_contain_text(
        f"{reference[:3]} {reference[3:]}", timeout=PATIENCE
    )
