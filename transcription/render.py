"""A transcript as JSON (what `consultroom note` reads), as plain text, or as WebVTT or SubRip captions."""

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import Any

from transcription.captions import Cue, Line, cues, plain_line
from transcription.model import TranscriptDocument

FORMATS = ("json", "text", "vtt", "srt")
_NOTICE_SECONDS = 4.0
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def render(document: TranscriptDocument, form: str) -> str:
    """The transcript in one of :data:`FORMATS`, ending with a line break.

    Raises:
        KeyError: no such format.
    """
    return {"json": as_json, "text": _text, "vtt": _vtt, "srt": _srt}[form](document)


def as_json(document: TranscriptDocument) -> str:
    """``{"id", "model", "notice", "turns": [{"speaker", "text", "start", "end", "confidence"}]}``."""
    page: dict[str, Any] = {
        "id": document.id,
        "model": document.model,
        "notice": document.notice,
        "turns": [dataclasses.asdict(turn) for turn in document.turns],
    }
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def as_text(lines: Sequence[Line]) -> str:
    """One line each: ``[00:01:02] doctor: ...``."""
    return "".join(
        f"[{_clock(line.start)[:8]}] {_on_one_line(line.speaker)}: {_on_one_line(line.text)}\n"
        for line in lines
    )


def as_vtt(lines: Sequence[Line], notice: str | None) -> str:
    """WebVTT (W3C) with a voice span for the speaker; the notice is a comment."""
    note = f"\nNOTE\n{notice}\n" if notice else ""
    return "WEBVTT\n" + note + "".join(_vtt_cue(cue) for cue in cues(lines))


def as_srt(lines: Sequence[Line], notice: str | None) -> str:
    """SubRip. It knows neither speakers nor comments: names are written out, the notice is the first caption."""
    first = [Cue("", 0.0, _NOTICE_SECONDS, notice)] if notice else []
    return "\n".join(_srt_cue(number, cue) for number, cue in enumerate([*first, *cues(lines)], 1))


def _text(document: TranscriptDocument) -> str:
    return as_text(_lines(document))


def _vtt(document: TranscriptDocument) -> str:
    return as_vtt(_lines(document), document.notice)


def _srt(document: TranscriptDocument) -> str:
    return as_srt(_lines(document), document.notice)


def _lines(document: TranscriptDocument) -> list[Line]:
    return [plain_line(turn.speaker, turn.start, turn.end, turn.text) for turn in document.turns]


def _vtt_cue(cue: Cue) -> str:
    voice = _on_one_line(_escaped(cue.speaker))
    return f"\n{_clock(cue.start)} --> {_clock(cue.end)}\n<v {voice}>{_escaped(cue.text)}\n"


def _srt_cue(number: int, cue: Cue) -> str:
    times = f"{_clock(cue.start)} --> {_clock(cue.end)}".replace(".", ",")
    said = f"{_on_one_line(cue.speaker)}: {cue.text}" if cue.speaker else cue.text
    return f"{number}\n{times}\n{_unmarked(said)}\n"


def _clock(seconds: float) -> str:
    """``HH:MM:SS.mmm``."""
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"


def _on_one_line(text: str) -> str:
    """A name or a word with a line break in it must not look like another person's line."""
    return " ".join(text.split())


def _unmarked(text: str) -> str:
    """SubRip has no escapes: players leave out what looks like a tag, and take an arrow for the times of a cue."""
    return _TAG.sub("‹", text).replace("-->", "→")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
