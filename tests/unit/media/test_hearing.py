"""Opus packets to an exact 16 kHz time line."""

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from media.link_protocol import StreamPacket
from media.recording.hearing import RATE, Heard, Hearing
from media.recording.voice import library


def opus(seconds: float, clicks: tuple[float, ...]) -> list[bytes]:
    """20 ms packets of near silence with short tones at `clicks`."""
    t = np.arange(int(seconds * 48_000)) / 48_000
    sound = np.zeros(len(t), np.float32)
    for click in clicks:
        inside = (t >= click) & (t < click + 0.05)
        sound[inside] = 0.5 * np.sin(2 * np.pi * 1000 * t[inside])
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "flt"
    packets = []
    for start in range(0, len(sound) - 959, 960):
        frame = AudioFrame.from_ndarray(sound[np.newaxis, start : start + 960], format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48_000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def hear(numbered: list[tuple[int, bytes]], begin: float = 10.0) -> list[Heard]:
    hearing, heard = Hearing(), []
    for n, payload in numbered:
        packet = StreamPacket(
            1,
            "microphone",
            "opus",
            0,
            False,
            n & 0xFFFF,
            (7000 + n * 960) & 0xFFFFFFFF,
            begin + n * 0.02,
            payload,
        )
        heard += list(hearing.push(packet))
    return [*heard, *hearing.finish()]


def onset(samples: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", after: int = 0) -> float:
    return (after + int(np.flatnonzero(np.abs(samples[after:]) > 0.1)[0])) / RATE


def test_length_and_place_are_exact() -> None:
    heard = hear(list(enumerate(opus(5.0, (1.0, 4.0)))))
    whole = np.concatenate([samples for _, samples in heard])
    assert heard[0][0] == pytest.approx(10.0)
    assert len(whole) / RATE == pytest.approx(5.0, abs=0.03)
    assert onset(whole) == pytest.approx(1.0, abs=0.015)
    assert onset(whole, 3 * RATE) == pytest.approx(4.0, abs=0.015)
    assert all(len(samples) <= RATE for _, samples in heard)


def test_lost_packets_become_silence_and_later_sound_keeps_its_place() -> None:
    packets = list(enumerate(opus(5.0, (1.0, 4.0))))
    kept = [item for item in packets if not 100 <= item[0] < 150]  # one second is lost
    heard = hear(kept)
    whole = np.concatenate([samples for _, samples in heard])
    assert len(whole) / RATE == pytest.approx(5.0, abs=0.03)
    assert onset(whole, 3 * RATE) == pytest.approx(4.0, abs=0.02)
    at = heard[0][0]
    for begins, samples in heard:
        assert begins == pytest.approx(at, abs=1e-6)
        at += len(samples) / RATE


def test_shuffled_packets_sound_the_same() -> None:
    packets = list(enumerate(opus(2.0, (1.0,))))
    swapped = (
        packets[:1] + [packets[i + (1 if i % 2 else -1)] for i in range(1, len(packets) - 1)] + packets[-1:]
    )
    straight, crooked = (np.concatenate([s for _, s in hear(items)]) for items in (packets, swapped))
    assert onset(crooked) == pytest.approx(onset(straight), abs=0.001)


def test_a_gap_of_minutes_is_a_jump_not_minutes_of_zeros() -> None:
    packets = opus(1.0, (0.5,))
    numbered = [*enumerate(packets), *((n + 10_000, payload) for n, payload in enumerate(packets))]
    heard = hear(numbered)
    assert sum(len(samples) for _, samples in heard) / RATE == pytest.approx(2.0, abs=0.05)
    assert any(at == pytest.approx(10.0 + 200.0, abs=0.05) for at, _ in heard)


def test_noise_instead_of_opus_is_survived() -> None:
    packets = list(enumerate(opus(1.0, ())))
    packets[10] = (10, b"")
    packets[20] = (20, b"\xff" * 50)
    assert hear(packets)


def spoken(packets: int, loss_percent: int) -> list[bytes]:
    """A buzz with the harmonics of a voice, as a browser sends it: SILK with in-band FEC for the loss it was told."""
    t = np.arange(packets * 960) / 48_000
    sound = sum(np.sin(2 * np.pi * 150 * n * t) / n for n in range(1, 12)) * (
        0.3 + 0.2 * np.sin(2 * np.pi * 3 * t)
    )
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "flt", 24_000
    encoder.options = {"application": "voip", "fec": "1", "packet_loss": str(loss_percent), "cutoff": "8000"}
    found = []
    for n in range(packets):
        part = np.ascontiguousarray(sound[n * 960 : (n + 1) * 960].astype(np.float32)[np.newaxis] * 0.3)
        frame = AudioFrame.from_ndarray(part, format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48_000, n * 960
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


@pytest.mark.skipif(library() is None, reason="no libopus to ask for FEC")
def test_a_lost_packet_is_heard_from_the_fec_of_the_next() -> None:
    packets = list(enumerate(spoken(100, 25)))
    whole = np.concatenate([samples for _, samples in hear(packets)])
    lossy = np.concatenate([samples for _, samples in hear([p for p in packets if p[0] % 10 != 5])])
    assert len(lossy) == len(whole)
    lost = np.concatenate([np.arange(n * 320, (n + 1) * 320) for n in range(25, 95, 10)])
    # As silence the error of the lost pieces would be their own energy; FEC brings most of the sound back.
    error = np.sum((whole[lost] - lossy[lost]) ** 2) / np.sum(whole[lost] ** 2)
    assert error < 0.35
    assert np.abs(lossy[lost]).max() > 0.3 * np.abs(whole[lost]).max()


def test_nothing_is_invented_where_nothing_was_lost() -> None:
    """A sender that was silent (DTX) leaves a pause in its timestamps, not in its numbers."""
    packets = opus(1.0, (0.1,))
    hearing, heard = Hearing(), []
    for n, payload in enumerate(packets):
        later = 4 if n >= 25 else 0
        timestamp, at = 7000 + (n + later) * 960, 10.0 + (n + later) * 0.02
        heard += list(
            hearing.push(StreamPacket(1, "microphone", "opus", 0, False, n, timestamp, at, payload))
        )
    whole = np.concatenate([samples for _, samples in [*heard, *hearing.finish()]])
    assert np.abs(whole[25 * 320 + 100 : 29 * 320 - 100]).max() < 1e-3
