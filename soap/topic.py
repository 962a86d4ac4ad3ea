"""Which of 20 note sections a short dialogue belongs to: a linear model learned from MTS-Dialog.

The model sees words and runs of characters of the whole dialogue, of the doctor's and of the patient's words and of the
first turn, and the dialogue's size. Its labels are what clinicians' notes had in that place, so some are a matter of
taste: its confidence says how far it can be believed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from clinical_language import Turn
from clinical_language.linear import Features, character_ngrams, packaged, word_ngrams

_LONGEST = 4000  # characters looked at: a topic is a short dialogue's, a whole consult has many
_SIZE = 0.5  # weight of the dialogue's size beside a block of words, which has length 1


def section_of(turns: Sequence[Turn]) -> tuple[str, float]:
    """(header, its probability); the headers are MTS-Dialog's ("GENHX", "FAM/SOCHX", "PASTMEDICALHX", ...)."""
    header, share = packaged("soap", "section_of").best(features(turns))
    return header, round(share, 3)


def features(turns: Sequence[Turn]) -> Features:
    """What the model looks at, blocks as `clinical_language.linear` names them."""
    first = turns[0] if turns else Turn("doctor", "")
    said = _joined(turns)
    doctor = _joined([t for t in turns if t.speaker == "doctor"])
    others = _joined([t for t in turns if t.speaker != "doctor"])
    return {
        **word_ngrams(said, 2, "w"),
        **word_ngrams(doctor, 2, "q"),
        **word_ngrams(others, 2, "a"),
        **word_ngrams(first.text[:_LONGEST], 2, "f"),
        **character_ngrams(said, 3, 5, "c"),
        **character_ngrams(doctor, 3, 5, "cq"),
        **_size(turns, said, first),
    }


def _joined(turns: Sequence[Turn]) -> str:
    return " ".join(t.text[:_LONGEST] for t in turns[:_LONGEST])[:_LONGEST]


def _size(turns: Sequence[Turn], said: str, first: Turn) -> Features:
    words = round(2 * math.log2(len(said.split()) + 1))
    return {
        f"d:turns {min(len(turns), 12)}": _SIZE,
        f"d:words {min(words, 18)}": _SIZE,
        f"d:questions {min(said.count('?'), 8)}": _SIZE,
        f"d:first {first.speaker}": _SIZE,
    }
