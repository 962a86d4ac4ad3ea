"""Everything together: pieces in, one MP4 out. Blocking; memory does not grow with the length of the visit."""

from collections.abc import Callable, Sequence

from av.video.frame import VideoFrame

from media.composing.canvas import Canvas, Cell, cells
from media.composing.mixing import RATE, Mixer
from media.composing.mp4 import FRAME_SAMPLES, Mp4Encoder, ScratchFile
from media.composing.pictures import Piece, PieceTrack

FPS = 25  # 40 ms apart and rounded to the nearest: no picture is more than 20 ms off
STEP = 24 * FRAME_SAMPLES  # samples encoded at once: half a second


class _Screenplay:
    """Who is to be seen when, and where."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._canvas = Canvas()
        people = sorted({piece.person for piece in pieces})
        self._cameras = [
            PieceTrack([p for p in pieces if (p.person, p.kind) == (person, "camera")]) for person in people
        ]
        self._screen = PieceTrack([p for p in pieces if p.kind == "screen"], stands_still=True)
        self._layout: tuple[Cell, ...] = ()
        self._drawn: list[VideoFrame | None] = []

    def at(self, seconds: float) -> VideoFrame:
        shown: list[VideoFrame | None] = [camera.at(seconds) for camera in self._cameras]
        screen = self._screen.at(seconds)
        layout = cells(len(self._cameras), screen=screen is not None)
        whole = layout != self._layout
        if whole:
            self._canvas = Canvas()
        if screen is not None:
            shown.append(screen)
        for number, (cell, frame) in enumerate(zip(layout, shown, strict=True)):
            if whole or frame is not self._drawn[number]:
                self._draw(cell, frame)
        self._layout, self._drawn = layout, shown
        return self._canvas.frame()

    def _draw(self, cell: Cell, frame: VideoFrame | None) -> None:
        if frame is None:
            self._canvas.nobody(cell)
        else:
            self._canvas.picture(cell, frame)


def compose(pieces: Sequence[Piece], scratch: ScratchFile, tell: Callable[[float], None]) -> float:
    """Writes to `scratch`; `tell` is given the share that is done (0 to 1) twice a second of the visit.

    Returns the length in seconds. ValueError for no pieces.
    """
    begin, end = min(p.start for p in pieces), max(p.end for p in pieces)
    play, mixer, encoder = _Screenplay(pieces), Mixer(pieces, begin), Mp4Encoder(scratch, FPS)
    frames, sounds = 0, 0
    total = round((end - begin) * FPS)
    while frames < total:
        left = -(-(total * RATE // FPS - sounds) // FRAME_SAMPLES) * FRAME_SAMPLES  # whole AAC frames
        step = max(FRAME_SAMPLES, min(STEP, left))
        encoder.sound(mixer.take(step))
        sounds += step
        while frames < min(total, sounds * FPS // RATE):
            encoder.picture(play.at(begin + (frames + 0.5) / FPS))
            frames += 1
        tell(frames / total)
    encoder.finish()
    return total / FPS
