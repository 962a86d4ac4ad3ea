"""Body part x sensation: "pain in my left knee", "tummy is killing me", "itchy ears" without listing each.

Works on folded words; every rule is a token pattern read left to right around a body part.
"""

from __future__ import annotations

from collections.abc import Iterator

from clinical_language.concepts import sensation_at
from clinical_language.model import Concept

SENSATIONS = {
    "pain": "pain", "ache": "pain", "aching": "pain", "hurt": "pain", "hurting": "pain", "sore": "pain",
    "painful": "pain", "soreness": "pain", "achy": "pain", "discomfort": "pain", "throbbing": "pain",
    "killing": "pain", "tender": "tenderness", "tenderness": "tenderness",
    "cramp": "cramping", "cramping": "cramping", "spasm": "cramping",
    "swelling": "swelling", "swollen": "swelling", "puffy": "swelling", "swelled": "swelling",
    "numb": "numbness", "numbness": "numbness", "tingling": "tingling", "tingly": "tingling",
    "stiff": "stiffness", "stiffness": "stiffness", "tight": "tightness", "tightness": "tightness",
    "weakness": "weakness", "itchy": "itching", "itching": "itching", "itch": "itching", "itchiness": "itching",
    "burning": "burning", "bleeding": "bleeding", "lump": "lump", "redness": "redness",
    "bruising": "bruising", "bruise": "bruising", "injury": "injury", "broken": "injury", "twisted": "injury",
}  # fmt: skip
_LINK = frozenset("in on of around behind under at to inside over through across down from by near".split())
_FILL = frozenset(
    "the my your his her their our this that a an left right lower upper both one side of whole entire front back "
    "middle inner outer top bottom kind sort like um uh er some bit little just all either each any affected area "
    "really very quite bad terrible severe sharp dull , - i you know".split()
)
_VERB = frozenset(
    "is are was were feel felt feels been has have be gets got get 's really so very quite a bit just all little still "
    "always kind of sort here it start started starts to which that".split()
)
REACH = 10  # words between a sensation and its place; "pain, like, in my, um, lower left knee"


def _before(words: list[str], part_first: int) -> int | None:
    """Index of a sensation word that is linked forward to the part: "pain in my left" + knee."""
    linked = False
    for at in range(part_first - 1, max(-1, part_first - 1 - REACH), -1):
        if words[at] in SENSATIONS:
            adjacent = at == part_first - 1 or words[at] in {
                "hurt",
                "twisted",
                "broken",
                "sore",
                "swollen",
                "itchy",
            }
            return at if linked or adjacent else None
        if words[at] in _LINK:
            linked = True
        elif words[at] not in _FILL:
            return None
    return None


def _after(words: list[str], part_last: int) -> int | None:
    """Index of a sensation word that says how the part is: knee + "has been really hurting", "pain"."""
    for at in range(part_last, min(len(words), part_last + 7)):
        if words[at] in SENSATIONS:
            return at
        if words[at] not in _VERB:
            return None
    return None


def sensations(words: list[str], parts: list[tuple[str, int, int]]) -> Iterator[tuple[Concept, int, int]]:
    """Concepts said as sensation and place. `parts`: (name, first, last). Yields concept with its word range."""
    for name, first, last in parts:
        if name == "side" and words[last : last + 1] == ["of"]:
            continue
        at = _after(words, last)
        if at is None:
            at = _before(words, first)
        if at is None:
            continue
        sensation = SENSATIONS[words[at]]
        if sensation == "burning" and name in {"abdomen", "chest"}:
            sensation = "pain"
        yield sensation_at(sensation, name), min(at, first), max(at + 1, last)
