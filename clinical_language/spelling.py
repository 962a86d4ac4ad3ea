"""Medicine names that a speech engine misheard, compared with the table's own names only.

A guess is never silent: the mention is marked `certain=False` and the draft says what was heard. Open vocabularies
turned "ibuprofen" into "pranoprofen" (field measurement), so only near misses of one candidate count.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cache, lru_cache

from clinical_language.concepts import concepts, surfaces
from clinical_language.model import Concept, Kind

_CLOSE = 0.8  # difflib ratio
_CLEAR = 0.06  # the next candidate must be this much farther away


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Generic names only: brand names are made to sound like words ("Differin", "different")."""
    table = concepts()
    return tuple(
        (id_, plain)
        for id_, plain in surfaces()
        if table[id_].kind is Kind.MEDICINE
        and plain == table[id_].label.lower()
        and plain.isalpha()
        and len(plain) >= 8
    )


_ORDINARY = frozenset(
    """medicine medicines medication medications antibiotics penicillins injection patches
vitamins tablets multiple vitamin allergic antibody position protein property problem meantime determine
decompression interfere alternate biology biological predispose supplemental""".split()
)
_INFLECTED = ("ing", "ed", "ally")  # no generic name ends so


@lru_cache(maxsize=4096)  # single words, never a sentence
def guess_medicine(word: str) -> Concept | None:
    """The one medicine that `word` is a near miss of, or None."""
    if word in _ORDINARY or word.endswith(_INFLECTED):
        return None
    scored: dict[str, float] = {}
    for id_, name in _names():
        if abs(len(name) - len(word)) > 2 or (name[0] != word[0] and name[-4:] != word[-4:]):
            continue
        ratio = SequenceMatcher(None, word, name, autojunk=False).ratio()
        scored[id_] = max(ratio, scored.get(id_, 0.0))
    best = sorted(scored.items(), key=lambda item: -item[1])[:2]
    if not best or best[0][1] < _CLOSE or (len(best) > 1 and best[0][1] - best[1][1] < _CLEAR):
        return None
    return concepts()[best[0][0]]
