"""Any audio file as mono float32 at 16 kHz, block by block, with one clear error for what is none."""

import io
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError

from transcription.errors import AudioMissing, AudioTooLong, NotAudio
from transcription.model import SAMPLE_RATE, Samples

MOST_SECONDS = 4 * 3600.0
_DAMAGED_PACKETS = 100
# Containers that only hold media. Playlists (HLS, concat) could make FFmpeg open other files.
_FORMATS = "wav,w64,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,mp3,aac,aiff,caf,amr,au"

Source = Path | bytes | BinaryIO


def decode(source: Source, most_seconds: float = MOST_SECONDS) -> Generator[Samples, None, None]:
    """Decode block by block, so that a long recording never lies in memory whole.

    A file that was cut off gives what it still holds; damaged packets are left out.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        most_seconds: the longest sound that is accepted.

    Yields:
        Mono float32 samples at 16 kHz, never NaN, one block per decoded frame.

    Raises:
        AudioMissing: the path cannot be opened.
        NotAudio: nothing in it decodes as sound.
        AudioTooLong: there is more than ``most_seconds`` of it (raised where the limit is passed).
    """
    with _opened(source) as file:
        heard = 0
        for block in _blocks(file):
            heard += len(block)
            if heard > most_seconds * SAMPLE_RATE:
                raise AudioTooLong(f"The audio is longer than {most_seconds / 3600:g} hours.")
            yield block
        if not heard:
            raise NotAudio("There is no sound in this file.")


def decode_all(source: Source, most_seconds: float = MOST_SECONDS) -> Samples:
    """The whole sound as one array; arguments and errors as :func:`decode`."""
    return np.concatenate(list(decode(source, most_seconds)))


def _opened(source: Source) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if not isinstance(source, Path):
        return source
    try:
        return source.open("rb")
    except OSError as error:
        raise AudioMissing(f"The file {source.name} cannot be opened: {error.strerror}.") from error


def _blocks(file: BinaryIO) -> Iterator[Samples]:
    try:
        container = av.open(file, "r", options={"format_whitelist": _FORMATS})
    except (FFmpegError, ValueError, OSError) as error:
        raise NotAudio("The file is not in an audio format that can be read.") from error
    with container:
        if not container.streams.audio:
            raise NotAudio("The file has no audio track.")
        resampler = AudioResampler("flt", "mono", SAMPLE_RATE)
        for frame in _frames(container):
            yield from _resampled(resampler, frame)
        yield from _resampled(resampler, None)


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    damaged = 0
    packets = container.demux(container.streams.audio[0])
    while damaged < _DAMAGED_PACKETS:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except FFmpegError:
            damaged += 1
            continue
        yield from (frame for frame in frames if isinstance(frame, av.AudioFrame))


def _resampled(resampler: AudioResampler, frame: av.AudioFrame | None) -> Iterator[Samples]:
    if frame is not None:
        frame.pts = None  # gaps and jumps in time stamps are no reason to invent or drop sound
    try:
        for out in resampler.resample(frame):
            yield np.nan_to_num(out.to_ndarray()[0].astype(np.float32))
    except (FFmpegError, ValueError) as error:
        raise NotAudio("The audio changes its format in a way that cannot be followed.") from error
