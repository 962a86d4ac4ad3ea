"""Functions of the body asked after by name: "how is your appetite?", "is your appetite okay?", "my sleep is fine".

A function that is well is the absence of its complaint; changes and problems of several in a row are one complaint each
("any changes to your vision, hearing or taste?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language.concepts import concepts
from clinical_language.model import Concept, Sentence, State

_COMPLAINT = {
    "appetite": "loss_of_appetite", "sleep": "insomnia", "bowel": "change_in_bowel_habit", "urine": "urinary_symptoms",
    "vision": "visual_disturbance", "hearing": "hearing_loss", "smell": "loss_of_smell", "taste": "taste_disturbance",
    "weight": "weight_change", "mood": "depressed_mood", "energy": "fatigue", "balance": "balance_problem",
    "memory": "memory_loss", "speech": "speech_disturbance", "breathing": "dyspnea", "swallowing": "dysphagia",
    "walking": "abnormal_gait", "temperature": "fever",
}  # fmt: skip
_WORDS = {
    "appetite": r"appetite|(?:eating|drinking)(?: and (?:drinking|eating))?", "sleep": r"sleep|sleeping",
    "bowel": r"bowels?|bowel (?:movements?|motions?|habits?)|(?:opening|moving) (?:your|my) bowels|stools",
    "urine": r"waterworks|urination|urinating|peeing|weeing|passing (?:urine|water)",
    "vision": r"vision|eyesight|sight",
    "hearing": "hearing", "smell": "(?:sense of )?smell", "taste": "(?:sense of )?taste",
    "weight": "weight(?! (?:loss|gain|changes?|exercis|lift|train))",
    "mood": "mood(?! swings?)", "energy": "energy(?: levels?)?", "balance": "balance", "memory": "memory",
    "speech": "speech", "breathing": "breathing", "swallowing": "swallowing", "walking": "walking",
    "temperature": "temperature",
}  # fmt: skip
_NAMED = "|".join(f"(?P<{name}>{words})" for name, words in _WORDS.items())
_FUNCTION = re.compile(rf"\b(?:{_NAMED})\b")
_ANY = "(?:" + "|".join(_WORDS.values()) + ")"
_MY = r"(?:(?:my|your|his|her|the|their|any|of|in|to|with|sense|at|all|um|uh) )*"
_HEADS = frozenset(
    "change changes difference differences problem problems issue issues trouble difficulty difficulties loss "
    "lack".split()
)
_LISTED = re.compile(
    r"\b(?:changes?|differences?|problems?|issues?|trouble|difficult(?:y|ies)|loss|lack) (?:at all )?"
    rf"(?:in|to|with|of) {_MY}"
    rf"(?:senses? (?:like |such as )?)?(?P<list>{_ANY}(?:(?: ,| or| and| /| or anything like| nor)+ {_MY}{_ANY})*)\b"
)
_WELL = (
    r"(?:fine|good|great|ok|okay|normal|normally|all right|alright|well|regular|regularly|stable|steady|perfect|"
    r"the same|unchanged|pretty good|not bad|not too bad)"
)
_WELL_WORDS = frozenset(  # one of them stands in whatever `_IS_WELL` and `_ASKED_WELL` find
    "fine good great ok okay normal normally right alright well regular regularly stable steady perfect same unchanged "
    "bad healthy".split()
)
_MUCH = (
    r"(?:(?:'s|is|are|was|has|have|been|seems?|feels?|feeling|looks?|still|pretty|quite|all|just|really|otherwise|fairly|"
    r"very|completely|relatively|always|about|,|um|uh|i think|going|working|doing|both) )*"
)
_IS_WELL = re.compile(
    rf"\b(?P<what>{_ANY}) {_MUCH}{_WELL}\b(?! (?:but|until|except|apart|though|enough|when|if|before))|"
    rf"\b(?:good|normal|regular|healthy) (?P<after>(?!weight|smell|taste|temperature){_ANY})\b"
)
_ASKED_HOW = re.compile(
    rf"\bhow (?:is|are|was|were|'s|has|have|about)? ?(?:been )?(?P<what>{_MY}{_ANY}(?:(?: ,| or| and)+ {_MY}{_ANY})*)\b"
    r"(?! (?:when|after|if|on))"
)
_ASKED_WELL = re.compile(
    rf"\b(?P<what>{_ANY}(?:(?: ,| or| and)+ {_MY}{_ANY})*) (?:been |all |working )*{_WELL}\b"
)
_GOOD_REPLY = re.compile(rf"\b{_WELL}\b|\bno (?:changes?|problems?|issues?|complaints?|concerns?)\b")
_POOR = re.compile(
    r"\b(?:poor|bad|terrible|awful|down|low|less|reduced|decreased|worse|lost|off|rubbish|gone|loss|disturbed)\b|"
    r"\bnot (?:been )?(?:as |so |that |very |really |too |particularly )*(?:good|great|fine|well|much|normal|best)\b"
)
_NOT_BAD = re.compile(r"\bnot (?:too |so |that )?bad\b")
_UNWELL = re.compile(r"\b(?:not|no|never|if|hope|wish)\b")


def _of(words: str) -> Iterator[Concept]:
    for found in _FUNCTION.finditer(words):
        yield concepts()[f"finding.{_COMPLAINT[str(found.lastgroup)]}"]


def listed(words: Sequence[str]) -> Iterator[tuple[Concept, int, int, str]]:
    """Complaints of functions in a row after "changes in", "problems with", each with its range of words and the words
    that name it: "changes in hearing" of "changes in vision or hearing", which denies both.
    """
    if not _HEADS & set(words):
        return
    text = " ".join(words)
    for found in _LISTED.finditer(text):
        head = text[found.start() : found.start("list")]
        for place, one in enumerate(_FUNCTION.finditer(text, found.start("list"), found.end("list"))):
            concept = concepts()[f"finding.{_COMPLAINT[str(one.lastgroup)]}"]
            first = one.start() if place else found.start()  # the head's words are the first one's
            yield concept, text.count(" ", 0, first), text.count(" ", 0, one.end()) + 1, f"{head}{one[0]}"


def said_well(sentence: Sentence) -> list[Concept]:
    """Complaints that a sentence denies: "my appetite has been all right", "sleeping well"."""
    if not _WELL_WORDS & set(sentence.words):
        return []
    text = " ".join(sentence.words)
    return [
        concept
        for found in _IS_WELL.finditer(text)
        if not _UNWELL.search(text[max(0, found.start() - 25) : found.start()])
        for concept in _of(found["what"] or found["after"])
    ]


def asked_after(sentence: Sentence, opening: str, reply: str) -> list[tuple[Concept, State]]:
    """What a reply makes of the functions a question names ("how is your sleep?", "is your appetite okay?").

    `opening`: "yes", "no", "unsure" or "", `reply`: its words, lower case.
    """
    if "how" not in sentence.words and not _WELL_WORDS & set(sentence.words):
        return []
    text = " ".join(sentence.words)
    if (how := _ASKED_HOW.search(text)) is not None:
        asked, named = list(_of(how["what"])), list(_of(reply))
        if _POOR.search(_NOT_BAD.sub("fine", reply)):
            return _troubled([c for c in asked if c in named] or asked)
        return [(c, State.ABSENT) for c in asked] if _GOOD_REPLY.search(reply) else []
    if (well := _ASKED_WELL.search(text)) is not None and opening in {"yes", "no"}:
        asked = list(_of(well["what"]))
        return [(c, State.ABSENT) for c in asked] if opening == "yes" else _troubled(asked)
    return []


def _troubled(asked: Sequence[Concept]) -> list[tuple[Concept, State]]:
    """Complaints affirmed; which way a weight went is told in words of its own."""
    return [(concept, State.PRESENT) for concept in asked if concept.id != "finding.weight_change"]
