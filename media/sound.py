"""The sound of a recorded segment on its true time line, for completing a transcript. Blocking; run in a thread."""

from collections.abc import Iterator

import av
from av.audio.resampler import AudioResampler

from media.clips import opened
from media.ports import Samples, SeekableBytes

RATE = 16_000
GAP_S = 0.06  # three Opus frames: less is jitter of the muxer's millisecond clock

Heard = tuple[float, Samples]


def hear(source: SeekableBytes) -> Iterator[Heard]:
    """(seconds into the segment, mono float32 samples at 16 kHz), in order; where packets were lost the time jumps.

    A segment cut off by kill -9 is heard to its last whole cluster. Raises RecordingNotFound.
    """
    resampler = AudioResampler("flt", "mono", RATE)
    at: float | None = None
    for frame in _frames(source):
        begins = (
            float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else at or 0.0
        )
        if at is None or abs(begins - at) > GAP_S:
            at = begins
        frame.pts = None
        for out in resampler.resample(frame):
            samples: Samples = out.to_ndarray()[0]
            yield at, samples
            at += len(samples) / RATE


def _frames(source: SeekableBytes) -> Iterator[av.AudioFrame]:
    with opened(source) as container:
        if not container.streams.audio:
            return
        try:
            yield from container.decode(container.streams.audio[0])
        except av.FFmpegError:
            return  # the tail of a file cut in the middle of a cluster
