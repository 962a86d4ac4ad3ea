"""Who the patient is when somebody speaks for them: a parent, a carer, a companion.

Decided for the talk: what its first turns say ("I brought my daughter in"), and whom both sides speak of. In a talk of
patients who speak for themselves "he" and "she" are somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language.model import Sentence, Turn
from clinical_language.relatives import CHILDREN, MY, RELATIVES, YOUR

_RELATIVE = rf"(?:\w+ ){{0,4}}?({'|'.join(sorted(RELATIVES))})\b"
_FOR_WHOM = re.compile(
    r"\b(?:calling|call|ringing|phoning|speaking|worried|writing|asking|messaging|texting|posting|here) "
    rf"(?:about|for|on behalf of) my {_RELATIVE}"
)
_BROUGHT = re.compile(
    r"\b(?:(?:brought|bringing|bring)(?: (?:in|you|back|over))?|(?:here|coming|came|come) (?:in |today )?with|i have) "
    r"(?:in )?my "
    rf"(?:\w+ ){{0,4}}?(?:{'|'.join(sorted(w for w in RELATIVES if RELATIVES[w] in CHILDREN))})\b(?! because i\b)"
)
_PARENT = re.compile(r"\bi am (?:[\w,]+ ){0,3}the (?:mom|mum|mother|dad|father|parent)\b")
_CHILD = r"(?:\w+ ){0,4}?(?:son|daughter|baby|child|toddler|little (?:one|boy|girl))"
_MY_CHILD = re.compile(rf"\bmy {_CHILD}\b")
_YOUR_CHILD = re.compile(rf"\byour {_CHILD}(?: has| is| had|\b ?,)")
_OF_MYSELF = re.compile(
    r"\bi (?:have|am|feel|had|got)\b(?! (?:\w+ )?"
    r"(?:bringing|here|calling|coming|worried|noticed|tried|given|the (?:mom|mum|mother|dad|father|parent))\b)"
)
_SHE = re.compile(r"\b(?:he|she|him|her|his)\b")
_SPEAKER = re.compile(r"\b(?:i|my|me)\b")
_YOU = re.compile(r"\byou\b")
_SENTENCE = 25  # characters of a turn that tells something
_ENOUGH = 3  # times "he" or "she", from which it can be told whom a talk is about


def patients_of(
    turns: Sequence[Turn], sentences: Sequence[Sequence[Sentence]], age: float | None
) -> frozenset[str]:
    """Relatives of the speaker who are the patient: the children for a parent, "mother" in "calling about my mother".

    Empty when the patients speak for themselves. `age` in years, when known, decides about children.
    """
    read = [
        (turn, " ".join(" ".join(sentence.words) for sentence in said))
        for turn, said in zip(turns, sentences, strict=True)
        if said
    ]
    spoken = [(turn, text) for turn, text in read if turn.speaker != "doctor"]
    asked = [text for turn, text in read if turn.speaker == "doctor"]
    said = [text for place, (_, text) in enumerate(spoken) if not place or len(text) > _SENTENCE][:4]
    for text in said:
        if found := _FOR_WHOM.search(text):
            return _of_kin(RELATIVES[found[1]])
        if age is None and _BROUGHT.search(text) and _SHE.search(text):
            return CHILDREN
    beside = [text for turn, text in spoken if turn.speaker == "companion"][:2]
    own = frozenset(RELATIVES[found[1]] for text in beside if (found := MY.search(text)))
    if _speaks_for_child(turns, said, asked[:10], age):
        return own | CHILDREN
    if own or age is not None:
        return own
    about = _of_nobody_else(said, asked) or _of_another([text for _, text in spoken], asked)
    return _named_first(said) if about else own


def parent_speaks(
    turns: Sequence[Turn], sentences: Sequence[Sequence[Sentence]], patients: frozenset[str]
) -> bool:
    """Whether "I" is the parent of a child who is hardly heard: "I have asthma" is then the parent's."""
    if not patients >= CHILDREN or any(turn.speaker == "companion" for turn in turns):
        return False
    spoken = [
        " ".join(sentence.words)
        for turn, said in zip(turns, sentences, strict=True)
        if turn.speaker != "doctor"
        for sentence in said
    ]
    return _count(_SHE, spoken) >= max(_ENOUGH, _count(_SPEAKER, spoken) // 2)


def _of_kin(relative: str) -> frozenset[str]:
    return CHILDREN if relative in CHILDREN else frozenset({relative})


def _named_first(said: Sequence[str]) -> frozenset[str]:
    found = next((found for text in said if (found := MY.search(text))), None)
    return _of_kin(RELATIVES[found[1]]) if found else CHILDREN


def _of_nobody_else(said: Sequence[str], asked: Sequence[str]) -> bool:
    """ "He has a fever": a talk that begins with "him", not with the speaker nor with a relative asked about."""
    return bool(
        _count(_SHE, said) and not _count(_SPEAKER, said) and not any(YOUR.search(text) for text in asked)
    )


def _of_another(spoken: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether a talk is about "him" or "her": said more often than "I", and by the doctor about as often as "you"."""
    theirs, own = _count(_SHE, spoken), _count(_SPEAKER, spoken)
    doctors, yours = _count(_SHE, asked), _count(_YOU, asked)
    return min(theirs, doctors) >= _ENOUGH and theirs >= own and 2 * doctors >= yours


def _count(pattern: re.Pattern[str], texts: Sequence[str]) -> int:
    return sum(len(pattern.findall(text)) for text in texts)


def _speaks_for_child(
    turns: Sequence[Turn], said: Sequence[str], asked: Sequence[str], age: float | None
) -> bool:
    if age is not None:
        return age < 16
    if any(turn.speaker == "companion" for turn in turns):
        return True
    if any(_YOUR_CHILD.search(text) for text in asked):
        return not any(_OF_MYSELF.search(text) for text in said)
    return any(
        _PARENT.search(text) or (_MY_CHILD.search(text) and not _OF_MYSELF.search(text)) for text in said[:2]
    )
