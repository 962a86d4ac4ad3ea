"""Opus to mono sound at 48 kHz, with lost packets heard from the next one's in-band FEC (RFC 6716 section 2.1.7).

FFmpeg's Opus decoder has no way to ask for FEC, so the libopus that PyAV brings along is called itself. Where it cannot
be found, PyAV decodes and nothing is recovered.
"""

import ctypes
import ctypes.util
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from media.ports import Samples

RATE = 48_000
LONGEST = RATE * 120 // 1000  # samples of the longest packet (RFC 6716 section 2.1.4)
STEP = RATE * 5 // 2000  # libopus conceals in steps of 2.5 ms


@cache
def library() -> Any:
    """libopus, as PyAV's wheel or the system has it; None where there is none."""
    bundled = Path(av.__file__).parent.parent / "av.libs"
    names = [*map(str, sorted(bundled.glob("libopus*.so*"))), ctypes.util.find_library("opus")]
    for name in filter(None, names):
        try:
            opus = ctypes.CDLL(name)
            opus.opus_decoder_create.restype = ctypes.c_void_p
        except (OSError, AttributeError):
            continue
        return opus
    return None


class VoiceDecoder:
    """One stream's decoder; packets in their order."""

    def __init__(self) -> None:
        self._opus = library()
        self._state: ctypes.c_void_p | None = None
        self._pcm = np.zeros(LONGEST, np.float32)
        self._at = self._pcm.ctypes.data_as(ctypes.c_void_p)
        if self._opus is not None:
            error = ctypes.c_int()
            self._state = ctypes.c_void_p(self._opus.opus_decoder_create(RATE, 1, ctypes.byref(error)))
            if error.value:
                self._state = None
        self._plain = _plain_decoder() if self._state is None else None

    def __del__(self) -> None:
        if getattr(self, "_state", None) is not None:
            self._opus.opus_decoder_destroy(self._state)
            self._state = None

    def decode(self, payload: bytes) -> Samples | None:
        """None when it is no Opus."""
        if self._plain is not None:
            return _decoded(self._plain, payload)
        return self._call(payload, LONGEST, fec=False)

    def recover(self, payload: bytes, samples: int) -> Samples | None:
        """What came before `payload` and was lost, at most `LONGEST`: its last part from the packet's FEC where it
        has some, the rest as libopus bridges it. Ask before the packet itself is decoded."""
        if self._plain is not None or not 0 < samples <= LONGEST:
            return None
        return self._call(payload, max(STEP, samples // STEP * STEP), fec=True)

    def _call(self, payload: bytes, samples: int, *, fec: bool) -> Samples | None:
        if not payload:
            return None
        got = self._opus.opus_decode_float(self._state, payload, len(payload), self._at, samples, int(fec))
        return self._pcm[:got].copy() if got > 0 else None


def _plain_decoder() -> AudioCodecContext:
    """libopus mixes to mono itself, and knows floats."""
    decoder = AudioCodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.layout = "mono"
    decoder.options = {"request_sample_fmt": "flt"}
    return decoder


def _decoded(decoder: AudioCodecContext, payload: bytes) -> Samples | None:
    try:
        frames = decoder.decode(av.Packet(payload))
    except av.FFmpegError:
        return None
    mono = [_mono(frame) for frame in frames if isinstance(frame, AudioFrame)]
    return np.concatenate(mono) if mono else None


def _mono(frame: AudioFrame) -> Samples:
    """The decoder's frame as float32 in -1..1 at 48 kHz. The plane may be longer than the sound."""
    samples: Samples = np.frombuffer(frame.planes[0], np.float32)[: frame.samples]  # type: ignore[call-overload]
    return samples
