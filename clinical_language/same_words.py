"""Whether words bear a name: each word of it that carries something was said, or a word that truly means the same.

Words that mean the same are written by hand (data/same_words.tsv: "abdominal" where belly, stomach or tummy was said);
sensations are those of the grammar. A word of the same stem counts; what only sounds like it does not.
"""

from __future__ import annotations

import re
from functools import cache

from clinical_language.concepts import rows
from clinical_language.grammar import SENSATIONS
from clinical_language.wording import fold

_WORD = re.compile(r"[a-z0-9]+")
_NOT = re.compile(r"\bcan(?:'t| ?n't|not)\b| ?n't\b")
_SMALL = frozenset("a an the of to in on at for with and or from by during when be being having had".split())
_STEM = 4  # letters that words of one stem share at least
_LONG = 7  # letters from which on the ending of a learned word is free ("pregnant", "pregnancy")
_ENDING = 5
_ENDINGS = frozenset(
    """e ed d ing y al ic tic ion ation ate ated ating iness ness ly ally ous ious ou iou ety ity a er en es ary ful ied
    ying ted le""".split()
) | {""}
_OTHERWISE = ("itis", "osis", "oma", "emia", "less")  # endings that make another thing of a stem
_NO_PAIN = frozenset({"discomfort", "pressure"})


def folded(text: str) -> frozenset[str]:
    """The comparable words of a text, "not" apart: "can't" is "can not"."""
    return frozenset(map(fold, _WORD.findall(_NOT.sub(" not", text.lower().replace("\u2019", "'")))))


def borne(name: str, own: frozenset[str], *, akin: bool = False) -> bool:
    """Whether `own`, the comparable words of what was said, bear the name. `akin`: also in words that mean the same.

    >>> borne("loss of appetite", folded("no appetite loss")), borne("knee pain", folded("my knee hurts"), akin=True)
    (True, True)
    """
    wanted = folded(name) - _SMALL
    return all(word in own or _said(word, own, akin) for word in wanted)


def _said(word: str, own: frozenset[str], akin: bool) -> bool:
    same = _same().get(word, frozenset()) if akin else frozenset()
    return bool(same & own) or any(kin(word, other) for other in own)


@cache
def _same() -> dict[str, frozenset[str]]:
    """By word of a name, the words that mean the same."""
    found = {row["word"]: frozenset(map(fold, row["said"].split())) for row in rows("same_words.tsv")}
    for name in SENSATIONS.values():
        felt = {word for word, sensation in SENSATIONS.items() if sensation == name} - _NO_PAIN
        found[name] = found.get(name, frozenset()) | felt
    return found


def kin(one: str, other: str) -> bool:
    """Whether two comparable words are of one stem: "dizzy" and "dizziness", not "heart" and "hearing"."""
    if one[:_STEM] != other[:_STEM] or len(one) < _STEM or len(other) < _STEM:
        return one == other
    shared = _STEM
    for left, right in zip(one[_STEM:], other[_STEM:], strict=False):
        if left != right:
            break
        shared += 1
    ends = (one[shared:], other[shared:])
    if _ENDINGS.issuperset(ends):
        return True
    return shared >= _LONG and all(len(end) <= _ENDING and not end.endswith(_OTHERWISE) for end in ends)
