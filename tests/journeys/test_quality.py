"""A patient on a bad line: checked through the relay before the call, named on both sides in it, kept after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.integration.turn_config.coturn import SECRET, coturn, needs_coturn
from tests.journeys import steps
from tests.journeys.browsers import PHONE, person
from tests.journeys.clinic import Clinic
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check
from tools.impairer import Impairer, Profile, impair_page

__all__ = ["axe"]

pytestmark = needs_coturn
PATIENCE = 60_000  # ms: windows are five seconds, and the machine is busy
NARROW = Profile(rate_bps=80_000, queue_bytes=8_192)
LOSSY = Profile(loss=0.15)


@pytest.fixture
async def lines() -> AsyncIterator[list[Impairer]]:
    """The bad lines of this test, newest last; closed at its end."""
    made: list[Impairer] = []
    yield made
    for line in made:
        await line.close()


@pytest.fixture
async def relayed(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic with a relay of its own."""
    async with coturn(tmp_path) as relay:
        secret = tmp_path / "turn-secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        urls = f'["{relay.urls["udp"]}"]'
        clinic = Clinic(
            tmp_path / "var",
            extra={"CONSULTROOM_TURN_URLS": urls, "CONSULTROOM_TURN_SECRET_FILE": str(secret)},
        )
        await asyncio.to_thread(clinic.start)
        yield clinic
        await asyncio.to_thread(clinic.stop)


async def check_is_done(page: Page) -> str:
    """The way it took."""
    found = hook(page, "line-check")
    await expect(found).to_have_attribute("data-state", "done", timeout=PATIENCE)
    return await found.get_attribute("data-path") or ""


async def check_through_the_relay(page: Page) -> None:
    """A relay that does not answer within eight seconds is passed over; on a busy machine it may need another try."""
    for _ in range(3):
        if await check_is_done(page) == "relay":
            return
        await hook(page, "line-check-again").click()
        await expect(hook(page, "line-check")).to_have_attribute("data-state", "running")
    raise AssertionError(await hook(page, "line-check").inner_text())


async def keep_nothing(page: Page) -> None:
    """Agree to neither recording nor transcript: lines are what this is about."""
    await hook(page, "consent-accept").click()
    await expect(hook(page, "consent-accept")).to_be_hidden()


async def test_a_bad_line_is_seen_before_in_and_after_the_call(
    relayed: Clinic, lines: list[Impairer], chromium: Path, axe: str
) -> None:
    async with person(relayed.url, viewport=PHONE) as patient, person(relayed.url) as doctor:
        await impair_page(patient, lines.append)
        await steps.sign_in(patient, "patient@demo.clinic")
        visit = await steps.book(patient, "Check-up")
        await patient.goto(f"/visits/{visit}")
        await check_through_the_relay(patient)

        # Worse, and checked again: the doctor knows before opening the door.
        made = len(lines)
        await hook(patient, "line-check-again").click()
        while len(lines) == made:
            await asyncio.sleep(0.05)
        lines[-1].set(NARROW)
        await check_is_done(patient)
        await expect(hook(patient, "line-check")).to_have_attribute("data-verdict", "weak")
        await check(patient, axe)
        await hook(patient, "device-check-done").click()
        await steps.sign_in(doctor, "doctor@demo.clinic")
        await expect(hook(doctor, "line-tag")).to_contain_text("weak: sound only advised", timeout=PATIENCE)
        await doctor.goto(f"/visits/{visit}")
        await hook(doctor, "device-check-done").click()
        await keep_nothing(doctor)
        await expect(hook(doctor, "line-tag")).to_contain_text("weak: sound only advised")
        await doctor.locator(".admit-button").click()
        await keep_nothing(patient)
        await steps.sees_the_other(doctor)

        # What the patient sends is lost: each side is told its own part.
        lines[-1].set(up=LOSSY)
        notice, tile = hook(patient, "quality-notice"), hook(doctor, "tile-quality")
        await expect(notice).to_have_attribute("data-cause", "uplink_weak", timeout=PATIENCE)
        await expect(notice).to_contain_text("Move closer to your router")
        await expect(tile).to_have_attribute("data-cause", "uplink_weak", timeout=PATIENCE)
        await expect(tile).to_contain_text("The patient's connection is weak; what you hear may have gaps.")
        await expect(tile).not_to_have_attribute("data-quality", "excellent")
        await check(patient, axe)
        await check(doctor, axe)
        await steps.picture(patient, "weak-line-phone")
        await steps.picture(doctor, "weak-line")

        # It stays with the visit.
        await hook(doctor, "end-visit").click()
        await hook(doctor, "end-visit-confirm").click()
        await expect(hook(doctor, "visit-ended")).to_be_visible()
        await doctor.goto(f"/visits/{visit}/note")
        history = hook(doctor, "call-quality")
        await expect(history).to_be_visible(timeout=PATIENCE)
        await expect(hook(doctor, "quality-episode").filter(has_text="Sending").first).to_contain_text(
            "Weak connection"
        )
        await expect(history).to_contain_text("Connection before the call: weak")
        await check(doctor, axe)
        await history.screenshot(path=steps.SCREENSHOTS / "call-quality.png", animations="disabled")
