"""A camera and a microphone as RTP payloads, encoded once and kept in a cache folder.

640x480 VP8 at 30 frames/s, about 500 kbit/s (libvpx, constant bit rate, as aiortc's encoder sets it), and mono Opus at
32 kbit/s in 20 ms frames. The picture moves and carries sensor noise, the sound is a wandering tone in noise, so
that neither is ever cheap or silent. Key frames every two seconds: a player that is asked for one goes there.
"""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from aiortc.codecs.vpx import Vp8Encoder
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 640, 480, 30
SECONDS = 20
KEY_FRAME_EVERY = 2 * FPS
VIDEO_BPS, AUDIO_BPS = 500_000, 32_000
RATE, AUDIO_FRAME = 48_000, 960
CACHE = Path(tempfile.gettempdir()) / "consultroom-bench"
_HEAD = struct.Struct(">BBH")  # 0 sound, 1 picture | first or last packet of a frame, key | length
_FIRST, _LAST, _KEY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Recording:
    """`frames`: RTP payloads (VP8 descriptor included) of each picture; `sounds`: one Opus packet each 20 ms."""

    frames: list[list[bytes]]
    sounds: list[bytes]
    key_frames: list[int]

    @property
    def video_bps(self) -> float:
        return 8 * sum(len(p) for f in self.frames for p in f) * FPS / len(self.frames)

    @property
    def packets_per_second(self) -> float:
        """Both tracks together."""
        return sum(len(f) for f in self.frames) * FPS / len(self.frames) + RATE / AUDIO_FRAME

    def next_key_frame(self, frame: int) -> int:
        """The next key frame from `frame` (a number that may exceed the recording: it is played in a ring)."""
        at = frame % len(self.frames)
        later = [k for k in self.key_frames if k >= at]
        return frame - at + (later[0] if later else len(self.frames) + self.key_frames[0])


def load() -> Recording:
    """The recording of this machine, made on first use (about 10 s)."""
    path = CACHE / f"camera-{WIDTH}x{HEIGHT}-{FPS}-{VIDEO_BPS}-{SECONDS}.packets"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(b"".join(_pictures()) + b"".join(_sounds()))
        fresh.rename(path)
    return _read(path.read_bytes())


def _read(data: bytes) -> Recording:
    frames: list[list[bytes]] = []
    sounds: list[bytes] = []
    keys: list[int] = []
    at = 0
    while at < len(data):
        picture, flags, length = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + length]
        at += _HEAD.size + length
        if not picture:
            sounds.append(payload)
            continue
        if flags & _FIRST:
            frames.append([])
            if flags & _KEY:
                keys.append(len(frames) - 1)
        frames[-1].append(payload)
    return Recording(frames, sounds, keys)


def _pictures() -> list[bytes]:
    random = np.random.default_rng(1)
    encoder = Vp8Encoder()
    encoder.target_bitrate = VIDEO_BPS
    scene = _scene(random)
    out: list[bytes] = []
    for number in range(SECONDS * FPS):
        frame = VideoFrame.from_ndarray(_picture(scene, number, random), format="rgb24")
        frame.pts, frame.time_base = number * 90_000 // FPS, Fraction(1, 90_000)
        key = number % KEY_FRAME_EVERY == 0
        payloads, _ = encoder.encode(frame, force_keyframe=key)
        for place, payload in enumerate(payloads):
            flags = _FIRST * (place == 0) | _LAST * (place == len(payloads) - 1) | _KEY * key
            out.append(_HEAD.pack(1, flags, len(payload)) + payload)
    return out


def _scene(random: np.random.Generator) -> NDArray[np.float64]:
    """A room that is wider than the picture: soft shapes and some texture."""
    y, x = np.mgrid[0 : HEIGHT + 40, 0 : WIDTH + 40].astype(np.float32)
    room = 110 + 40 * np.sin(x / 90) + 30 * np.cos(y / 70) + random.normal(0, 4, x.shape)
    coloured: NDArray[np.float64] = np.stack([room, room * 0.92, room * 0.85], axis=-1)
    return coloured


def _picture(scene: NDArray[np.float64], number: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """A hand-held camera on a head that nods and lips that move."""
    t = number / FPS
    dx, dy = int(20 + 6 * np.sin(t * 0.9)), int(20 + 4 * np.sin(t * 1.3))
    picture = scene[dy : dy + HEIGHT, dx : dx + WIDTH].copy()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    head_x, head_y = 320 + 25 * np.sin(t * 1.7), 220 + 12 * np.sin(t * 2.3)
    head = ((x - head_x) / 95) ** 2 + ((y - head_y) / 130) ** 2 < 1
    mouth = ((x - head_x) / 35) ** 2 + ((y - head_y - 70) / (4 + 10 * abs(np.sin(t * 9)))) ** 2 < 1
    picture[head] = (205, 170, 145)
    picture[mouth] = (140, 60, 70)
    picture += random.normal(0, 1.5, (HEIGHT, WIDTH, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _sounds() -> list[bytes]:
    random = np.random.default_rng(2)
    codec = av.CodecContext.create("libopus", "w")
    codec.bit_rate, codec.sample_rate, codec.layout, codec.format = AUDIO_BPS, RATE, "mono", "s16"
    codec.options = {"application": "voip", "fec": "1", "packet_loss": "10", "frame_duration": "20"}
    out: list[bytes] = []
    phase = 0.0
    for number in range(SECONDS * RATE // AUDIO_FRAME):
        pitch = 140 + 60 * np.sin(number / 23)
        turns = phase + np.arange(AUDIO_FRAME) * 2 * np.pi * pitch / RATE
        phase = float(turns[-1] + 2 * np.pi * pitch / RATE)
        loud = 0.35 + 0.3 * np.sin(number / 9)
        wave = loud * (np.sin(turns) + 0.5 * np.sin(3 * turns)) + random.normal(0, 0.03, AUDIO_FRAME)
        samples = (np.clip(wave * 0.5, -1, 1) * 32767).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * AUDIO_FRAME, Fraction(1, RATE)
        for packet in codec.encode(frame):
            data = bytes(packet)
            out.append(_HEAD.pack(0, 0, len(data)) + data)
    return out
