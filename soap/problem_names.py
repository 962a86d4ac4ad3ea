"""What a problem is called: the noun phrase around a concept, as the doctor says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language import Kind, Mention
from clinical_language.said import thing
from soap.clauses import Clause
from soap.notation import notation

_QUALIFIERS = frozenset(
    "left right acute chronic lower upper bilateral severe mild moderate lateral medial "
    "exacerbation flare - of type 1 2 stage recurrent "
    "non-healing proximal distal recurring uncontrolled low high new newly diagnosed abnormal an "
    "a the your his her up localised localized simple straightforward bacterial small viral "
    "strain sprain fracture some sort kind form case tension".split()
)
_ARTICLE = re.compile(r"\b(?:an?|the|your|his|her|some|sort of|kind of|form of|case of) ")
_FLARE = re.compile(r"\bflare ?-? ?up\b")
_EDGE = frozenset(
    "a an the your his her is are was be have has had got like called that this some of with for "
    "to and or it you i we think having bit rule out exclude possibility "
    "terms regard regards be being from about what our my us by on in just probably likely called consistent".split()
)
_WHERE = re.compile(
    r"^ (?:of|in|on|over) (?:your|the|that) (?P<where>(?!past\b|back of\b)(?:(?:left|right|lower|upper) )*[a-z]+)"
)
_GENERIC = frozenset({"finding.pain", "finding.injury", "finding.swelling", "finding.stress", "finding.lump"})


def conditions(clause: Clause) -> Iterator[Mention]:
    """What a clause names that a problem can be."""
    for mention in clause.mentions:
        if mention.concept.id not in _GENERIC and mention.concept.kind in {Kind.CONDITION, Kind.FINDING}:
            yield mention


def split_at(text: str, mention: Mention) -> tuple[str, str]:
    """What stands before and after a mention in a clause's words or text; all is after it where it is not found."""
    said = mention.text.lower()
    for form in (said, said.replace("'", " '")):
        start = text.find(form)
        if start >= 0:
            return text[:start], text[start + len(form) :]
    return "", text


def name_of(clause: Clause, mention: Mention) -> str:
    """The noun phrase around the mention, as said ("acute flare of arthritis", "fracture of the wrist")."""
    text, after = split_at(clause.text, mention)
    before = text.split()
    kept: list[str] = []
    while before and before[-1] in _QUALIFIERS and len(kept) < 7:
        kept.insert(0, before.pop())
    described = before[-4:]
    while described and described[0] not in _EDGE:
        described.pop(0)
    if described and len(described) > 1 and all(w.isalpha() and w not in _EDGE for w in described[1:]):
        kept = [*described[1:], *kept]
    label = thing(mention.concept, mention.text)
    words = _FLARE.sub("flare-up", " ".join([*kept, label if _proper(label) else label.lower()]))
    words = re.sub(
        r"^(?:(?:of|up|some|sort|kind|form|case|an?|the|your|his|her|new|1|2|type|stage|-) )+",
        "",
        _ARTICLE.sub("", words + " "),
    )
    where = _WHERE.match(after)
    place = f" of the {where['where']}" if where and where["where"] not in words else ""
    return notation(" ".join(dict.fromkeys(words.split())) + place, clause.mentions)


def _proper(label: str) -> bool:
    return label.isupper() or label[:2].isupper() or "'" in label
