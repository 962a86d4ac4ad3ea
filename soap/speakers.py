"""Whether doctor and patient were taken for one another, told by whom they speak of: "you" or "I"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clinical_language import Speaker, Turn
from clinical_language.remembering import remembered

_WORD = re.compile(r"[a-z]+")
_YOU = frozenset({"you", "your"})
_SELF = frozenset({"i", "my", "me"})
_ENOUGH = 15  # pronouns of each speaker, before which nothing is concluded
_OTHER: dict[Speaker, Speaker] = {"doctor": "patient", "patient": "doctor", "companion": "companion"}


def _share_of_you(turns: Sequence[Turn], speaker: Speaker) -> float | None:
    """ "You" among "you" and "I" in a speaker's words; None when there are too few of both."""
    said = [_pronouns(turn.text) for turn in turns if turn.speaker == speaker]
    you, own = sum(you for you, _ in said), sum(own for _, own in said)
    return you / (you + own) if you + own >= _ENOUGH else None


@remembered
def _pronouns(text: str) -> tuple[int, int]:
    """How often "you" and "I" are said."""
    words = _WORD.findall(text.lower())
    return sum(w in _YOU for w in words), sum(w in _SELF for w in words)


def swapped(turns: Sequence[Turn]) -> bool:
    """Whether the patient speaks of "you" as doctors do, and the doctor of "I" as patients do."""
    doctor, patient = _share_of_you(turns, "doctor"), _share_of_you(turns, "patient")
    return doctor is not None and patient is not None and patient >= 0.6 and doctor <= 0.4


def exchanged(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with doctor and patient in each other's place."""
    return [replace(turn, speaker=_OTHER[turn.speaker]) for turn in turns]
