"""Watching a recorded visit in real Chromium: everybody in step, the transcript beside it, one video file to keep."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import av
import pytest
from playwright.async_api import Page, ViewportSize, expect

from app.settings import Settings
from app.wiring import Clinic as Parts
from tests.integration.app.recorded import AGAIN_FROM, RecordedVisit, recorded_visit
from tests.journeys import correcting, steps
from tests.journeys.browsers import PHONE, person
from tests.journeys.clinic import Clinic
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check

__all__ = ["axe"]  # a fixture
SMALL = ViewportSize(width=360, height=740)
PATIENCE = 60_000  # ms, on a slow machine

# Where each video stands on the visit's time line, of those that show a piece now.
POSITIONS = """() => [...document.querySelectorAll('[data-testid=recording-tile][data-start]')].map((tile) => {
  const video = tile.querySelector('video');
  return {at: Number(tile.dataset.start) + video.currentTime, kind: tile.dataset.kind, paused: video.paused,
          width: video.videoWidth, height: video.videoHeight};
})"""
CLOCK = "() => Number(document.querySelector('[data-testid=position]').dataset.seconds)"


@pytest.fixture(scope="module")
def visit(clinic: Clinic, chromium: Path) -> UUID:
    """Written into the running clinic's own database and storage, as its recorder would have."""
    return asyncio.run(_written(clinic)).id


async def _written(
    clinic: Clinic, write: Callable[[Parts], Awaitable[RecordedVisit]] = recorded_visit
) -> RecordedVisit:
    parts = Parts(Settings().model_copy(update={"data_dir": clinic.data_dir, "demo": True}))
    try:
        return await write(parts)
    finally:
        parts.access.close()
        await parts.close()


async def open_recording(page: Page, visit: UUID) -> None:
    await steps.sign_in(page, "doctor@demo.clinic")
    await page.goto(f"/visits/{visit}/note")
    await hook(page, "open-recording").click()
    await expect(hook(page, "recording-stage")).to_be_visible(timeout=PATIENCE)


async def in_step(page: Page, videos: int) -> None:
    """So many people are shown, they play, and they are within 100 ms of one another (60 ms of the clock is usual)."""
    await page.wait_for_function(
        f"""() => {{
          const shown = ({POSITIONS})().filter((one) => one.kind === 'camera'), now = shown.map((one) => one.at);
          return shown.length === {videos} && shown.every((one) => !one.paused && one.width > 0)
            && Math.max(...now) - Math.min(...now) < 0.1 && Math.abs(now[0] - ({CLOCK})()) < 0.2;
        }}""",
        timeout=PATIENCE,
    )


async def test_a_recorded_visit_is_watched_and_taken_away(clinic: Clinic, visit: UUID, axe: str) -> None:
    async with person(clinic.url) as page:
        await open_recording(page, visit)
        await check(page, axe)
        await hook(page, "composition-make").click()
        await expect(hook(page, "composition-progress")).to_be_visible()
        await plays_in_step_beside_the_transcript(page)
        await seeks_by_key_and_on_the_timeline(page)
        await is_downloaded_as_one_file(page)


async def plays_in_step_beside_the_transcript(page: Page) -> None:
    await expect(hook(page, "timeline-gap")).to_have_count(1)
    await expect(hook(page, "sound-lost")).to_contain_text("sound lost 1.2 s")
    await expect(hook(page, "recording-off")).to_be_visible()
    lines = hook(page, "spoken-line")
    await lines.nth(1).get_by_role("button", name="Play").click()
    await expect(lines.nth(1)).to_have_attribute("data-current", "true")
    await hook(page, "play").click()
    await in_step(page, 2)
    await hook(page, "speed").select_option("2")
    # The patient's piece is over, the doctor's goes on; the pause in which nobody was recorded is passed over.
    await page.wait_for_function(f"() => ({CLOCK})() > {AGAIN_FROM}", timeout=PATIENCE)
    await in_step(page, 1)


async def seeks_by_key_and_on_the_timeline(page: Page) -> None:
    if await hook(page, "play").text_content() == "Pause":
        await hook(page, "play").click()
    timeline = hook(page, "timeline")
    await timeline.focus()
    for key in ("End", "PageDown", "Home", "ArrowRight"):
        await page.keyboard.press(key)
    await expect(timeline).to_have_attribute("aria-valuenow", "5")
    await page.wait_for_function(
        f"() => {{ const now = ({POSITIONS})();"
        " return now.length === 2 && now.every((one) => Math.abs(one.at - 6) < 0.1); }",
        timeout=PATIENCE,
    )
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("ArrowRight")
    await expect(timeline).to_have_attribute("aria-valuenow", "10")
    box = await timeline.bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] * 9.5 / 19, box["y"] + 10)
    await expect(hook(page, "recording-stage")).to_have_attribute("data-shared", "true")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Space")
    await expect(hook(page, "play")).to_contain_text("Pause")


async def is_downloaded_as_one_file(page: Page) -> None:
    async with page.expect_download(timeout=PATIENCE) as under_way:
        await hook(page, "composition-download").click(timeout=PATIENCE)
    file = await (await under_way.value).path()
    with av.open(io.BytesIO(file.read_bytes()), "r") as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(19.0, abs=0.2)
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
    await hook(page, "composition-remove").click()
    await expect(hook(page, "composition-make")).to_be_visible()


async def test_the_recording_on_a_phone(clinic: Clinic, visit: UUID, axe: str) -> None:
    async with person(clinic.url, viewport=PHONE) as page:
        await open_recording(page, visit)
        await check(page, axe)


async def test_a_transcript_is_looked_over_corrected_and_taken_away(
    clinic: Clinic, chromium: Path, axe: str
) -> None:
    visit = (await asyncio.to_thread(lambda: asyncio.run(_written(clinic, correcting.spoken_visit)))).id
    async with person(clinic.url) as page:
        await steps.sign_in(page, "doctor@demo.clinic")
        await page.goto(f"/visits/{visit}/note")
        await correcting.hear_what_is_doubtful(page)
        await check(page, axe)
        await correcting.take_the_offered_term(page)
        await correcting.correct_with_the_keyboard(page)
        await correcting.somebody_else_was_faster(page, visit)
        await correcting.try_again(page)
        await correcting.take_it_away(page)
        await correcting.read_captions(page, visit)
        await page.set_viewport_size(SMALL)
        await check(page, axe)
        await page.goto(f"/visits/{visit}/note")
        await expect(correcting.line(page, "30 mg")).to_have_attribute("data-source", "correction")
        await check(page, axe)
