"""Opus to 16 kHz mono float32 on an unbroken time line, for speech recognition."""

from collections.abc import Iterator

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from media.link_protocol import StreamPacket
from media.ports import Samples
from media.recording.reorder import Ordered, ReorderBuffer
from media.recording.track_clock import TrackClock
from media.recording.voice import VoiceDecoder

RATE = 16_000
OPUS_RATE = 48_000
REORDER_S = 0.2
CHUNK = RATE // 5
TOLERANCE = OPUS_RATE // 100  # placement may be this many samples off before silence is put in
LONGEST_FILL_S = 120.0

Heard = tuple[float, Samples]


class Hearing:
    """One participant's voice. Feed packets; get (seconds since the epoch, samples) in order. What was lost is
    heard from the next packet's FEC where it is short, longer gaps are zeros."""

    def __init__(self) -> None:
        self._reorder = ReorderBuffer(REORDER_S)
        self._clock = TrackClock(OPUS_RATE)
        self._voice = VoiceDecoder()
        self._resampler = _resampler()
        self._base: float | None = None  # time of the first sample since the last jump
        self._position = 0  # 48 kHz samples since the base that were decoded or filled in
        # ... and not resampled yet: a call of the resampler costs as much as 20 ms of sound do
        self._heard: list[Samples] = []
        self._heard_samples = 0
        self._emitted = 0  # 16 kHz samples since the base that were given out
        self._ready: list[Samples] = []

    def push(self, packet: StreamPacket) -> Iterator[Heard]:
        for item in self._reorder.push(packet):
            yield from self._take(item)

    def due(self, at: float) -> Iterator[Heard]:
        """What a passing moment releases (nothing may come for a while)."""
        for item in self._reorder.due(at):
            yield from self._take(item)

    def finish(self) -> Iterator[Heard]:
        """The rest, down to the resampler's tail."""
        for item in self._reorder.flush():
            yield from self._take(item)
        yield from self._end()

    def _take(self, item: Ordered) -> Iterator[Heard]:
        packet = item.packet
        seconds = self._clock.place(packet.connection, packet.timestamp, packet.at)
        if self._base is None:
            self._base = seconds
        gap = round((seconds - self._base) * OPUS_RATE) - self._position
        if item.gap and (lost := self._voice.recover(packet.payload, gap)) is not None:
            yield from self._feed(lost)
            gap -= len(lost)
        sound = self._voice.decode(packet.payload)
        if sound is None:
            return  # its time is filled with silence when the next packet comes
        if gap > LONGEST_FILL_S * OPUS_RATE:
            yield from self._end()
            self._base, gap = seconds, 0
        elif gap > TOLERANCE:
            yield from self._silence(gap)
        elif gap < -TOLERANCE:
            sound = sound[-gap:]  # told already
        yield from self._feed(sound)

    def _silence(self, samples: int) -> Iterator[Heard]:
        while samples > 0:
            part = min(samples, OPUS_RATE)
            yield from self._feed(np.zeros(part, np.float32))
            samples -= part

    def _feed(self, sound: Samples) -> Iterator[Heard]:
        self._heard.append(sound)
        self._heard_samples += len(sound)
        self._position += len(sound)
        if self._heard_samples >= CHUNK * OPUS_RATE // RATE:
            self._resample()
        if sum(map(len, self._ready)) >= CHUNK:
            yield self._emit()

    def _resample(self) -> None:
        sound = np.concatenate(self._heard) if self._heard else np.zeros(0, np.float32)
        self._heard, self._heard_samples = [], 0
        if not len(sound):
            return
        frame = AudioFrame.from_ndarray(sound[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = OPUS_RATE
        frame.pts = self._position - len(sound)
        self._collect(self._resampler.resample(frame))

    def _collect(self, frames: list[AudioFrame]) -> None:
        self._ready += [
            frame.to_ndarray()[0].astype(np.float32, copy=False) for frame in frames if frame.samples
        ]

    def _emit(self) -> Heard:
        samples = np.concatenate(self._ready)
        self._ready = []
        assert self._base is not None
        at = self._base + self._emitted / RATE
        self._emitted += len(samples)
        return at, samples

    def _end(self) -> Iterator[Heard]:
        if self._base is not None:
            self._resample()
            self._collect(self._resampler.resample(None))
            if self._ready:
                yield self._emit()
        self._resampler = _resampler()
        self._base, self._position, self._emitted = None, 0, 0


def _resampler() -> AudioResampler:
    return AudioResampler(format="flt", layout="mono", rate=RATE)
