"""The sound of a recorded segment keeps its true times: gaps stay gaps, and a torn file is heard to its tear."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from media.errors import RecordingNotFound
from media.recording.voice import library
from media.recording.webm import WebmStream
from media.sound import RATE, hear
from tests.unit.media.test_hearing import opus, spoken

OPUS_RATE = 48_000
FRAME = 960
TONE = 440.0
SILENCE = b"\xf8\xff\xfe"  # 20 ms


class Stored:
    """A recording in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, n: int) -> bytes:
        return self._data[offset : offset + n]


def tone(*stretches: tuple[float, float]) -> bytes:
    """WebM with Opus: a tone in each (start, end), in seconds, and no packets between."""
    target = io.BytesIO()
    with av.open(target, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, layout="mono")
        for start, end in stretches:
            for at in range(int(start * OPUS_RATE), int(end * OPUS_RATE), FRAME):
                phase = 2 * np.pi * TONE * (np.arange(FRAME) + at) / OPUS_RATE
                frame = av.AudioFrame.from_ndarray(
                    (0.3 * np.sin(phase)).astype(np.float32)[np.newaxis], format="flt", layout="mono"
                )
                frame.sample_rate, frame.pts, frame.time_base = OPUS_RATE, at, Fraction(1, OPUS_RATE)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def stretches(recording: bytes) -> list[tuple[float, float]]:
    """(start, end) of what is heard without a jump."""
    found: list[tuple[float, float]] = []
    for at, samples in hear(Stored(recording)):
        end = at + len(samples) / RATE
        if found and at == pytest.approx(found[-1][1], abs=1e-6):
            found[-1] = (found[-1][0], end)
        else:
            found.append((at, end))
    return found


def test_unbroken_sound_has_its_whole_length_and_no_jump() -> None:
    ((start, end),) = stretches(tone((0.0, 3.0)))
    assert start == pytest.approx(0.0, abs=0.01)
    assert end == pytest.approx(3.0, abs=0.025)  # down to the resampler's tail


def test_where_packets_were_lost_the_time_jumps() -> None:
    (_, cut), (again, end) = stretches(tone((0.0, 1.0), (4.0, 5.0)))
    assert cut == pytest.approx(1.0, abs=0.025)
    assert again == pytest.approx(4.0, abs=0.025)
    assert end == pytest.approx(5.0, abs=0.025)


def test_times_rounded_by_the_container_are_no_jumps() -> None:
    stream, parts = WebmStream(None), []
    for n in range(500):  # the recorder writes times of arrival rounded to milliseconds
        stream.add_audio(n * 0.02 + (0.004 if n % 3 else 0.0), SILENCE)
        parts.append(stream.take())
    ((start, end),) = stretches(b"".join([*parts, stream.finish()]))
    assert start == pytest.approx(0.0, abs=0.02)
    assert end == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize("nonsense", [b"\xff", b"\x03\xff" + b"x" * 40, b"\x00" * 3000])
def test_a_packet_that_is_no_opus_costs_its_own_time_only(nonsense: bytes) -> None:
    stream, parts = WebmStream(None), []
    for n in range(500):
        stream.add_audio(n * 0.02, nonsense if n in (100, 101, 102, 103, 104, 105) else SILENCE)
        parts.append(stream.take())
    found = stretches(b"".join([*parts, stream.finish()]))
    assert found[-1][1] == pytest.approx(10.0, abs=0.05)
    assert sum(end - start for start, end in found) > 9.5


def test_a_torn_file_is_heard_to_its_tear() -> None:
    whole = tone((0.0, 4.0))
    heard = list(hear(Stored(whole[: len(whole) * 3 // 4])))
    assert 1.0 < sum(len(samples) for _, samples in heard) / RATE < 4.0


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(RecordingNotFound):
        list(hear(Stored(b"%PDF-1.7 not a recording")))


def recorded(packets: list[tuple[int, bytes]]) -> bytes:
    """As the recorder stores them: numbered packets of 20 ms at their own times, rounded to milliseconds."""
    stream, parts = WebmStream(None), []
    for number, payload in packets:
        stream.add_audio(number * 0.02, payload)
        parts.append(stream.take())
    return b"".join([*parts, stream.finish()])


def whole(packets: list[tuple[int, bytes]]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.concatenate([samples for _, samples in hear(Stored(recorded(packets)))])


@pytest.mark.skipif(library() is None, reason="no libopus to ask for FEC")
def test_short_losses_are_concealed_and_later_sound_keeps_its_place() -> None:
    packets = list(enumerate(spoken(100, 25)))
    kept = [packet for packet in packets if packet[0] % 10 != 5]
    ((start, end),) = stretches(recorded(kept))
    assert start == pytest.approx(0.0, abs=0.01)
    assert end == pytest.approx(2.0, abs=0.025)
    complete, lossy = whole(packets), whole(kept)
    lost = np.concatenate([np.arange(n * 320, (n + 1) * 320) for n in range(25, 95, 10)])
    # As silence the error of the lost pieces would be their own energy; FEC brings most of the sound back.
    assert np.sum((complete[lost] - lossy[lost]) ** 2) < 0.35 * np.sum(complete[lost] ** 2)
    after = np.concatenate([np.arange((n + 2) * 320, (n + 4) * 320) for n in range(25, 95, 10)])
    assert np.sum((complete[after] - lossy[after]) ** 2) < 0.1 * np.sum(complete[after] ** 2)


@pytest.mark.skipif(library() is None, reason="no libopus to ask for FEC")
def test_a_senders_own_pause_is_silence_and_nothing_invented() -> None:
    """DTX: a packet of one byte says that nothing comes; what was said before it must not ring on."""
    loud = spoken(50, 25)
    packets = [*enumerate(loud[:25]), (25, loud[24][:1]), *((30 + n, p) for n, p in enumerate(loud[25:]))]
    heard = whole(packets)
    pause = heard[26 * 320 + 100 : 30 * 320 - 100]
    assert np.abs(pause).max() < 1e-6
    assert len(heard) / RATE == pytest.approx(55 * 0.02, abs=0.025)


def test_single_losses_do_not_add_up_to_a_late_track() -> None:
    packets = [packet for packet in enumerate(opus(8.0, (7.0,))) if packet[0] % 11]
    at = np.concatenate(
        [begins + np.arange(len(part)) / RATE for begins, part in hear(Stored(recorded(packets)))]
    )
    sound = np.concatenate([part for _, part in hear(Stored(recorded(packets)))])
    assert at[int(np.flatnonzero(np.abs(sound) > 0.1)[0])] == pytest.approx(7.0, abs=0.02)
