"""Why: what the doctor says of a problem beside its name and its plan, in whole sentences about the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinical_language import State
from clinical_language.wording import fold
from soap import model
from soap.clauses import Clause
from soap.model import Statement
from soap.notation import notation, third_person
from soap.phrasing import capital, sentence, slug
from soap.plan_wording import plan_text
from soap.register import Person
from soap.strands import RESULTS, Strand
from soap.told import content
from soap.wellformed import readable

_VERBS = frozenset(
    """is are was were has have had does did look looks looked seem seems seemed appear appears appeared show shows
    showed reveals revealed demonstrates demonstrated could may might can will would should needs help helps cause
    causes caused means remains improved continues denies denied reports reported took takes went came""".split()
)
_SAME = 0.75  # share of its words that an earlier line has, from which a line says nothing new
_HEDGES = frozenset(
    map(
        fold,
        "think this likely probably called something most possible possibility other normally sounds "
        "having suffering perhaps maybe wonder bit".split(),
    )
)
_LABEL = "Medical Reasoning"
_EARLY = 0.6  # probability of the plan a reason needs before anything was announced: there, history is retold
_SUBJECT = 9  # words in which the subject of a sentence must have come to its verb
_SUBJECTS = frozenset(
    "the his her their a an all both most no other it this that these those he she there my".split()
)
_CLAUSE = frozenset("if when which because who whom while where whether that as for so we i".split())
_BELIEVES = re.compile(
    r"^(?:i (?:do not )?(?:think|believe|suspect|feel)(?: that)?|i am (?:\w+ )?(?:concerned|worried|"
    r"reassured) (?:that|because)) "
)
_CUE = re.compile(
    r"\d|\b(?:likely|probably|consistent|due to|because|caus\w+|suggest\w*|exacerbation|concern\w*|"
    r"believe|suspect|doing (?:\w+ )?(?:well|better)|stable|holding steady|compliant|"
    r"(?:un)?controlled|elevated|normal|improv\w+|wors\w+|heal\w*|risk|related|retaining|flare\w*|"
    r"diagnos\w+|secondary|result of|results?|"
    r"inflam\w+|infect\w+|managing|resolved|progress\w*|positive|negative|severe|mild|"
    r"chronic|acute|high|low|surgery|treat\w*|help\w*|pain|swelling|medications?)\b"
)
_JUDGES = re.compile(
    r"\b(?:think|suspect|likely|unlikely|probably|possib\w+|consistent|suggest\w*|due to|because|caus\w+|related|"
    r"secondary|could be|may be|might be|looks?|seems?|appears?|concern\w*|worried|reassur\w+|normal|raised|elevated|"
    r"positive|negative|risk)\b"
)
_POINTERS = frozenset(
    {"it", "this", "that", "these", "those"}
)  # at what, only a finding or a test beside it tells
_NO_REASON = re.compile(
    r"\b(?:questions?|thank|good to see|nice to|hear|talk|look(?:ing)? (?:at|for)|show me|let me|sounds? (?:good|"
    r"fine)|how|what (?:that|this|it) means|know what|tell|said|mentioned|dragon|"
    r"weather|kids|fun|hope|sorry|happy|glad|proud|joke|love|guess|news|office|visit|paperwork|front desk|"
    r"ready|back in|nurse|going to|here we|we are here|we will|photos?|pictures?|appointment|insurance|pharmacy|"
    r"i am (?:seeing|calling)|can you|right\?|com(?:es?|ing) in|came in|might call it|(?:my|many|some|most) patients|"
    r"allerg\w+|mother|father|family history|people|for example|excuse me|paramedics|"
    r"numbers?|able to help|what happened|the 1|will see)\b"
)
_OPENS_WITH = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(it|that|this|there|he|she|what) 's (?=been|got|had)", r"\1 has "),
        (r"^(it|that|this|there|he|she) 's ", r"\1 is "),
        (r"\b(have|has) got (?=an?\b|the\b|some\b|no\b)", r"\1 "),
        (r"\bhave (?:this|that) (?=[a-z])", "have the "),
        (r"^it seems? to me that ", "it seems like "),
        (r"^(?:i|we) (?:do )?(?:think|feel like|feel)(?: that)? ", "i think "),
        (r"\bdoing (?:a )?(?:really |pretty |very )?(?:good|great) job\b", "doing well"),
        (r"\b(?:pretty|really|very|quite) (?=well|good|stable)", ""),
        (r"^i think (?:you are|that you are) doing well", "you are doing well"),
        (r"^(?:it )?(?:sounds|looks|seems) like (?:you are|you 're) doing", "you are doing"),
    )
)
_SEEMS = re.compile(
    r"^(?:(?:so|and) )?(?:it )?(?:(?:definitely|really|just) )?(?:sounds|looks|seems)(?: to me)? like "
)
_HEDGED = re.compile(
    r"^((?:\S+ ){0,4}?\S+) (is|are|was|were|has|have|had|could|may|might|can|will)\b(?! likely| probably)"
)


def _reason(clause: Clause, person: Person) -> str:
    text = clause.text
    for pattern, by in _OPENS_WITH:
        text = pattern.sub(by, text)
    told = _SEEMS.sub("", text)
    if told != text:
        worded = _HEDGED.sub(r"\1 \2 likely", third_person(told, person))
    else:
        worded = third_person(text, person) if text.startswith("i think") else plan_text(text, person)
    return notation(worded, clause.mentions)


def _states(text: str, clause: Clause) -> bool:
    """Whether it opens with a subject and its verb; a finding or a test may be the subject without an article."""
    words = text.split()[:_SUBJECT]
    named = any(m.text.lower().startswith(words[0].lower()) for m in clause.mentions)
    if words[0] not in _SUBJECTS and not named:
        return False
    if words[0] in _POINTERS and len(words) > 1 and words[1] not in _VERBS | {"also"}:
        return False
    ends = next((at for at, word in enumerate(words) if at and word in _CLAUSE), len(words))
    return any(word in _VERBS for word in words[1:ends])


def _worth_writing(text: str, clause: Clause) -> bool:
    """Whether it is a statement about the patient's health, in words that can be written."""
    if not 4 <= len(text.split()) <= 40 or _NO_REASON.search(text):
        return False
    if not _states(_BELIEVES.sub("", text), clause):
        return False
    if text.split(" ", 1)[0] in _POINTERS:
        return bool(clause.mentions)
    return bool(clause.mentions or _CUE.search(text))


@dataclass(frozen=True, slots=True)
class Speech:
    """The doctor's strands; the problem each is about ("" for none), headings by problem, the places the plan has."""

    strands: Sequence[Strand]
    about: Sequence[str]
    titles: Mapping[str, str]
    planned: frozenset[int]
    person: Person


def reasoning(speech: Speech, bar: float) -> Iterator[tuple[str, Statement]]:
    """What the doctor says of a problem that is neither its name nor a plan, with the problem's key."""
    keys = frozenset(speech.about)
    judged = False
    labelled: set[str] = set()
    said: list[frozenset[str]] = []
    for at, (strand, about) in enumerate(zip(speech.strands, speech.about, strict=True)):
        clause = strand.clause
        own = next((m.concept.id for m in clause.mentions if m.concept.id in keys), "")
        judged = judged or bool(about) or at in speech.planned
        least = bar if own or strand.phase == RESULTS or (judged and strand.phase) else _EARLY
        if strand.plan < least or at in speech.planned or clause.asked:
            continue
        text = readable(sentence(capital(_reason(clause, speech.person))))
        problem = about or own
        words, heading = _content(text), _content(speech.titles.get(problem, ""))
        if not strand.examined and strand.phase != RESULTS and not _JUDGES.search(text):
            continue  # without an examination a fact of the history is nothing the doctor found
        if not _worth_writing(text[:1].lower() + text[1:], clause) or _told(
            words, [*said, heading | _HEDGES]
        ):
            continue
        said.append(words)
        line = text if problem in labelled else f"{_LABEL}: {text}"
        labelled.add(problem)
        key = f"{model.ASSESSMENT}:reasoning:{slug(clause.text)}"
        yield problem, Statement(key, model.ASSESSMENT, line, (clause.turn,), State.PRESENT, 0.7)


def _content(text: str) -> frozenset[str]:
    return content(re.findall(r"[a-z0-9]+", text.lower()))


def _told(words: frozenset[str], said: Sequence[frozenset[str]]) -> bool:
    return any(len(words & earlier) >= _SAME * len(words) for earlier in said)
