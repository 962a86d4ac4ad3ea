"""An interpreter by link, a file in the chat, a shared screen; each person in a browser context of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.journeys import steps
from tests.journeys.browsers import CHROMIUM, DESKTOP, PHONE, arguments
from tests.journeys.clinic import Clinic
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check

__all__ = ["axe"]
PATIENCE = 60_000
PHOTO = Path(__file__).parents[2] / "docs" / "screenshots" / "1-waiting-room.png"


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=arguments(None), headless=True
        )
        try:
            yield running
        finally:
            await running.close()


async def person(running: Browser, url: str, viewport: ViewportSize = DESKTOP) -> Page:
    """Somebody with cookies of their own."""
    context = await running.new_context(
        base_url=url, viewport=viewport, locale="en-GB", accept_downloads=True
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


async def enter(page: Page, visit: UUID) -> None:
    await steps.check_devices(page, visit)


async def call(running: Browser, url: str) -> tuple[Page, Page, UUID]:
    """Doctor and patient in the call, consent answered with no."""
    doctor, patient = await person(running, url), await person(running, url)
    await steps.sign_in(patient, "patient@demo.clinic")
    visit = await steps.book(patient, "A cough")
    await steps.sign_in(doctor, "doctor@demo.clinic")
    await enter(doctor, visit)
    await hook(doctor, "consent-accept").click()
    await enter(patient, visit)
    await doctor.locator(".admit-button").first.click()
    await hook(patient, "consent-accept").click()
    return doctor, patient, visit


async def test_an_interpreter_comes_by_link_and_goes_when_told(
    clinic: Clinic, chromium: Path, axe: str
) -> None:
    async with browser() as running:
        doctor, patient, _ = await call(running, clinic.url)
        await hook(doctor, "invite-open").click()
        await hook(doctor, "invite-name").fill("Ana Souza")
        await hook(doctor, "invite-make").click()
        link = await hook(doctor, "invitation-link").input_value()
        await check(doctor, axe)
        await steps.picture(doctor, "5-invite")
        await doctor.keyboard.press("Escape")

        guest = await person(running, clinic.url, PHONE)
        await guest.goto(link)
        await expect(hook(guest, "join-welcome")).to_be_visible()
        assert "#" not in guest.url  # not in the history, not in a screenshot
        await check(guest, axe)
        await steps.picture(guest, "5-invitation-phone")
        await hook(guest, "join-go").click()
        await expect(hook(guest, "local-preview")).to_be_visible()
        await hook(guest, "device-check-done").click()
        await expect(hook(guest, "waiting-room")).to_be_visible()
        await expect(doctor.get_by_text("Interpreter, waiting")).to_be_visible()
        await doctor.locator(".admit-button").first.click()
        await hook(guest, "consent-accept").click()
        await expect(doctor.locator("figcaption", has_text="Ana Souza")).to_contain_text("Interpreter")
        await expect(patient.locator("[data-testid=remote-video]")).to_have_count(2)
        await expect(hook(guest, "panel-transcript")).to_have_count(0)
        await expect(hook(guest, "file-attach")).to_have_count(0)
        await steps.say_in_chat(guest, "I am ready to interpret")
        await steps.open_panel(patient, "panel-chat")
        await expect(patient.get_by_text("I am ready to interpret")).to_be_visible()
        await check(guest, axe)
        await steps.picture(guest, "6-guest-phone")

        await guest.reload()  # the cookie is enough: the link is spent in this browser
        await expect(doctor.locator("figcaption", has_text="Ana Souza")).to_be_visible()
        await expect(guest.locator("[data-testid=chat-input]")).to_be_visible()

        await hook(doctor, "invite-open").click()
        await hook(doctor, "invitation-withdraw").first.click()
        await expect(hook(guest, "invitation-ended")).to_be_visible()
        await guest.goto(link)
        await expect(hook(guest, "join-refused")).to_have_attribute("data-code", "invitation_revoked")
        await expect(doctor.locator("figcaption", has_text="Ana Souza")).to_have_count(0)


async def test_a_photo_in_the_chat_stays_with_the_visit(
    clinic: Clinic, chromium: Path, axe: str, tmp_path: Path
) -> None:
    async with browser() as running:
        doctor, patient, visit = await call(running, clinic.url)
        await steps.open_panel(patient, "panel-chat")
        await hook(patient, "file-input").set_input_files(PHOTO)
        for page in (patient, doctor):
            await steps.open_panel(page, "panel-chat")
            await expect(hook(page, "visit-file")).to_contain_text(PHOTO.name)
        await check(doctor, axe)
        await steps.picture(doctor, "7-file-in-chat")
        async with doctor.expect_download() as saved:
            await hook(doctor, "visit-file").click()
        await (await saved.value).save_as(tmp_path / "saved.png")
        assert (tmp_path / "saved.png").read_bytes().startswith(b"\x89PNG")
        program = tmp_path / "program.pdf"
        program.write_bytes(b"MZ" + bytes(4_000))
        await hook(patient, "file-input").set_input_files(program)
        await expect(patient.get_by_text("This kind of file cannot be sent")).to_be_visible()
        await hook(doctor, "end-visit").click()
        await hook(doctor, "end-visit-confirm").click()
        for page, path in ((patient, ""), (doctor, f"/visits/{visit}/note")):
            if path:
                await page.goto(path)
            await expect(hook(page, "visit-files")).to_contain_text(PHOTO.name)


# Small print as bits: black and white squares of 6 pixels, and one corner that moves so that pictures flow.
SMALL_PRINT = """
() => {
  const [width, height, square] = [1600, 900, 6];
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const ink = canvas.getContext('2d');
  const bit = (x, y) => ((x * 7919 + y * 104729 + x * y) >> 3) & 1;
  const draw = () => {
    for (let y = 0; y < height / square; y++) for (let x = 0; x < width / square; x++) {
      ink.fillStyle = bit(x, y) ? '#000' : '#fff';
      ink.fillRect(x * square, y * square, square, square);
    }
  };
  draw();
  let tick = 0;
  setInterval(() => { ink.fillStyle = tick++ % 2 ? '#000' : '#fff'; ink.fillRect(0, 0, square, square); }, 100);
  navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(10);
}
"""
READ = """
(video) => {
  const [width, height, square] = [1600, 900, 6];
  if (video.videoWidth !== width || video.videoHeight !== height) return 0;
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const ink = canvas.getContext('2d');
  ink.drawImage(video, 0, 0);
  const {data} = ink.getImageData(0, 0, width, height);
  const bit = (x, y) => ((x * 7919 + y * 104729 + x * y) >> 3) & 1;
  let [right, all] = [0, 0];
  for (let y = 0; y < height / square; y++) for (let x = 1; x < width / square - 1; x++) {
    const at = ((y * square + 3) * width + x * square + 3) * 4;
    right += (data[at] < 128) === (bit(x, y) === 1);
    all++;
  }
  return right / all;
}
"""


async def read_share(page: Page, enough: float) -> float:
    """The share of bits that are read right, once it is `enough`."""
    video = hook(page, "screen-video")
    async with asyncio.timeout(PATIENCE / 1000):
        while (share := float(await video.evaluate(READ))) < enough:
            await asyncio.sleep(0.25)  # the encoder sharpens the picture from one frame to the next
    return share


async def test_a_shared_screen_is_legible_beside_the_camera(clinic: Clinic, chromium: Path, axe: str) -> None:
    async with browser() as running:
        doctor, patient, _ = await call(running, clinic.url)
        await patient.evaluate(SMALL_PRINT)
        await hook(patient, "share-screen").click()
        await expect(hook(patient, "sharing-notice")).to_contain_text("You are sharing your screen")
        await check(patient, axe)
        await expect(hook(doctor, "shared-screen")).to_contain_text("is sharing their screen")
        assert await read_share(doctor, 0.995) >= 0.995
        await steps.sees_the_other(doctor)  # the camera goes on beside it
        await check(doctor, axe)
        await steps.picture(doctor, "8-shared-screen")
        await hook(doctor, "share-screen").click()  # one at a time
        await expect(doctor.get_by_text("is sharing a screen", exact=False).first).to_be_visible()
        await expect(hook(doctor, "sharing-stop")).to_have_count(0)

        await hook(doctor, "screen-enlarge").focus()
        await doctor.keyboard.press("Enter")
        await expect(hook(doctor, "shared-screen")).to_have_attribute("data-large", "true")
        await check(doctor, axe)
        await doctor.keyboard.press("Escape")
        await expect(hook(doctor, "shared-screen")).to_have_attribute("data-large", "false")
        await doctor.set_viewport_size(PHONE)
        await check(doctor, axe)
        await steps.picture(doctor, "8-shared-screen-phone")

        await hook(patient, "sharing-stop").click()
        await expect(hook(doctor, "shared-screen")).to_have_count(0)
        await doctor.set_viewport_size(DESKTOP)
        await hook(doctor, "share-screen").click()  # Chromium's own made-up screen
        await patient.wait_for_function(
            "() => document.querySelector('[data-testid=screen-video]')?.videoWidth >= 1280"
        )
        # The browser's own bar ends the track, not the page.
        await hook(doctor, "leave-visit").click()
        await expect(hook(patient, "shared-screen")).to_have_count(0)


async def test_a_link_that_is_none(clinic: Clinic, chromium: Path, axe: str) -> None:
    async with browser() as running:
        page = await person(running, clinic.url, PHONE)
        await page.goto("/join")
        await expect(hook(page, "join-refused")).to_have_attribute("data-code", "no_link")
        await check(page, axe)
        await page.goto("/join#" + "x" * 43)
        await expect(hook(page, "join-refused")).to_have_attribute("data-code", "invitation_unknown")
