"""What each person does in their browser, step by step, through the controls a person would use."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from uuid import UUID

from playwright.async_api import Locator, Page, expect

from tests.journeys.clinic import PASSWORD

SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
SPOKEN_TIMEOUT = 60_000  # ms: from the end of an utterance to its text on a busy machine, and then some


def hook(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


async def sign_in(page: Page, email: str) -> None:
    """With the form, as in a real clinic."""
    await page.goto("/sign-in")
    await hook(page, "sign-in-email").fill(email)
    await hook(page, "sign-in-password").fill(PASSWORD)
    await hook(page, "sign-in-submit").click()
    await expect(page.get_by_role("navigation", name="Main")).to_be_visible()


async def publish(page: Page, day: str) -> None:
    """The scheduler offers one more afternoon of the first doctor."""
    await page.goto("/availability")
    await hook(page, "availability-from").fill(day)
    await hook(page, "availability-to").fill(day)
    await hook(page, "availability-publish").click()
    await expect(hook(page, "published")).to_be_visible()


async def book(page: Page, reason: str) -> UUID:
    """The patient books the first free slot; returns the visit."""
    await page.goto("/book")
    await page.locator(".slot-button").first.click()
    await hook(page, "book-reason").fill(reason)
    await hook(page, "book-confirm").click()
    booked = hook(page, "booked")
    await expect(booked).to_be_visible()
    return UUID(await booked.get_attribute("data-visit") or "")


async def check_devices(page: Page, visit: UUID) -> None:
    await page.goto(f"/visits/{visit}")
    await expect(hook(page, "local-preview")).to_be_visible()
    await hook(page, "speaker-test").click()
    await hook(page, "speaker-heard").click()
    await hook(page, "device-check-done").click()


async def agree(page: Page) -> None:
    """Both purposes, in the dialog that opens by itself."""
    for purpose in ("consent-record", "consent-transcribe"):
        await hook(page, purpose).check()
    await hook(page, "consent-accept").click()
    await expect(hook(page, "consent-accept")).to_be_hidden()


async def decoded_frames(page: Page) -> int:
    """Frames of the other person that this browser has decoded."""
    return int(
        await page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=remote-video]')]
                 .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0)"""
        )
    )


async def sees_the_other(page: Page) -> None:
    """The picture of the other side grows, and it is a picture, not a black frame of 2 × 2 pixels."""
    await page.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid=remote-video]')].some(
             (video) => video.videoWidth > 100 && video.getVideoPlaybackQuality().totalVideoFrames > 10)"""
    )
    before = await decoded_frames(page)
    await page.wait_for_function(
        """(before) => [...document.querySelectorAll('[data-testid=remote-video]')]
             .reduce((sum, v) => sum + v.getVideoPlaybackQuality().totalVideoFrames, 0) > before + 10""",
        arg=before,
    )


async def restart_microphone(page: Page) -> None:
    """Chromium's file microphone begins anew with each capture: both sides start the consult together."""
    await hook(page, "device-menu").click()
    await hook(page, "microphone-restart").click()
    await page.keyboard.press("Escape")


async def say_in_chat(page: Page, text: str) -> None:
    await open_panel(page, "panel-chat")
    await hook(page, "chat-input").fill(text)
    await hook(page, "chat-send").click()


async def open_panel(page: Page, name: str) -> None:
    """Narrow windows show one panel at a time."""
    tab = hook(page, name)
    if await tab.count() and await tab.is_visible():
        await tab.click()


async def statement(page: Page, section: str, words: str, state: str = "present") -> Locator:
    """The draft line of `section` that says `words`, waited for."""
    lines = page.locator(f"[data-testid=draft-statement][data-section='{section}'][data-state='{state}']")
    found = lines.filter(has_text=re.compile(words, re.IGNORECASE)).first
    await expect(found).to_be_visible(timeout=SPOKEN_TIMEOUT)
    return found


async def rewrite(page: Page, row: Locator, words: str) -> None:
    """Other words for a line of the note, which saves itself."""
    await row.get_by_test_id("statement-text").click()
    await hook(page, "statement-edit").fill(words)
    await page.keyboard.press("Enter")


async def picture(page: Page, name: str) -> None:
    """A screenshot for docs/, made by the journey itself."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


async def printed(pdf: bytes, name: str) -> None:
    """The first page of a PDF as a picture for docs/; none where there is no program for it."""
    program = shutil.which("pdftoppm")
    if program is None:
        return
    to = SCREENSHOTS / name
    drawn = await asyncio.create_subprocess_exec(
        *(program, "-png", "-singlefile", "-r", "84", "-", str(to)), stdin=asyncio.subprocess.PIPE
    )
    await drawn.communicate(pdf)
    assert drawn.returncode == 0
