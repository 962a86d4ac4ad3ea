"""A visit's transcript as a file to keep: JSON, text, WebVTT, SubRip. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Literal

from clinical_store import Participant, Segment, Transcript, UtteranceState, UtteranceView
from transcription.captions import Line, Piece, plain_line
from transcription.render import as_srt, as_text, as_vtt

Format = Literal["json", "txt", "vtt", "srt"]
LEAST_LOST = 0.3
"""Seconds. Shorter losses of sound are heard as nothing; the playback page leaves them out as well."""

_UNFINISHED = "This transcript is still being written."


def exported(
    transcript: Transcript, segments: Sequence[Segment], people: Sequence[Participant], form: Format
) -> str:
    """The file's text. Captions count from the beginning of the recording, as players do, all else from the visit's
    media epoch."""
    missing = list(_lost(segments, people))
    if form == "json":
        return _as_json(transcript, missing)
    if form == "txt":
        return _above(transcript) + as_text(
            _in_order([*_said(transcript), *_unwritten(transcript), *missing])
        )
    render = as_vtt if form == "vtt" else as_srt
    lines = _in_order([*_said(transcript), *missing])
    return render(_since(lines, first_recorded(segments)), transcript.notice)


def captions_of(transcript: Transcript, segments: Sequence[Segment]) -> str:
    """What was said as WebVTT for the playback page."""
    return as_vtt(_since(list(_said(transcript)), first_recorded(segments)), transcript.notice)


def first_recorded(segments: Sequence[Segment]) -> float:
    """Where the recording begins: second 0 of its players and of the video file."""
    return min((one.start for one in segments if one.end is not None and one.end > one.start), default=0.0)


def pieces(view: UtteranceView) -> Iterator[Piece]:
    """Words, and what several of them are written as."""
    spans = {span.first: span for span in view.written}
    at = 0
    while at < len(view.words):
        span = spans.get(at)
        last = span.last if span else at
        text = span.text if span else view.words[at].text
        yield Piece(text, view.words[at].start, view.words[last].end)
        at = last + 1


def _as_json(transcript: Transcript, missing: Sequence[Line]) -> str:
    """The transcript as the page shows it, each line also `as_written`, and where sound was lost."""
    page = transcript.model_dump(mode="json")
    for line, view in zip(page["utterances"], transcript.utterances, strict=True):
        line["as_written"] = " ".join(piece.text for piece in pieces(view))
        del line["firm"]
    page["sound_lost"] = [
        {"speaker_name": line.speaker, "start": line.start, "end": line.end} for line in missing
    ]
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def _above(transcript: Transcript) -> str:
    notices = [transcript.notice, None if transcript.status == "complete" else _UNFINISHED]
    return "".join(f"{notice}\n\n" for notice in notices if notice)


def _said(transcript: Transcript) -> Iterator[Line]:
    for view in transcript.utterances:
        if view.state is UtteranceState.FINAL:
            yield Line(view.speaker_name, view.start, view.end, tuple(pieces(view)))


def _unwritten(transcript: Transcript) -> Iterator[Line]:
    for view in transcript.utterances:
        if view.state is UtteranceState.PENDING:
            yield plain_line(view.speaker_name, view.start, view.end, "[not written down yet]")


def _lost(segments: Sequence[Segment], people: Sequence[Participant]) -> Iterator[Line]:
    """Where sound was lost on its way: a transcript must not read as if nothing had been said there."""
    names = {person.id: person.display_name for person in people}
    for segment in segments:
        for gap in segment.gaps:
            if gap.kind == "sound" and gap.end - gap.start >= LEAST_LOST:
                told = f"[sound lost {gap.end - gap.start:.1f} s]"
                yield Line(names[segment.participant_id], gap.start, gap.end, (Piece(told),))


def _in_order(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.start, line.end))


def _since(lines: Sequence[Line], zero: float) -> list[Line]:
    """Counted from `zero`; what ended before it is not in the recording."""
    return [_moved(line, zero) for line in lines if line.end > zero]


def _moved(line: Line, zero: float) -> Line:
    moved = tuple(Piece(one.text, _after(one.start, zero), _after(one.end, zero)) for one in line.pieces)
    return Line(line.speaker, max(0.0, line.start - zero), line.end - zero, moved)


def _after(seconds: float | None, zero: float) -> float | None:
    return None if seconds is None else max(0.0, seconds - zero)
