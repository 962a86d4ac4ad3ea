"""A source that flashes white and beeps at the same moments, as recorded pieces; and where both are in a file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from media.recording.webm import WebmStream

RATE = 48_000
FLASH_S = 0.2
Region = tuple[slice, slice]
EVERYWHERE: Region = (slice(None), slice(None))


def picture(size: tuple[int, int], luma: int, seconds: float) -> VideoFrame:
    """An even grey in `size` (width, height)."""
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = luma
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = round(seconds * 90_000), Fraction(1, 90_000)
    return frame


def is_lit(seconds: float, flashes: Sequence[float]) -> bool:
    return any(flash <= seconds < flash + FLASH_S for flash in flashes)


@cache
def piece(
    seconds: float,
    flashes: tuple[float, ...],
    *,
    size: tuple[int, int] = (320, 240),
    hertz: float = 800.0,
    turned_at: float = 1e9,
    dark: int = 40,
) -> bytes:
    """A recorded segment with 25 pictures a second; from `turned_at` on a phone held the other way."""
    stream, parts = WebmStream(size), []
    events = [(at, "audio", data, True) for at, data in voice(seconds, flashes, hertz)]
    events += [(at, "video", data, key) for at, data, key in camera(seconds, flashes, size, turned_at, dark)]
    for at, kind, data, key in sorted(events, key=lambda event: event[0]):
        if kind == "audio":
            stream.add_audio(at, data)
        else:
            stream.add_video(at, data, key=key)
        parts.append(stream.take())
    return b"".join([*parts, stream.finish()])


def voice(seconds: float, flashes: Sequence[float], hertz: float = 800.0) -> list[tuple[float, bytes]]:
    """(seconds, Opus packet of 20 ms): silence, and a tone at the flashes."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "flt"
    packets = []
    for n in range(round(seconds * 50)):
        t = np.arange(n * 960, (n + 1) * 960) / RATE
        loud = np.array([is_lit(float(at), flashes) for at in t])
        sound = (np.sin(2 * np.pi * hertz * t) * loud * 0.5).astype(np.float32)[np.newaxis]
        frame = AudioFrame.from_ndarray(sound, format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, n * 960, Fraction(1, RATE)
        packets += [(n / 50, bytes(packet)) for packet in encoder.encode(frame)]
    return packets


_ENCODERS = {
    "vp8": ("libvpx", {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8", "g": "25"}),
    "h264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "g": "25"}),
}


def camera(
    seconds: float,
    flashes: Sequence[float],
    size: tuple[int, int] = (320, 240),
    turned_at: float = 1e9,
    dark: int = 40,
    codec: str = "vp8",
    begins: float = 0.0,
) -> list[tuple[float, bytes, bool]]:
    """(seconds, encoded frame, whether it is a key frame), 25 a second and a key frame every second."""
    encoder: Any = None
    packets, shape = [], (0, 0)
    for n in range(round(begins * 25), round(seconds * 25)):
        at = n / 25
        now = size if at < turned_at else (size[1], size[0])
        if now != shape:
            shape, (name, options) = now, _ENCODERS[codec]
            encoder = av.CodecContext.create(name, "w")
            encoder.width, encoder.height, encoder.pix_fmt = *now, "yuv420p"
            encoder.time_base, encoder.options, encoder.gop_size = Fraction(1, 90_000), options, 25
        frame = picture(now, 235 if is_lit(at, flashes) else dark, at)
        packets += [(at, bytes(packet), packet.is_keyframe) for packet in encoder.encode(frame)]
    return packets


def beginnings(lit: NDArray[np.bool_], times: NDArray[np.float64], apart: float = 0.5) -> list[float]:
    """When it turned from dark to lit, a moment apart at least."""
    moments = times[np.flatnonzero(lit)]
    return [float(at) for at, before in zip(moments, [-1e9, *moments], strict=False) if at - before > apart]


def flashes_in(content: bytes, region: Region = EVERYWHERE) -> list[float]:
    """Seconds at which the picture (in `region`: rows, columns) turns white; none of a file of sound alone."""
    times, lit = [], []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in container.decode(video=0) if container.streams.video else ():
            luma = frame.to_ndarray(format="gray")
            times.append(frame.time)
            lit.append(luma[region].mean() > 128)
    return beginnings(np.array(lit), np.array(times))


def beeps_in(content: bytes, hertz: float | None = None) -> list[float]:
    """Seconds at which it begins to sound; with `hertz` only this tone counts."""
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    parts: list[tuple[float, NDArray[np.float32]]] = []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in container.decode(audio=0):
            for out in resampler.resample(frame):
                parts.append((frame.time or 0.0, out.to_ndarray()[0]))
    times, lit = [], []
    for at, samples in parts:
        for begin in range(0, len(samples) - 239, 240):
            part = samples[begin : begin + 240]
            times.append(at + begin / RATE)
            lit.append(_level(part, hertz) > 0.05)
    return beginnings(np.array(lit), np.array(times))


def _level(samples: NDArray[np.float32], hertz: float | None) -> float:
    if hertz is None:
        return float(np.sqrt(np.mean(samples**2)))
    t = np.arange(len(samples)) / RATE
    return float(abs(np.dot(samples, np.exp(-2j * np.pi * hertz * t))) / len(samples))
