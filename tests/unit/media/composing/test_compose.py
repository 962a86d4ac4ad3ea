"""A composed visit, decoded: everybody at the right moment in the right place, the voices together."""

import io

import av
import numpy as np
import pytest

from media.composing.compose import compose
from media.composing.mp4 import ScratchFile, index_first
from media.composing.pictures import Piece, PieceTrack
from media.http import InMemory
from media.recording.webm import WebmStream
from tests.integration.media.flashes import RATE, Region, beeps_in, flashes_in, piece

LEFT: Region = (slice(200, 500), slice(100, 540))
RIGHT: Region = (slice(280, 440), slice(780, 1140))
MIDDLE: Region = (slice(200, 500), slice(200, 800))
TOLERANCE = 0.040


class _Grown(bytearray):
    def write(self, data: bytes) -> None:
        self.extend(data)


def composed(*pieces: Piece) -> tuple[bytes, float, list[float]]:
    grown, told = _Grown(), list[float]()
    scratch = ScratchFile(grown)
    seconds = compose(pieces, scratch, told.append)
    return b"".join(index_first(InMemory(bytes(grown)), scratch.changes)), seconds, told


def test_two_pieces_each_a_late_join_a_turned_phone_and_a_screen() -> None:
    one = piece(6, (1.0, 4.5), hertz=800)
    two = piece(5, (2.0,), hertz=2400, turned_at=3.0)
    screen = piece(2, (), size=(640, 360), dark=160)
    made, seconds, told = composed(
        Piece(0, "camera", 10.0, 16.0, InMemory(one)),
        Piece(1, "camera", 11.5, 16.5, InMemory(two)),
        Piece(0, "camera", 18.0, 24.0, InMemory(one)),
        Piece(1, "screen", 20.0, 22.0, InMemory(screen)),
    )
    assert seconds == 14.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    # The screen is bright itself: in its two seconds the left half is lit by it.
    assert flashes_in(made, LEFT) == pytest.approx([1.0, 4.5, 9.0, 10.0, 12.5], abs=TOLERANCE)
    assert flashes_in(made, RIGHT) == pytest.approx([3.5], abs=TOLERANCE)
    assert flashes_in(made, MIDDLE)[-2] == pytest.approx(10.0, abs=TOLERANCE)
    assert beeps_in(made, 800) == pytest.approx([1.0, 4.5, 9.0, 12.5], abs=TOLERANCE)
    assert beeps_in(made, 2400) == pytest.approx([3.5], abs=TOLERANCE)
    with av.open(io.BytesIO(made), "r") as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(14.0, abs=0.05)
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name, audio.rate) == ("h264", "aac", RATE)
        assert (video.width, video.height) == (1280, 720)
    assert made[4:8] == b"ftyp"
    assert made.index(b"moov") < made.index(b"mdat")  # plays before it is all there


def test_voices_that_speak_together_are_added() -> None:
    one, two = piece(2, (0.5,), hertz=800), piece(2, (0.5,), hertz=2400)
    made, _, _ = composed(
        Piece(0, "camera", 0.0, 2.0, InMemory(one)), Piece(1, "camera", 0.0, 2.0, InMemory(two))
    )
    assert beeps_in(made, 800) == pytest.approx([0.5], abs=TOLERANCE)
    assert beeps_in(made, 2400) == pytest.approx([0.5], abs=TOLERANCE)


def test_sound_alone_and_a_torn_piece_are_composed() -> None:
    stream = WebmStream(None)
    for n in range(100):
        stream.add_audio(n / 50, b"\xf8\xff\xfe")
    torn = piece(4, (0.3,))
    made, seconds, _ = composed(
        Piece(0, "camera", 0.0, 2.0, InMemory(stream.finish())),
        Piece(1, "camera", 0.0, 4.0, InMemory(torn[: len(torn) * 9 // 10])),
        Piece(2, "camera", 1.0, 2.0, InMemory(b"nothing at all")),
    )
    assert seconds == 4.0
    assert beeps_in(made) == pytest.approx([0.3], abs=TOLERANCE)


def test_a_camera_that_is_off_shows_nobody_and_a_screen_stands_still() -> None:
    stream = WebmStream((320, 240), sound=False)
    with av.open(io.BytesIO(piece(1, ())), "r") as container:
        first = next(bytes(packet) for packet in container.demux(container.streams.video[0]))
    stream.add_video(0.0, first, key=True)
    still = Piece(0, "camera", 0.0, 60.0, InMemory(stream.finish()))
    camera, screen = PieceTrack([still]), PieceTrack([still], stands_still=True)
    assert camera.at(1.0) is not None
    assert camera.at(10.0) is None
    assert (screen.at(1.0) is not None, screen.at(10.0) is not None) == (True, True)


def test_memory_does_not_grow_with_the_visit() -> None:
    """Frames are decoded as they are shown: none is held but the present one and the next."""
    track = PieceTrack([Piece(0, "camera", 0.0, 6.0, InMemory(piece(6, ())))])
    seen = {id(frame) for n in range(150) if (frame := track.at(n / 25)) is not None}
    assert len(seen) < 100  # ids are used again: frames were let go
    assert np.all([track._next is None])
