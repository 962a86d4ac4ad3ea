"""Two real Chromium pages through the media plane: the packets pass undecoded, the pictures move on both
sides."""

import asyncio
import base64
import json
import random
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page, async_playwright

from media import MediaPlane, MediaSettings
from media.clips import clip
from media.guard import guard_of
from media.http import InMemory
from media.indexed import IndexedRecording
from tests.integration.media.meeting import (
    CHROMIUM,
    FLAGS,
    LOOPBACK,
    joined,
    meeting,
    page_server,
    recorder,
    until,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    # Playwright's own transport is collected after its loop has ended.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


async def _enter(browser: Browser, url: str, *, permission: bool) -> Page:
    page = await browser.new_page()
    await page.goto(url)
    took = await page.evaluate(f"join(3, {json.dumps(permission)})")
    assert took < 5000
    return page


async def _seat(page: Page, seat: int) -> tuple[dict[str, Any], dict[str, Any]]:
    found = await page.evaluate("received()")
    return found.get(str(3 + 3 * seat), {}), found.get(str(4 + 3 * seat), {})


async def _grows(page: Page, seat: int, frames: int) -> dict[str, Any]:
    """Wait until the seat decoded `frames` more pictures and a second of sound."""
    audio, video = await _seat(page, seat)
    want, sound = video.get("frames", 0) + frames, audio.get("samples", 0) + 48_000
    async with asyncio.timeout(20):
        while video.get("frames", 0) < want or audio.get("samples", 0) < sound:
            await asyncio.sleep(0.1)
            audio, video = await _seat(page, seat)
    return video


@pytest.mark.parametrize("permission", [True, False], ids=["camera", "mdns-candidates-only"])
@pytest.mark.parametrize(
    "settings", [LOOPBACK, MediaSettings(allow_private=True)], ids=["loopback", "interface"]
)
async def test_two_browsers_see_and_hear_each_other(permission: bool, settings: MediaSettings) -> None:
    visit, first, second = uuid4(), uuid4(), uuid4()
    async with (
        meeting(settings) as (plane, states),
        page_server(plane, visit) as url,
        async_playwright() as driver,
    ):
        # Without permission (and the flags that grant it) Chromium hides its addresses behind mDNS names.
        flags = FLAGS if permission else [flag for flag in FLAGS if "fake" not in flag]
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        one = await _enter(browser, f"{url}?who={first}", permission=permission)
        two = await _enter(browser, f"{url}?who={second}", permission=permission)
        assert plane.seats(visit, first) == {second: 0}
        for page in (one, two):
            video = await _grows(page, 0, frames=20)
            assert video["lost"] == 0
        if not permission:
            assert all(".local" in text for text in await one.evaluate("window.candidates"))
        assert {who for who, state in states if state == "connected"} == {first, second}
        await browser.close()


async def test_a_returning_browser_keeps_its_seat_and_the_other_side_goes_on() -> None:
    visit, first, second = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, _), page_server(plane, visit) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        one = await _enter(browser, f"{url}?who={first}", permission=True)
        two = await _enter(browser, f"{url}?who={second}", permission=True)
        await _grows(one, 0, frames=10)
        await two.reload()
        await two.evaluate("join(3, true)")
        await _grows(one, 0, frames=20)
        await _grows(two, 0, frames=20)
        await browser.close()


async def test_three_browsers_have_stable_seats() -> None:
    visit = uuid4()
    people = [uuid4(), uuid4(), uuid4()]
    async with meeting() as (plane, _), page_server(plane, visit) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages = [await _enter(browser, f"{url}?who={who}", permission=False) for who in people]
        for page in pages:
            await _grows(page, 0, frames=5)
            await _grows(page, 1, frames=5)
        await plane.disconnect(visit, people[1])
        assert plane.seats(visit, people[0]) == {people[2]: 1}
        await _grows(pages[0], 1, frames=10)
        await browser.close()


async def test_a_lossy_line_is_repaired_in_both_directions() -> None:
    """5 % of all media packets vanish on the way in and on the way out; the picture still moves on."""
    visit, first, second = uuid4(), uuid4(), uuid4()
    rng = random.Random(3)
    async with meeting() as (plane, _), page_server(plane, visit) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        one = await _enter(browser, f"{url}?who={first}", permission=True)
        two = await _enter(browser, f"{url}?who={second}", permission=True)
        await _grows(one, 0, frames=5)
        for who in (first, second):
            _lose(plane, visit, who, rng)
        before = await _seat(one, 0)
        await asyncio.sleep(8)
        after = await _seat(one, 0)
        assert after[1]["frames"] - before[1]["frames"] > 8 * 20 * 0.7
        assert after[1]["nacks"] > 0
        sent = await two.evaluate("sent()")
        assert sent["video"]["nacks"] > 0
        await browser.close()


def _lose(plane: MediaPlane, visit: UUID, who: UUID, rng: random.Random) -> None:
    connection = plane._rooms[visit].connection(who)
    assert connection is not None
    line = connection.line
    receive, send = line.datagram, line.send_rtp

    def received(data: bytes) -> bool:
        return receive(data) if data[0] < 128 or rng.random() > 0.05 else True

    def sent(data: bytes) -> bool:
        return send(data) if rng.random() > 0.05 else True

    ice = connection._peer.ice
    assert ice is not None
    guard_of(ice).fast = received
    line.send_rtp = sent  # type: ignore[method-assign]


async def test_chromium_plays_and_jumps_in_what_was_recorded(tmp_path: Path) -> None:
    """The recorder's own stream, a clip, and the recording with its index."""
    visit, who = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        person = await joined(plane, visit, who)
        plane.tap(visit, who, record=True, transcribe=False)
        await asyncio.sleep(6)
        plane.tap(visit, who, record=False, transcribe=False)
        await until(lambda: sink.segments and sink.segments[0].end is not None)
        await person.leave()
    source = InMemory(sink.segments[0].path.read_bytes())
    indexed = IndexedRecording(source)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        for data, seekable_file in (
            (source._data, False),
            (clip(source, 4, 5).data, True),
            (indexed.read(0, indexed.size), True),
        ):
            played = await page.evaluate(PLAY, base64.b64encode(data).decode())
            assert played["error"] is None
            assert (played["width"], played["height"]) == (320, 240)
            assert played["played"] > 0.3
            if seekable_file:
                assert 0.9 < played["duration"] < 7
                assert played["sought"] == pytest.approx(played["duration"] / 2, abs=0.05)
        await browser.close()


PLAY = """async data => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const video = document.createElement('video'); video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: 'video/webm'}));
  document.body.append(video);
  const once = name => new Promise(done => { video.addEventListener(name, done, {once: true});
    video.addEventListener('error', done, {once: true}); setTimeout(done, 5000); });
  await Promise.all([once('canplay'), video.play().catch(() => {})]);
  await new Promise(done => setTimeout(done, 700));
  const played = video.currentTime; video.pause();
  let sought = null;
  if (isFinite(video.duration)) {
    video.currentTime = video.duration / 2; await once('seeked'); sought = video.currentTime; }
  return {error: video.error && video.error.message, width: video.videoWidth, height: video.videoHeight, played,
          duration: video.duration, sought};
}"""
