"""Real Chromium, one per person: a spoken WAV as microphone, Chromium's moving test picture as camera."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = ViewportSize(width=1360, height=850)
PHONE = ViewportSize(width=390, height=844)


def arguments(microphone: Path | None) -> list[str]:
    """Chromium's switches: fake camera and permission prompt; `microphone` is played once and then stays silent."""
    switches = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    if microphone:
        switches.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    return switches


@asynccontextmanager
async def person(
    url: str, *, microphone: Path | None = None, viewport: ViewportSize = DESKTOP
) -> AsyncIterator[Page]:
    """A browser of one's own (separate process, cookies and devices)."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=arguments(microphone), headless=True
        )
        try:
            context = await browser.new_context(base_url=url, viewport=viewport, locale="en-GB")
            page = await context.new_page()
            page.set_default_timeout(20_000)
            yield page
        finally:
            await browser.close()
