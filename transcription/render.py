"""A transcript as JSON (what `consultroom note` reads), as plain text, or as WebVTT captions."""

import dataclasses
import json
from typing import Any

from transcription.model import TranscriptDocument

FORMATS = ("json", "text", "vtt")


def render(document: TranscriptDocument, form: str) -> str:
    """The transcript in one of :data:`FORMATS`, ending with a line break.

    Raises:
        KeyError: no such format.
    """
    return {"json": as_json, "text": as_text, "vtt": as_vtt}[form](document)


def as_json(document: TranscriptDocument) -> str:
    """``{"id", "model", "notice", "turns": [{"speaker", "text", "start", "end", "confidence"}]}``."""
    page: dict[str, Any] = {
        "id": document.id,
        "model": document.model,
        "notice": document.notice,
        "turns": [dataclasses.asdict(turn) for turn in document.turns],
    }
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def as_text(document: TranscriptDocument) -> str:
    """One line a turn: ``[00:01:02] doctor: ...``."""
    return "".join(f"[{_clock(turn.start)[:8]}] {turn.speaker}: {turn.text}\n" for turn in document.turns)


def as_vtt(document: TranscriptDocument) -> str:
    """WebVTT (W3C) with a voice span for the speaker."""
    cues = (
        f"\n{_clock(turn.start)} --> {_clock(turn.end)}\n<v {_escaped(turn.speaker)}>{_escaped(turn.text)}\n"
        for turn in document.turns
    )
    note = f"\nNOTE\n{document.notice}\n" if document.notice else ""
    return "WEBVTT\n" + note + "".join(cues)


def _clock(seconds: float) -> str:
    """``HH:MM:SS.mmm``."""
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
