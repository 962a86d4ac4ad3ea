"""A recorded stream with an index in front: the same packets, a duration, cues to key frames; any bytes survived."""

import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.clips import ReaderFile
from media.errors import RecordingNotFound
from media.http import InMemory
from media.indexed import IndexedRecording
from media.matroska import SOUND, block, cluster
from media.recording.webm import WebmStream
from tests.integration.media.flashes import piece

WHOLE = piece(6.0, (1.0,))


def packets(content: bytes) -> list[tuple[int, int | None, bytes]]:
    with av.open(io.BytesIO(content), "r") as container:
        return [(p.stream.index, p.pts, bytes(p)) for p in container.demux() if p.size]


def served(source: bytes) -> bytes:
    indexed = IndexedRecording(InMemory(source))
    return b"".join(indexed.read(at, 1000) for at in range(0, indexed.size + 1000, 1000))


def test_the_served_file_holds_the_same_packets_and_its_duration() -> None:
    content = served(WHOLE)
    assert packets(content) == packets(WHOLE)
    with av.open(io.BytesIO(content), "r") as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(6.0, abs=0.05)


@pytest.mark.parametrize("seconds", [0.0, 1.9, 3.0, 5.9])
def test_seeking_leads_to_a_key_frame_at_or_before(seconds: float) -> None:
    with av.open(ReaderFile(IndexedRecording(InMemory(WHOLE))), "r") as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        container.seek(int(seconds / stream.time_base), stream=stream)
        first = next(container.demux(stream))
        assert first.is_keyframe
        assert first.pts is not None
        assert seconds - 1.0 < float(first.pts * stream.time_base) <= seconds


def test_a_torn_recording_ends_at_its_last_whole_cluster() -> None:
    whole = packets(WHOLE)
    found = packets(served(WHOLE[: len(WHOLE) * 2 // 3]))
    assert 0 < len(found) < len(whole)
    assert found == whole[: len(found)]


def test_nothing_recorded_yet_is_no_recording() -> None:
    for data in (b"", WebmStream((320, 240)).take(), b"no recording at all"):
        with pytest.raises(RecordingNotFound):
            IndexedRecording(InMemory(data))


def test_sound_alone_may_be_begun_every_two_seconds() -> None:
    stream, parts = WebmStream(None), []
    for n in range(500):
        stream.add_audio(n / 50, b"\xf8\xff\xfe")
        parts.append(stream.take())
    indexed = IndexedRecording(InMemory(b"".join([*parts, stream.finish()])))
    assert indexed.seconds == pytest.approx(10.0)
    assert indexed.media_type == "video/webm"
    assert indexed.read(0, 2000).count(b"\xbb") >= 4  # cue points


def test_a_block_far_from_its_cluster_begins_another() -> None:
    stream = WebmStream(None)
    for seconds in (0.0, 40.0, 40.02):
        stream.add_audio(seconds, b"\xf8\xff\xfe")
    times = [float(pts or 0) / 1000 for _, pts, _ in packets(stream.finish())]
    assert times == pytest.approx([0.0, 40.0, 40.02])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[:20_000])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    try:
        indexed = IndexedRecording(InMemory(bytes(damaged)))
    except RecordingNotFound:
        return
    assert len(indexed.read(0, indexed.size)) == indexed.size


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_a_cluster_is_found_behind_any_bytes(rubbish: bytes) -> None:
    good = cluster(0, [block(SOUND, 0, b"\xf8\xff\xfe", key=True)])
    indexed = IndexedRecording(InMemory(WebmStream(None).take() + good + rubbish + good))
    assert indexed.read(0, indexed.size).count(good) == 2
