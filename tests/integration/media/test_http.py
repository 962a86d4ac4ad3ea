"""Recordings over HTTP: ranges, clips, bad input."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import av
import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from core.clock import ManualClock
from core.database import Database
from core.http import Principal, build_app, routes_of
from media.errors import RecordingNotFound
from media.http import InMemory, MediaHttp
from media.ports import StoredRecording
from media.recording.webm import WebmStream

pytestmark = pytest.mark.integration

START = 100.0
Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class _Doctor:
    account_id: UUID
    session_id: UUID
    role: str = "doctor"
    permissions: frozenset[str] = frozenset({"record:recording:read", "record:recording:export"})


class _Shelf:
    def __init__(self) -> None:
        self.segments: dict[UUID, bytes] = {}

    async def open(self, reader: Principal, segment_id: UUID) -> StoredRecording:
        if segment_id not in self.segments:
            raise RecordingNotFound
        return StoredRecording(START, InMemory(self.segments[segment_id]))

    async def composition(self, reader: Principal, visit_id: UUID) -> InMemory:
        if visit_id not in self.segments:
            raise RecordingNotFound
        return InMemory(self.segments[visit_id])


def recorded(seconds: int) -> bytes:
    """What the recorder would have written: 10 frames a second, a key frame every 2 s, a tone."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as encoder:
        video: Any = encoder.add_stream("libvpx", rate=10)
        video.width, video.height, video.pix_fmt, video.options = (
            320,
            240,
            "yuv420p",
            {"g": "20", "deadline": "realtime"},
        )
        audio: Any = encoder.add_stream("libopus", rate=48_000)
        audio.layout = "mono"
        parts: list[tuple[float, str, bytes, bool]] = []
        for n in range(seconds * 10):
            picture = VideoFrame.from_ndarray(np.full((240, 320, 3), n % 255, np.uint8), format="rgb24")
            picture.pts, picture.time_base = n, Fraction(1, 10)
            parts += [(n / 10, "video", bytes(p), p.is_keyframe) for p in video.encode(picture)]
        for n in range(seconds * 50):
            t = (np.arange(960) + n * 960) / 48_000
            sound = AudioFrame.from_ndarray(
                np.sin(2764 * t).astype(np.float32)[np.newaxis], format="flt", layout="mono"
            )
            sound.sample_rate, sound.pts = 48_000, n * 960
            parts += [(n / 50, "audio", bytes(p), True) for p in audio.encode(sound)]
    stream, data = WebmStream((320, 240)), b""
    for at, kind, payload, key in sorted(parts, key=lambda part: part[0]):
        if kind == "video":
            stream.add_video(at, payload, key=key)
        else:
            stream.add_audio(at, payload)
        data += stream.take()
    return data + stream.finish()


def large(size: int) -> bytes:
    """A recording of that many bytes; its pictures are none, which only a decoder would notice."""
    stream, parts = WebmStream((320, 240)), []
    for n in range(size // 100_000):
        stream.add_video(n / 10, bytes(100_000), key=n % 20 == 0)
        parts.append(stream.take())
    return b"".join([*parts, stream.finish()])


@pytest.fixture
def shelf() -> _Shelf:
    return _Shelf()


@pytest.fixture
async def client(database: Database, manual_clock: ManualClock, shelf: _Shelf) -> AsyncIterator[Client]:
    doctor = _Doctor(uuid4(), uuid4())

    async def authenticate(request: web.Request) -> Principal | None:
        return doctor if "Authorization" in request.headers else None

    http = MediaHttp(shelf)
    app = build_app(routes_of(http), database=database, clock=manual_clock, authenticate=authenticate)
    async with TestClient(TestServer(app), headers={"Authorization": "x"}) as client:
        yield client
    http.close()


async def test_a_recording_is_seekable_and_answers_ranges(client: Client, shelf: _Shelf) -> None:
    segment = uuid4()
    shelf.segments[segment] = recorded(8)
    whole = await client.get(f"/api/recordings/{segment}/media")
    data = await whole.read()
    assert (whole.status, whole.content_type, whole.headers["Accept-Ranges"]) == (200, "video/webm", "bytes")
    with av.open(io.BytesIO(data), "r") as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(8.0, abs=0.2)
    part = await client.get(f"/api/recordings/{segment}/media", headers={"Range": "bytes=100-199"})
    assert (part.status, part.headers["Content-Range"]) == (206, f"bytes 100-199/{len(data)}")
    assert await part.read() == data[100:200]
    rest = await client.get(f"/api/recordings/{segment}/media", headers={"Range": "bytes=100-"})
    assert await rest.read() == data[100:]
    beyond = await client.get(f"/api/recordings/{segment}/media", headers={"Range": f"bytes={len(data)}-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(data)}")


async def test_without_a_range_all_of_a_long_recording_comes(
    client: Client, shelf: _Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.http.PART", 1_000)  # a long recording is one of many parts
    segment = uuid4()
    shelf.segments[segment] = recorded(2)
    whole = await client.get(f"/api/recordings/{segment}/media")
    data = await whole.read()
    assert (whole.status, len(data)) == (200, whole.content_length)
    assert len(data) > 3_000
    asked = await client.get(f"/api/recordings/{segment}/media", headers={"Range": "bytes=0-"})
    assert (asked.status, await asked.read()) == (206, data[:1_000])


async def test_slow_readers_are_few_and_keep_nobody_from_a_clip(
    client: Client, shelf: _Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.http.MOST_WHOLE", 3)
    long, short = uuid4(), uuid4()
    shelf.segments |= {long: large(32_000_000), short: recorded(2)}
    slow = [await client.get(f"/api/recordings/{long}/media") for _ in range(3)]  # and do not read on
    refused = await client.get(f"/api/recordings/{long}/media")
    assert (refused.status, (await refused.json())["code"]) == (503, "recording_busy")
    moment = await client.get(f"/api/recordings/{short}/clip", params={"from": "100", "to": "101"})
    assert moment.status == 200
    assert len(await slow[0].read()) == slow[0].content_length
    again = await client.get(f"/api/recordings/{short}/media")
    assert again.status == 200
    for answer in slow:
        answer.close()


async def test_a_clip_holds_the_moment_and_tells_where_it_starts(client: Client, shelf: _Shelf) -> None:
    segment = uuid4()
    shelf.segments[segment] = recorded(8)
    answer = await client.get(f"/api/recordings/{segment}/clip", params={"from": "105.0", "to": "106.5"})
    data = await answer.read()
    assert answer.status == 200
    assert float(answer.headers["X-Clip-Start"]) == pytest.approx(104.0, abs=0.15)
    with av.open(io.BytesIO(data), "r") as container:
        frames = list(container.decode(video=0))
    assert frames[0].key_frame
    assert frames[-1].time == pytest.approx(2.5, abs=0.3)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"from": "200", "to": "201"}, 422, "clip_outside_recording"),
        ({"from": "1", "to": "2"}, 422, "clip_outside_recording"),
        ({"from": "5", "to": "4"}, 422, "invalid_input"),
        ({"from": "0", "to": "5000"}, 422, "invalid_input"),
        ({"from": "nan", "to": "5"}, 422, "invalid_input"),
        ({"from": "x", "to": "5"}, 422, "invalid_input"),
        ({}, 422, "invalid_input"),
    ],
)
async def test_bad_clips_have_one_clear_error(
    client: Client, shelf: _Shelf, query: dict[str, str], status: int, code: str
) -> None:
    segment = uuid4()
    shelf.segments[segment] = recorded(2)
    answer = await client.get(f"/api/recordings/{segment}/clip", params=query)
    assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_unknown_damaged_and_cut_recordings(client: Client, shelf: _Shelf) -> None:
    damaged, empty, cut = uuid4(), uuid4(), uuid4()
    shelf.segments |= {damaged: b"not a recording" * 100, empty: b"", cut: recorded(4)[:-5000]}
    for segment in (uuid4(), damaged, empty):
        answer = await client.get(f"/api/recordings/{segment}/media")
        assert (answer.status, (await answer.json())["code"]) == (404, "recording_not_found")
    assert (await client.get(f"/api/recordings/{cut}/media")).status == 200


async def test_the_file_of_the_whole_visit_is_given_to_keep_under_a_name_without_a_name(
    client: Client, shelf: _Shelf
) -> None:
    visit = uuid4()
    shelf.segments[visit] = bytes(range(256)) * 100
    answer = await client.get(f"/api/visits/{visit}/composition/media", headers={"Range": "bytes=300-"})
    assert (answer.status, answer.content_type) == (206, "video/mp4")
    assert await answer.read() == shelf.segments[visit][300:]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="visit-{visit.hex[-12:]}.mp4"'
    missing = await client.get(f"/api/visits/{uuid4()}/composition/media")
    assert (missing.status, (await missing.json())["code"]) == (404, "recording_not_found")
