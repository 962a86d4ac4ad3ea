"""Captions: what somebody said, in pieces that fit under a picture and stay there long enough to be read.

Pure. The sizes are those of subtitles elsewhere: two lines of 42 characters, one to seven seconds (Netflix, Timed Text
Style Guide).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

LINE_CHARACTERS = 42
CUE_CHARACTERS = 2 * LINE_CHARACTERS
LONGEST_CUE = 7.0
"""Seconds."""
SHORTEST_CUE = 1.0
"""Seconds; less where the same person goes on speaking before."""
_BLINK = 0.001  # WebVTT: a cue ends after it begins
_FULL = 0.5  # share of a cue after which it ends with its sentence
_SENTENCE_ENDS = (".", "?", "!", "…")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or several that are written as one thing. Times in seconds, None where nobody measured them."""

    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one person said without a pause, from ``start`` to ``end`` (seconds)."""

    speaker: str
    start: float
    end: float
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at once. ``text``: at most two lines; a single longer word stays whole."""

    speaker: str
    start: float
    end: float
    text: str


def plain_line(speaker: str, start: float, end: float, text: str) -> Line:
    """A line of which only the whole is timed."""
    return Line(speaker, start, end, tuple(Piece(word) for word in text.split()))


def cues(lines: Sequence[Line]) -> list[Cue]:
    """The captions of all lines, by start."""
    return sorted((cue for line in lines for cue in _cues_of(line)), key=lambda cue: cue.start)


def _cues_of(line: Line) -> list[Cue]:
    groups = list(_groups(_timed(line)))
    following = [*(group[0].begin for group in groups[1:]), None]
    return [_cue(line.speaker, group, after) for group, after in zip(groups, following, strict=False)]


@dataclass(frozen=True, slots=True)
class _Timed:
    text: str
    begin: float
    end: float


def _timed(line: Line) -> list[_Timed]:
    """Every piece with times, inside the line and in order; what nobody measured lies where its letters do."""
    letters = max(1, sum(len(piece.text) for piece in line.pieces))
    timed: list[_Timed] = []
    at, passed = line.start, 0
    for piece in line.pieces:
        guess = line.start + (line.end - line.start) * passed / letters
        passed += len(piece.text)
        until = line.start + (line.end - line.start) * passed / letters
        begin = min(max(at, guess if piece.start is None else piece.start), max(at, line.end))
        at = max(begin, min(until if piece.end is None else piece.end, line.end))
        timed.append(_Timed(piece.text, begin, at))
    return timed


def _groups(pieces: Sequence[_Timed]) -> Iterator[list[_Timed]]:
    group: list[_Timed] = []
    for piece in pieces:
        if group and not _fits(group, piece):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _fits(group: Sequence[_Timed], piece: _Timed) -> bool:
    length = sum(len(one.text) + 1 for one in group)
    if group[-1].text.endswith(_SENTENCE_ENDS) and length > _FULL * CUE_CHARACTERS:
        return False
    return length + len(piece.text) <= CUE_CHARACTERS and piece.end - group[0].begin <= LONGEST_CUE


def _cue(speaker: str, group: Sequence[_Timed], following: float | None) -> Cue:
    begin, end = group[0].begin, max(group[-1].end, group[0].begin + SHORTEST_CUE)
    if following is not None:
        end = max(begin + _BLINK, min(end, following))
    text = "\n".join(wrap(" ".join(one.text for one in group), LINE_CHARACTERS, break_long_words=False))
    return Cue(speaker, begin, end, text)
