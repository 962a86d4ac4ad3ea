"""Body part x sensation: "pain in my left knee", "tummy is killing me", "itchy ears" without listing each.

Works on folded words; every rule is a token pattern read left to right around a body part.
"""

from __future__ import annotations

from collections.abc import Iterator

from clinical_language.concepts import has_name, sensation_at
from clinical_language.model import Concept

_WORDS = {
    "pain": "pain painful ache aching ached achy hurt hurting sore soreness discomfort throb throbbing killing",
    "tenderness": "tender tenderness",
    "cramping": "cramp cramped cramping spasm",
    "swelling": "swelling swollen puffy swelled swell",
    "numbness": "numb numbness",
    "tingling": "tingling tingly tingle prickly",
    "stiffness": "stiff stiffness",
    "tightness": "tight tightness",
    "weakness": "weak weakness",
    "heaviness": "heavy heaviness",
    "pressure": "pressure",
    "itching": "itchy itching itch itchiness",
    "burning": "burning",
    "bleeding": "bleeding",
    "discharge": "discharge",
    "lump": "lump",
    "redness": "redness",
    "bruising": "bruising bruise bruised",
    "injury": "injury broken twisted",
    "locking": "locking lock locked",
    "clicking": "clicking click clicked popping popped crunching",
}
SENSATIONS = {word: name for name, words in _WORDS.items() for word in words.split()}
_IDIOMS = {("pin", "and", "needle"): "tingling"} | {
    (verb, way): "giving way" for verb in ("give", "gave", "giving") for way in ("way", "out")
}
# Words that tell of a place only beside it ("a weak ankle", "my legs feel heavy"), and sensations read only where the
# pair has a name of its own ("put pressure on the knee", "home after discharge from the ward").
_BESIDE = frozenset({"weak", "heavy", "lock", "locked", "click", "clicked", "popped", "swell", "cramped"})
_NAMED_ONLY = frozenset({"pressure", "discharge"})
_LINK = frozenset(
    "in on of around behind under at to inside over through across down from by near between".split()
)
_FILL = frozenset(
    "the my your his her their our this that a an left right lower upper both one side of whole entire front back "
    "middle inner outer top bottom kind sort like um uh er some bit little just all either each any affected area "
    "really very quite bad terrible severe sharp dull , - i you know".split()
)
_AND = frozenset({"and", "or", ",", "/", "nor"})
_VERB = frozenset(
    "is are was were feel felt feels been has have be gets got get 's really so very quite a bit just all little still "
    "always kind of sort here it start started starts to which that".split()
)
REACH = 10  # words between a sensation and its place; "pain, like, in my, um, lower left knee"


_ADJACENT = frozenset({"hurt", "twisted", "broken", "sore", "swollen", "itchy"})


def _sensation(words: list[str], at: int) -> tuple[str, int] | None:
    """The sensation whose wording begins at `at`, and how many words it takes."""
    for idiom, name in _IDIOMS.items():
        if words[at] == idiom[0] and tuple(words[at : at + len(idiom)]) == idiom:
            return name, len(idiom)
    name = SENSATIONS.get(words[at], "")
    return (name, 1) if name else None


def _before(words: list[str], part_first: int) -> int | None:
    """Index of a sensation word that is linked forward to the part: "pain in my left" + knee."""
    linked = False
    for at in range(part_first - 1, max(-1, part_first - 1 - REACH), -1):
        if (found := _sensation(words, at)) is not None:
            adjacent = at + found[1] == part_first or words[at] in _ADJACENT
            return at if adjacent or (linked and words[at] not in _BESIDE) else None
        if words[at] in _LINK:
            linked = True
        elif words[at] not in _FILL and words[at] != "needle":
            return None
    return None


def _after(words: list[str], part_last: int) -> int | None:
    """Index of a sensation word that says how the part is: knee + "has been really hurting", "pain"."""
    for at in range(part_last, min(len(words), part_last + 7)):
        if _sensation(words, at) is not None:
            return at
        if words[at] not in _VERB:
            return None
    return None


def _told_of(words: list[str], first: int, last: int) -> int | None:
    at = _after(words, last)
    return _before(words, first) if at is None else at


def _joined(words: list[str], first: int, last: int) -> bool:
    """Whether only a link of a list stands between two places: "arms or legs", "chest and my left arm"."""
    between = words[first:last]
    return (
        bool(between)
        and bool(_AND & set(between))
        and all(w in _AND or w in _FILL or w in _LINK for w in between)
    )


def _shared(words: list[str], parts: list[tuple[str, int, int]], told: list[int | None]) -> list[int | None]:
    """Sensations of a list of places: "numbness in your arms or legs", "chest or abdominal pain"."""
    shared = list(told)
    for i in range(1, len(parts)):
        before, here = parts[i - 1], parts[i]
        ahead = shared[i - 1]
        says_more = words[here[2] : here[2] + 1] and words[here[2]] in _VERB | _LINK
        if shared[i] is None and ahead is not None and ahead < before[1] and not says_more:
            shared[i] = ahead if _joined(words, before[2], here[1]) else None
    for i in range(len(parts) - 2, -1, -1):
        here, after = parts[i], parts[i + 1]
        behind = shared[i + 1]
        if (
            shared[i] is None
            and behind is not None
            and behind >= after[2]
            and _joined(words, here[2], after[1])
        ):
            shared[i] = behind if behind == after[2] else None
    return shared


def _one_more(name: str, sensation: str, first: int, last: int) -> Iterator[tuple[Concept, int, int]]:
    """A place that shares its sensation with another of the list."""
    if sensation not in _NAMED_ONLY or has_name(sensation, name):
        yield sensation_at(sensation, name), first, last


def sensations(words: list[str], parts: list[tuple[str, int, int]]) -> Iterator[tuple[Concept, int, int]]:
    """Concepts said as sensation and place. `parts`: (name, first, last). Yields concept with its word range."""
    told = [_told_of(words, first, last) for _, first, last in parts]
    for (name, first, last), own, at in zip(parts, told, _shared(words, parts, told), strict=True):
        if name == "side" and words[last : last + 1] == ["of"]:
            continue
        if at is None or (found := _sensation(words, at)) is None:
            continue
        sensation, length = found
        if own is None:
            yield from _one_more(name, sensation, first, last)
            continue
        if sensation in _NAMED_ONLY and not has_name(sensation, name):
            continue
        if sensation == "burning" and name in {"abdomen", "chest"}:
            sensation = "pain"
        yield sensation_at(sensation, name), min(at, first), max(at + length, last)
        if at + length < first:
            yield from _beside(words, name, at)


def _beside(words: list[str], name: str, at: int) -> Iterator[tuple[Concept, int, int]]:
    """Sensations listed before the one that is linked to a place: "numbness or tingling in your arm"."""
    while at > 1 and words[at - 1] in _AND:
        at -= 1 + (words[at - 2] in _AND)
        sensation = SENSATIONS.get(words[at - 1], "")
        if not sensation or sensation in _NAMED_ONLY:
            return
        at -= 1
        yield sensation_at(sensation, name), at, at + 1
