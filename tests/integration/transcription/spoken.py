"""What is said in the demo consult, and counting how much of it was heard."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transcription import Utterance
from transcription.files import find_in_tracks

CONSULT = Path(__file__).resolve().parents[3] / "app" / "demo"
TRACKS = {speaker: CONSULT / f"{speaker}.flac" for speaker in ("doctor", "patient")}


@dataclass(frozen=True)
class Said:
    speaker: str
    text: str
    start: float
    end: float


def timeline() -> list[Said]:
    page = json.loads((CONSULT / "timeline.json").read_text(encoding="utf-8"))
    return [Said(**turn) for turn in page["turns"]]


def find_utterances(path: Path) -> Iterator[Utterance]:
    """Those of one track."""
    return (utterance for _, utterance in find_in_tracks({"": path}))


def word_error_rate(spoken: str, heard: str) -> float:
    """Substitutions, deletions and insertions over words spoken; case and punctuation aside."""
    said, got = (re.sub(r"[^a-z ]", "", text.lower()).split() for text in (spoken, heard))
    row = list(range(len(got) + 1))
    for number, word in enumerate(said, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(got, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1] / len(said)
