"""Figures of the whole service with a real browser: joining a visit, and coming back after an outage."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from playwright.async_api import Page, expect

from app.demo.client import DemoPerson
from app.demo.consult import prepare
from app.demo.people import PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from bench.media.results import Row, keep, percentile, row
from media.simulated import SimulatedParticipant
from tests.journeys import steps
from tests.journeys.browsers import person
from tests.journeys.clinic import Clinic
from tests.journeys.coming_back import call, clinic_behind
from tests.journeys.steps import hook

OUTAGE_S = 5.0
SETTLE_S = 4.0
LEAST_JOINS = 20  # below that a 95th percentile is the worst

# Runs in the page from before its first script: the clock of the last click on "join", and of the first picture.
_CLOCK = """
(() => {
  let clicked = null;
  window.joined = null;
  addEventListener("click", (event) => {
    if (event.target.closest("[data-testid=device-check-done]")) { clicked = performance.now(); watch(); }
  }, true);
  const watch = () => {
    for (const video of document.querySelectorAll("[data-testid=remote-video]"))
      if (video.getVideoPlaybackQuality().totalVideoFrames > 0) { window.joined = performance.now() - clicked; return; }
    setTimeout(watch, 4);
  };
})();
"""


@asynccontextmanager
async def _visit_with_patient(clinic: Clinic) -> AsyncIterator[tuple[Page, UUID]]:
    """A doctor's browser in a visit where the (simulated) patient is in the room and sends."""
    visit = await prepare(clinic.url)
    async with (
        DemoPerson.signed_in(clinic.url, SIMULATED_PATIENT.email, PASSWORD) as link,
        person(clinic.url) as doctor,
    ):
        await doctor.context.add_init_script(_CLOCK)
        await steps.sign_in(doctor, SIMULATED_DOCTOR.email)
        await steps.check_devices(doctor, visit)
        await steps.agree(doctor)
        await link.enter(visit)
        await link.tell("lobby.ready", {"camera": True, "microphone": True, "speaker": True})
        await doctor.locator(".admit-button").click()
        await link.see("patient", "admitted")
        patient = SimulatedParticipant(link.offer)
        try:
            await patient.join()
            await link.tell("media.state", {"microphone": True, "camera": True})
            await steps.sees_the_other(doctor)
            yield doctor, visit
        finally:
            await patient.leave()


async def _joined(doctor: Page, visit: UUID) -> float:
    """Seconds from the click that enters the room to the first decoded picture, in a tab that has never been there."""
    page = await doctor.context.new_page()
    try:
        await page.goto(f"/visits/{visit}")
        await expect(hook(page, "local-preview")).to_be_visible(timeout=30_000)
        await hook(page, "speaker-test").click()
        await hook(page, "speaker-heard").click()
        await asyncio.sleep(1.0)  # a person reads the page
        await hook(page, "device-check-done").click()
        await page.wait_for_function("() => window.joined !== null", timeout=30_000, polling=100)
        return float(await page.evaluate("window.joined")) / 1000
    finally:
        await page.close()


async def join(runs: int) -> list[Row]:
    """Each time a new tab of a signed-in doctor."""
    with tempfile.TemporaryDirectory(prefix="bench-visit-") as folder:
        clinic = Clinic(Path(folder) / "var")
        await asyncio.to_thread(clinic.start)
        try:
            async with _visit_with_patient(clinic) as (doctor, visit):
                first = await doctor.context.new_page()
                await doctor.close()
                found = [await _joined(first, visit) for _ in range(max(runs, LEAST_JOINS))]
        finally:
            await asyncio.to_thread(clinic.stop)
    p95 = percentile(found, 0.95)
    rows = [
        row(
            f"join: click to first remote picture, p95 of {len(found)}", p95, None, "s", "<= 1.5", p95 <= 1.5
        ),
        row("  join: median", statistics.median(found), None, "s", "", None),
        row("  join: runs", len(found), None, "", "", None),
    ]
    keep(rows, {"join": found})
    return rows


async def outage(runs: int) -> list[Row]:
    """A patient's browser loses its network for five seconds and has another one afterwards: new addresses, and every
    connection of before is dead without a word. Back: both sides decode new pictures and sound."""
    found: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-visit-") as folder:
        async with clinic_behind(Path(folder) / "var") as (clinic, network), call(clinic, network) as talk:
            for _ in range(runs):
                found.append(await talk.outage(OUTAGE_S))
                await asyncio.sleep(SETTLE_S)
            offers = len(talk.offers)
    both = [max(pair) for pair in found]
    name, p95 = "5 s outage, address changed: media back on both sides", percentile(both, 0.95)
    rows = [
        row(f"{name}, p95", p95, None, "s", "<= 3", p95 <= 3),
        row("  outage: median", statistics.median(both), None, "s", "", None),
        row("  outage: runs", len(both), None, "", "", None),
        row("  outage: offers of the other side (no renegotiation is 1)", offers, None, "", "1", offers == 1),
    ]  # fmt: skip
    keep(rows, {"outage": {"doctor": [one for one, _ in found], "patient": [other for _, other in found]}})
    return rows
