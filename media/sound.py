"""The sound of a recorded segment on its true time line: for completing a transcript, the final pass and the composed
video. Blocking; run in a thread."""

from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from media.clips import opened
from media.ports import Samples, SeekableBytes
from media.recording.voice import LONGEST, VoiceDecoder
from media.recording.voice import RATE as OPUS_RATE

RATE = 16_000
TOLERANCE = OPUS_RATE // 100  # samples, half an Opus frame: less is the container's millisecond clock
PAUSE_BYTES = 2  # a packet no longer than this says that the sender is silent (DTX, RFC 7587 section 3.1.3)
GIVEN_AT_ONCE_S = 0.2

Heard = tuple[float, Samples]


def hear(source: SeekableBytes, rate: int = RATE) -> Iterator[Heard]:
    """(seconds into the segment, mono float32 samples at `rate`), in order; where packets were lost the time jumps.

    Up to 0.12 s of loss is concealed as in the call: from the next packet's FEC where it has some, else as libopus
    bridges it. A sender's own pause is never filled with anything. A segment cut off by kill -9 is heard to its last
    whole cluster; a packet that is no Opus is a gap. Raises RecordingNotFound.
    """
    track = _Track(rate)
    for seconds, payload in _packets(source):
        yield from track.take(seconds, payload)
    yield from track.end()


class _Track:
    """Packets in, sound out, stretch by stretch: within one no sample is missing."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._voice = VoiceDecoder()
        self._paused = True  # before the first packet nothing was lost
        self._begin(0.0)

    def take(self, seconds: float | None, payload: bytes) -> Iterator[Heard]:
        gap = 0 if seconds is None else round((seconds - self._base) * OPUS_RATE) - self._position
        if seconds is not None and abs(gap) > LONGEST:
            yield from self.end()
            self._begin(seconds)
            gap = 0
        if gap > TOLERANCE:
            yield from self._bridge(payload, gap)
        sound = self._voice.decode(payload)
        if sound is None:
            return  # what comes next shows how long it was
        self._paused = len(payload) <= PAUSE_BYTES
        yield from self._feed(sound[-gap:] if gap < -TOLERANCE else sound)

    def end(self) -> Iterator[Heard]:
        """The rest of the stretch, down to the resampler's tail: it belongs before the gap."""
        yield from self._resampled(None)

    def _begin(self, seconds: float) -> None:
        self._base = self._told = seconds
        self._position = 0  # 48 kHz samples since the base
        self._resampler = AudioResampler("flt", "mono", self._rate, round(self._rate * GIVEN_AT_ONCE_S))

    def _bridge(self, payload: bytes, gap: int) -> Iterator[Heard]:
        lost = None if self._paused else self._voice.recover(payload, gap)
        if lost is not None:
            yield from self._feed(lost)
            gap -= len(lost)
        if gap > 0:
            yield from self._feed(np.zeros(gap, np.float32))

    def _feed(self, sound: Samples) -> Iterator[Heard]:
        if not len(sound):
            return
        frame = AudioFrame.from_ndarray(sound[np.newaxis], format="flt", layout="mono")
        frame.sample_rate, frame.pts = OPUS_RATE, None  # the stretch has its own time
        self._position += len(sound)
        yield from self._resampled(frame)

    def _resampled(self, frame: AudioFrame | None) -> Iterator[Heard]:
        for out in self._resampler.resample(frame):
            samples: Samples = out.to_ndarray()[0]
            yield self._told, samples
            self._told += len(samples) / self._rate


def _packets(source: SeekableBytes) -> Iterator[tuple[float | None, bytes]]:
    """(seconds into the segment, Opus packet)."""
    with opened(source) as container:
        if not container.streams.audio:
            return
        try:
            for packet in container.demux(container.streams.audio[0]):
                if packet.size:
                    yield _seconds(packet), bytes(packet)
        except av.FFmpegError:
            return  # the tail of a file cut in the middle of a cluster


def _seconds(packet: "av.Packet[av.AudioStream]") -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base)
