"""Moments of long, growing, torn and silent-pictured recordings: found without reading all of it in Python."""

import io
from collections.abc import Iterator

import av
import pytest
from av.container import InputContainer

from media import clips
from media.clips import Clip, clip
from media.errors import ClipOutsideRecording
from media.http import InMemory
from media.recording.webm import WebmStream

KEY = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01"  # the head of a VP8 key frame of 640 by 480
DELTA = b"\x11\x02\x00"
VOICE = b"\xf8\xff\xfe"


def recording(
    seconds: float, *, key_every: float = 4.0, picture_from: float | None = 0.0, size: int = 60
) -> bytes:
    """As the recorder leaves it, never closed: 50 sounds and 10 pictures a second."""
    stream, parts = WebmStream(None if picture_from is None else (640, 480)), []
    for n in range(round(seconds * 50)):
        stream.add_audio(n / 50, VOICE)
        if picture_from is not None and n % 5 == 0 and n / 50 >= picture_from:
            key = (n - round(picture_from * 50)) % round(key_every * 50) == 0
            stream.add_video(n / 50, (KEY if key else DELTA) + bytes(size), key=key)
        parts.append(stream.take())
    return b"".join(parts)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times of all packets that came into Python."""
    times: list[float] = []
    read = clips._packets

    def counted(container: InputContainer) -> Iterator[clips._Copied]:
        for packet in read(container):
            times.append(packet.time)
            yield packet

    monkeypatch.setattr(clips, "_packets", counted)
    return times


def first_packets(found: Clip) -> tuple[float, bool]:
    """(time of the first picture in the clip, or of the first sound; whether it is a key frame)"""
    with av.open(io.BytesIO(found.data), "r") as container:
        stream = (container.streams.video or container.streams.audio)[0]
        packet = next(container.demux(stream))
        assert packet.pts is not None
        return float(packet.pts * packet.time_base), packet.is_keyframe


def packets(found: Clip) -> list[tuple[int, int | None, bytes]]:
    with av.open(io.BytesIO(found.data), "r") as container:
        return [(p.stream.index, p.pts, bytes(p)) for p in container.demux()]


@pytest.fixture(scope="module")
def half_an_hour() -> InMemory:
    return InMemory(recording(1800))


@pytest.mark.parametrize("at", [0.0, 3.0, 600.5, 904.0, 1790.3])
def test_only_the_packets_of_the_clip_pass_through_python(
    half_an_hour: InMemory, seen: list[float], at: float
) -> None:
    found = clip(half_an_hour, at, at + 8.0)
    assert found.start <= at < found.start + 4.0
    assert first_packets(found) == (0.0, True)
    # From two key frames before at most, to the first packet after the end: 60 packets a second.
    assert len(seen) <= 60 * (8.0 + 8.0 + 1.0)


def test_after_its_end_nothing_is_read_twice(half_an_hour: InMemory, seen: list[float]) -> None:
    with pytest.raises(ClipOutsideRecording):
        clip(half_an_hour, 1900.0, 1908.0)
    assert len(seen) <= 60 * 8


@pytest.mark.parametrize("at", [0.0, 1.0, 31.0, 59.9, 60.0, 88.0])
def test_seeking_finds_what_reading_all_finds(at: float, monkeypatch: pytest.MonkeyPatch) -> None:
    source = InMemory(recording(90, key_every=30))
    quick = clip(source, at, at + 5.0)
    monkeypatch.setattr(clips, "_sought", lambda *_: False)
    whole = clip(source, at, at + 5.0)
    assert (whole.start, whole.length) == (quick.start, quick.length)
    # A cue leads to the key frame's cluster: the 20 ms of sound before it in the file may stay away.
    assert len(packets(whole)) - len(packets(quick)) in (0, 1)
    assert set(packets(quick)) <= set(packets(whole))


@pytest.mark.parametrize("picture_from", [None, 1.9])
def test_sound_without_or_before_a_picture(picture_from: float | None) -> None:
    source = InMemory(recording(60, picture_from=picture_from))
    assert clip(source, 0.5, 3.0).start <= 0.5
    late = clip(source, 50.0, 55.0)
    assert late.start <= 50.0
    assert late.length >= 5.0


def test_a_torn_recording_is_clipped_up_to_its_tear() -> None:
    whole = recording(60)
    torn = InMemory(whole[: len(whole) // 2 + 7])
    found = clip(torn, 25.0, 40.0)
    assert found.start == pytest.approx(24.0, abs=0.05)
    assert found.start + found.length == pytest.approx(30.0, abs=1.1)
    with pytest.raises(ClipOutsideRecording):
        clip(torn, 45.0, 50.0)


def test_behind_a_damaged_stretch_the_moment_is_found_all_the_same() -> None:
    whole = bytearray(recording(60))
    whole[len(whole) // 3 : len(whole) // 3 + 2000] = b"\xff" * 2000
    found = clip(InMemory(bytes(whole)), 50.0, 52.0)
    assert found.start == pytest.approx(48.0, abs=0.05)
    assert first_packets(found) == (0.0, True)


class Growing:
    """A recording that is still written: every look finds it longer."""

    def __init__(self, data: bytes) -> None:
        self._data, self._written = data, len(data) // 2

    @property
    def size(self) -> int:
        self._written = min(len(self._data), self._written + 100)
        return self._written

    def read(self, offset: int, n: int) -> bytes:
        return self._data[offset : min(offset + n, self._written)]


def test_a_recording_that_still_grows_is_clipped() -> None:
    found = clip(Growing(recording(60)), 25.0, 26.0)
    assert found.start == pytest.approx(24.0, abs=0.05)
    assert found.length == pytest.approx(2.0, abs=0.1)
