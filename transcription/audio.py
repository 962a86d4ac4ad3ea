"""Any audio file as mono float32 at 16 kHz, block by block, with one clear error for what is none."""

import io
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from transcription.errors import AudioMissing, AudioTooLong, AudioTooShort, NotAudio
from transcription.model import SAMPLE_RATE, Samples

MOST_SECONDS = 4 * 3600.0
LEAST_SECONDS = 0.2
_NOTICED = 1.0  # seconds: a container's length is no exact promise
_DAMAGED_PACKETS = 100
_UNKNOWN_SIZE = 0xFFFFFF00  # what a program writes that cannot go back to the head of its file
_RIFF_HEAD = 36
_CANCELLED = 0.02  # of the loudest channel's power; a voice on one side only leaves a quarter in the mean
# Containers that only hold media. Playlists (HLS, concat) could make FFmpeg open other files.
_FORMATS = "wav,w64,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,mp3,aac,aiff,caf,amr,au"

Source = Path | bytes | BinaryIO

CutOff = Callable[[float, float], None]
"""Told of a file that ends too early: seconds that could be read, seconds that it promised."""


def decode(
    source: Source, most_seconds: float = MOST_SECONDS, cut_off: CutOff | None = None
) -> Generator[Samples, None, None]:
    """Decode block by block, so that a long recording never lies in memory whole.

    A file that was cut off gives what it still holds; damaged packets are left out. Several channels become one: their
    mean, or the loudest where they would cancel one another.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        most_seconds: the longest sound that is accepted.
        cut_off: told at the end when a second or more is missing.

    Yields:
        Mono float32 samples at 16 kHz in [-1, 1], never NaN, one block per decoded frame.

    Raises:
        AudioMissing: the path cannot be opened.
        NotAudio: nothing in it decodes as sound.
        AudioTooLong: there is more than ``most_seconds`` of it (raised where the limit is passed).
        AudioTooShort: there is less than a short word's length of it (raised at the end).
    """
    with _opened(source) as file:
        heard = 0
        promised = _Promised()
        for block in _blocks(file, promised):
            heard += len(block)
            if heard > most_seconds * SAMPLE_RATE:
                raise AudioTooLong(f"The audio is longer than {most_seconds / 3600:g} hours.")
            yield block
    if not heard:
        raise NotAudio("There is no sound in this file.")
    seconds = heard / SAMPLE_RATE
    if seconds < LEAST_SECONDS:
        raise AudioTooShort(f"The audio is {seconds:.2f} s long.")
    if cut_off and promised.seconds - seconds >= _NOTICED:
        cut_off(seconds, promised.seconds)


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


@dataclass(slots=True)
class _Promised:
    """How long a file says it is; 0 where it does not."""

    seconds: float = 0.0


def _blocks(file: BinaryIO, promised: _Promised) -> Iterator[Samples]:
    header = _head(file)
    try:
        container = av.open(file, "r", options={"format_whitelist": _FORMATS})
    except (FFmpegError, ValueError, OSError) as error:
        raise NotAudio("The file is not in an audio format that can be read.") from error
    with container:
        if not container.streams.audio:
            raise NotAudio("The file has no audio track.")
        promised.seconds = _length(container, header)
        resampler: AudioResampler | None = None
        for frame in _frames(container):
            resampler = resampler or AudioResampler("fltp", frame.layout, SAMPLE_RATE)
            yield from _resampled(resampler, frame)
        if resampler:
            yield from _resampled(resampler, None)


def _head(file: BinaryIO) -> bytes:
    if not file.seekable():
        return b""
    at = file.tell()
    header = file.read(8)
    file.seek(at)
    return header


def _length(container: InputContainer, header: bytes) -> float:
    """FFmpeg tells what a WAV file holds, not what its head says it should."""
    known = (container.duration or 0) / av.time_base
    bit_rate = container.streams.audio[0].codec_context.bit_rate
    if header[:4] != b"RIFF" or not bit_rate:
        return known
    size = int.from_bytes(header[4:8], "little")
    return known if size >= _UNKNOWN_SIZE else max(known, (size - _RIFF_HEAD) * 8 / bit_rate)


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
            yield _mono(out.to_ndarray().astype(np.float32))
    except (FFmpegError, ValueError) as error:
        raise NotAudio("The audio changes its format in a way that cannot be followed.") from error


def _mono(channels: NDArray[np.float32]) -> Samples:
    """``(channels, n)`` to ``(n,)``; a microphone wired the wrong way round must not silence its speaker."""
    sound = np.clip(np.nan_to_num(channels, posinf=1, neginf=-1), -1, 1)
    if len(sound) == 1:
        return np.asarray(sound[0])
    mean, powers = sound.mean(axis=0), np.mean(sound**2, axis=1)
    if float(np.mean(mean**2)) < _CANCELLED * float(powers.max()):
        return np.asarray(sound[int(np.argmax(powers))])
    return np.asarray(mean)
