"""The sound of a recorded segment on its true time line, for completing a transcript. Blocking; run in a thread."""

from collections.abc import Iterator

import av
from av.audio.resampler import AudioResampler

from media.clips import opened
from media.ports import Samples, SeekableBytes

RATE = 16_000
GAP_S = 0.06  # three Opus frames: less is jitter of the muxer's millisecond clock

Heard = tuple[float, Samples]


def hear(source: SeekableBytes, rate: int = RATE) -> Iterator[Heard]:
    """(seconds into the segment, mono float32 samples at `rate`), in order; where packets were lost the time jumps.

    A segment cut off by kill -9 is heard to its last whole cluster; a packet that is no Opus is a gap. Raises
    RecordingNotFound.
    """
    stretch = _Stretch(0.0, rate)
    for frame in _frames(source):
        begins = stretch.until if frame.time is None else frame.time
        if abs(begins - stretch.until) > GAP_S:
            yield from stretch.end()
            stretch = _Stretch(begins, rate)
        yield from stretch.add(frame)
    yield from stretch.end()


class _Stretch:
    """Sound without a gap. `until`: seconds into the segment where what was added ends."""

    def __init__(self, start: float, rate: int) -> None:
        self.until = start
        self._told = start
        self._rate = rate
        self._resampler = AudioResampler("flt", "mono", rate, rate // 5)  # so much is given out at once

    def add(self, frame: av.AudioFrame) -> Iterator[Heard]:
        self.until += frame.samples / frame.sample_rate
        frame.pts = None  # the stretch has its own time: the muxer rounded this one to milliseconds
        yield from self._tell(frame)

    def end(self) -> Iterator[Heard]:
        """The rest, down to the resampler's tail: it belongs before the gap."""
        yield from self._tell(None)

    def _tell(self, frame: av.AudioFrame | None) -> Iterator[Heard]:
        for out in self._resampler.resample(frame):
            samples: Samples = out.to_ndarray()[0]
            yield self._told, samples
            self._told += len(samples) / self._rate


def _frames(source: SeekableBytes) -> Iterator[av.AudioFrame]:
    with opened(source) as container:
        if not container.streams.audio:
            return
        try:
            for packet in container.demux(container.streams.audio[0]):
                yield from _decoded(packet)
        except av.FFmpegError:
            return  # the tail of a file cut in the middle of a cluster


def _decoded(packet: "av.Packet[av.AudioStream]") -> list[av.AudioFrame]:
    try:
        return packet.decode()
    except av.FFmpegError:
        return []  # one sender's nonsense must not cost the rest of the transcript
