"""Real Chromium over a line that loses packets: voice, camera and a shared screen at once, in H.264 and in VP8."""

import asyncio
import shutil
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.integration.media.meeting import CHROMIUM, FLAGS, meeting, page_server
from tools.impairer import Impairer, Profile, impair_page

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    # Playwright's own transport is collected after its loop has ended.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
LOSSY = Profile(loss=0.10, delay_s=0.02)


async def _enter(
    browser: Browser, url: str, made: Callable[[Impairer], None], codecs: str, *, shares: bool
) -> Page:
    page = await browser.new_page()
    await impair_page(page, made, LOSSY, seed=7)
    await page.goto(url)
    await page.evaluate(f"window.only = {codecs!r}")
    await page.evaluate("join(3, true)")
    if shares:
        await page.evaluate(SHARE)
    return page


SHARE = """() => { const canvas = document.createElement('canvas'); canvas.width = 800; canvas.height = 600;
  const pen = canvas.getContext('2d'); let n = 0;
  setInterval(() => { pen.fillStyle = n++ % 2 ? '#eee' : '#ddd'; pen.fillRect(0, 0, 800, 600);
    for (let row = 0; row < 40; row++) { pen.fillStyle = `hsl(${(n * 7 + row * 9) % 360} 60% 40%)`;
      pen.fillRect((row * 37 + n * 5) % 760, row * 15, 40, 12); } }, 100);
  return window.screen_sender.replaceTrack(canvas.captureStream(10).getVideoTracks()[0]); }"""


async def _streams(page: Page) -> dict[str, dict[str, Any]]:
    """What the page receives: sound, camera and screen of its only seat."""
    found: dict[str, dict[str, Any]] = await page.evaluate("received()")
    return {name: found.get(mid, {}) for mid, name in (("3", "sound"), ("4", "camera"), ("5", "screen"))}


def _repaired(streams: dict[str, dict[str, Any]]) -> bool:
    """Every stream went on for a good while, and lost packets came again on both videos and as sound."""
    return (
        streams["sound"].get("samples", 0) > 10 * 48_000
        and streams["sound"].get("nacks", 0) > 5
        and all(
            streams[name].get("frames", 0) > least and streams[name].get("repeated", 0) > 3
            for name, least in (("camera", 60), ("screen", 30))
        )
    )


@pytest.mark.parametrize(("codecs", "shown"), [("h264", "video/H264"), ("vp8 h264", "video/VP8")])
async def test_voice_camera_and_screen_are_repaired_at_once(codecs: str, shown: str) -> None:
    """The publisher has H.264 only, or both; every tenth packet is lost on each way."""
    visit, lines = uuid4(), list[Impairer]()
    async with meeting() as (plane, _), page_server(plane, visit) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        await _enter(browser, f"{url}?who={uuid4()}", lines.append, codecs, shares=True)
        viewer = await _enter(browser, f"{url}?who={uuid4()}", lines.append, "vp8 h264", shares=False)
        streams = await _streams(viewer)
        async with asyncio.timeout(60):
            while not _repaired(streams):
                await asyncio.sleep(0.25)
                streams = await _streams(viewer)
        assert {streams["camera"]["codec"], streams["screen"]["codec"]} == {shown}
        # Without repair a tenth is lost. How much of it comes in time to be heard depends on this machine's load.
        assert streams["sound"]["lost"] < 0.05 * streams["sound"]["samples"] / 960
        assert all(line.lines for line in lines)
        await browser.close()
    for line in lines:
        await line.close()
