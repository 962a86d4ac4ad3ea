"""The call comes back by itself: another network, a reloaded tab, a killed server. Figures: bench, not here."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from app.demo.client import DemoPerson
from app.demo.people import PASSWORD, SIMULATED_DOCTOR
from media.simulated import SimulatedParticipant
from tests.journeys.coming_back import Call, call, clinic_behind
from tests.journeys.steps import hook

pytestmark = pytest.mark.usefixtures("chromium")


async def test_a_call_comes_back_and_the_other_side_negotiates_nothing(tmp_path: Path) -> None:
    async with clinic_behind(tmp_path / "var") as (clinic, network), call(clinic, network) as talk:
        await reloaded_tab(talk)  # first: on Linux Chromium takes a dead connection of its pool for the page
        await another_network(talk)
        assert len(talk.offers) == 1
        assert talk.doctor.connected
        await killed_server(talk)


async def another_network(talk: Call) -> None:
    """Five seconds of nothing, then other addresses; meanwhile each side is told."""
    outage = asyncio.create_task(talk.outage(5.0))
    await expect(hook(talk.patient, "connection-state")).to_contain_text("Reconnecting")
    doctor, patient = await outage
    print(f"another network: the doctor sees after {doctor:.2f} s, the patient after {patient:.2f} s")
    states = {person["role"]: person["media"] for person in talk.link.state["participants"]}
    assert states["doctor"] == "connected"
    await expect(hook(talk.patient, "connection-state")).to_have_attribute("data-media", "connected")


async def reloaded_tab(talk: Call) -> None:
    """Muted before, muted after, and no device check in between."""
    await hook(talk.patient, "toggle-microphone").click()
    await expect(hook(talk.patient, "toggle-microphone")).to_contain_text("Unmute")
    began = time.monotonic()
    await talk.patient.reload(wait_until="commit")
    await talk.flows()
    print(f"reloaded: both see again after {time.monotonic() - began:.2f} s")
    await expect(hook(talk.patient, "toggle-microphone")).to_contain_text("Unmute")
    assert await hook(talk.patient, "device-check").count() == 0


async def killed_server(talk: Call) -> None:
    """The supervisor starts `serve` again. The simulated doctor comes back by hand, the browser by itself."""
    visit = talk.link.state["visit_id"]
    former = talk.clinic.kill("serve")
    await asyncio.to_thread(talk.clinic.wait_for_another, "serve", former)
    began = time.monotonic()
    async with DemoPerson.signed_in(talk.clinic.url, SIMULATED_DOCTOR.email, PASSWORD) as link:
        await link.enter(visit)
        doctor = SimulatedParticipant(link.offer)
        try:
            await doctor.join()
            again = Call(talk.clinic, talk.network, talk.patient, doctor, link, [])
            await again.doctor_sees()
            await again.patient_sees()
        finally:
            await doctor.leave()
    print(f"serve killed: both see again {time.monotonic() - began:.2f} s after it listens")
