"""What may be an order in the clinician's words, and the signs that tell whether it is one.

A candidate is a medicine or test that is named, or a wish to meet again; most are none (a medicine the patient is on,
a test that was done, a plan for
    "if this does not work"). The signs around it are weighed in `soap.order_weights`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from clinical_language import Concept, Consult, Kind, Sentence
from clinical_language.remembering import remembered
from soap.model import OrderKind
from soap.order_signs import NEVER, NEVER_AGAIN, NEVER_TESTED, signs_around
from soap.order_wording import BOOKED, FOLLOW_UP, NUMBER, STRENGTH, met_again, parts_after

GUESSED = "guessed"
"""The sign of a name that had to be guessed from its spelling."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be ordered: what, where its words stand in the turn's text, and the signs around it.

    `key`: the concept's id, or the words themselves for a thing the table does not know; the same whenever it is named.
    `settled`: turns in which it is agreed to or sent (`soap.order_agreement`).
    """

    kind: OrderKind
    key: str
    concept: Concept | None
    turn: int
    first: int
    last: int
    sentence: int
    signs: frozenset[str]
    settled: tuple[int, ...] = ()


_EXAM_OR_RESULT = re.compile(
    r"\b(?:on (?:your |the )?(?:\w+ )?exam(?:ination)?|assessment and plan|my plan|my impression|"
    r"first problem)\b"
)
_OPINION = re.compile(
    r"\b(?:(?:it|this|that) (?:sounds?|seems?|looks?) like|(?:i think|probably|likely) (?:you|this|"
    r"that|it|what|we)|"
    r"having (?:examined|looked|heard|spoken)|what (?:i'?d|i would|we'?d|i can|we can|we could) (?:recommend|"
    r"suggest|do)|moving forward|going forward)\b"
)


def clinicians(consult: Consult) -> frozenset[str]:
    """Whose words may order: the doctor's; also the other side's where the labels of a transcript are mixed up.

    Read from the start on, so that a later turn never takes an earlier speaker's orders away.
    """
    spoken = {"doctor": 0, "patient": 0}
    for turn in consult.turns:
        if turn.speaker in spoken:
            spoken[turn.speaker] += _clinical(turn.text[:20_000])
        if spoken["patient"] >= 2 and spoken["patient"] > spoken["doctor"]:
            return frozenset({"doctor", "patient"})
    return frozenset({"doctor"})


@remembered
def _clinical(text: str) -> int:
    """How many wordings of clinicians stand in it."""
    return len(_CLINICIAN.findall(text.lower()))


_CLINICIAN = re.compile(
    r"\b(?:assessment and plan|your (?:\w+ )?(?:exam|x-?rays?|vitals|labs?|lungs|heart|abdomen)|"
    r"(?:i'm|i am|we're|we are) (?:gon ?na|going to) (?:\w+ )?(?:order|prescribe|give you|put you|"
    r"refer you|get you)|"
    r"i (?:do )?(?:appreciate|recommend|suggest)|see you (?:back|again)|for your (?:first|second|"
    r"next) problem|"
    r"physical exam(?:ination)?|review(?:ed)? the results)\b"
)


@remembered
def _tells_findings(plain: str) -> bool:
    return bool(_EXAM_OR_RESULT.search(plain))


@remembered
def _tells_opinion(plain: str) -> bool:
    return bool(_OPINION.search(plain))


def candidates(consult: Consult) -> Iterator[Candidate]:
    """Medicines and tests the clinician names, in order of speech."""
    speakers = clinicians(consult)
    seen: set[str] = set()
    examined = judged = False
    for turn, said in enumerate(consult.turns):
        text = said.text.lower()
        for index, sentence in enumerate(consult.sentences[turn]):
            if said.speaker in speakers:
                examined = examined or _tells_findings(sentence.plain)
                judged = judged or _tells_opinion(sentence.plain)
            for thing in _things(text, sentence):
                if said.speaker in speakers:
                    signs = set(signs_around(text, sentence, thing.first, thing.last))
                    signs.add("named_before" if thing.key in seen else "named_first")
                    signs.add("after_exam" if examined else "before_exam")
                    signs.add("after_opinion" if judged else "before_opinion")
                    signs |= {f"is:{thing.group}"} | _own_signs(text, thing)
                    if signs & {"wished", "booked"}:
                        signs.discard("untimed")
                    yield Candidate(
                        thing.kind,
                        thing.key,
                        thing.concept,
                        turn,
                        thing.first,
                        thing.last,
                        index,
                        frozenset(signs),
                    )
                seen.add(thing.key)


@dataclass(frozen=True, slots=True)
class _Thing:
    kind: OrderKind
    key: str
    first: int
    last: int
    concept: Concept | None = None
    awaited: bool = False  # a test for which the patient comes back
    guessed: bool = False  # the name had to be guessed from its spelling

    @property
    def group(self) -> str:
        if self.kind in {"medication", "followup"}:
            return self.kind
        return self.concept.group if self.concept else "unlisted"


@remembered
def _things(text: str, sentence: Sentence) -> tuple[_Thing, ...]:
    """Medicines and tests of one sentence, those of the table and those only their wording shows, by place."""
    known = [
        _Thing(kind, m.concept.id, m.start, m.end, m.concept, guessed=not m.certain)
        for m in sentence.mentions
        if (kind := _kind(m.concept))
        and m.text.lower() not in _NO_TEST
        and (m.certain or _dosed(text, m.end))
        and m.concept.id not in _DONE_NOW
    ]
    end = sentence.start + len(sentence.text) + 1
    again = [
        _Thing("followup", "followup", *found.span("action"))
        for found in FOLLOW_UP.finditer(text, sentence.start, end)
    ]
    open_: list[_Thing | None] = [_test(found) for found in _TEST.finditer(text, sentence.start, end)]
    open_ += [_medicine(found) for found in _MEDICINE.finditer(text, sentence.start, end)]
    new = [o for o in open_ if o and not any(o.first < k.last and k.first < o.last for k in known)]
    named = [replace(k, awaited=any(_comes_for(text, a, k) for a in again)) for k in (*known, *new)]
    met = [a for a in again if not any(_comes_for(text, a, k) for k in named)]
    return tuple(sorted([*named, *met], key=lambda thing: thing.first))


_TO_BE_DONE = re.compile(
    r"(?:(?: \w+){0,7} (?:for|to (?:get|have|do|give)))?(?: (?:a|an|your|some|the|another|that))(?: [\w-]+){0,2} $"
    r"|(?: \w+){0,7} (?:for|to (?:get|have|do|give)) $"
)


def _comes_for(text: str, again: _Thing, thing: _Thing) -> bool:
    """ "Pop in for a blood test" is the test and no further meeting."""
    test = thing.kind in {"lab", "imaging"} and 0 <= thing.first - again.last <= 80
    between = text[again.last : thing.first]
    return test and (between == " " or bool(_TO_BE_DONE.match(between)))


def _dosed(text: str, at: int) -> bool:
    """Whether a strength follows: without one a name that had to be guessed is no order."""
    return any(part.name == "strength" for part in parts_after(text, at, at + 40))


_NO_TEST = frozenset({"blood", "blood sugars", "blood pressures"})  # of "blood supply"; measured at home
_DONE_NOW = frozenset(
    f"test.{name}"
    for name in (
        "physical_examination",
        "skin_check",
        "pelvic_examination",
        "rectal_examination",
        "breast_examination",
        "pulse_oximetry",
    )
)
"""Tests by name that a clinician does with the patient before them: examinations, not orders."""


def _own_signs(text: str, thing: _Thing) -> set[str]:
    """What the words of the thing itself tell."""
    if thing.kind == "followup":
        words = text[thing.first : thing.last]
        timed = {"timed" if met_again(text, thing.first, thing.last) else "untimed"}
        return timed | {f"says:{words.split()[0]}"} | ({"booked"} if BOOKED.match(words) else set())
    if thing.kind == "medication":
        parts = {part.name for part in parts_after(text, thing.last, thing.last + 160)}
        has = {f"has:{name}" for name in parts} or {"has:nothing"}
        return has | ({GUESSED} if thing.guessed else set())
    return {"listed" if thing.concept else "unlisted"} | ({"awaited"} if thing.awaited else set())


_NOT_A_NAME = (
    r"(?!(?:a|an|the|some|any|your|that|this|those|these|his|her|my|our|their|its|of|for|to|on|in|with|and|or|i|"
    r"you|we|it|is|are|was|"
    r"do|get|have|just|like|also|other|another|more|few|check|order|repeat|run|send|see|what|call|"
    r"called|as|if|"
    r"all|no|not|so|be|been|done|did|does|at|by|from|then|now|um|uh|additional|routine|new|next|same|"
    r"those|will|perform|"
    r"obtain|draw|ordered|ordering|checking|getting|doing|including|includes|want|need|elevated|"
    r"positive|negative|normal|"
    r"abnormal|low|high|physical|repeated|recent|review|reviewed|reviewing|morning|milligrams?|"
    r"micrograms?|good|bad)\b)"
)
_TEST = re.compile(
    rf"(?<!')\b(?P<name>(?:{_NOT_A_NAME}[a-z][\w-]{{0,20}} ){{1,3}}(?:panels?|profiles?|titers?|titres?|"
    rf"films?|smears?|markers|"
    rf"levels?|cultures?|"
    r"pcr|genotype|rna|antibod(?:y|ies)|enzymes?|phosphatase|assays?|function tests?|screen(?:ing)?s?|"
    r"swabs?|serology|"
    r"scans?|imaging|elastography|studies|ultrasounds?|x-?rays?|tests?))\b"
    r"|\b(?P<bare>culture|imaging|elastography|chem-\d+|urine collection)\b"
)
_IMAGING = re.compile(r"imaging|elastography|scans?|ultrasounds?|x-?rays?")
_MEDICINE = re.compile(
    rf"\b(?P<name>{_NOT_A_NAME}[a-z][a-z-]{{4,20}})(?: ?,)?(?: to)? {NUMBER}[ -]?(?!percent|%){STRENGTH}"
    r"|\b(?:medicine|medication|drug|inhaler|cream|something)(?: that's| that is|"
    r" which is)? called (?P<called>[a-z]{5,20})\b"
    r"|\b(?:prescribe|start) (?:you )?(?:some |a |on |an )*(?P<named>[a-z]{5,20})\b"
)
_COMMON = frozenset(
    """about around other another taking medicine medication medications something increase decrease dosage
    doses dose daily every twice those these which would should could please again different little
    maybe strength steroids anything physical going with point hundred thousand twenty thirty forty
    fifty sixty seventy eighty ninety seven really actually probably usually milligrams milligram
    micrograms absolute crutches eight three eleven fifteen exactly tablet sorry rather course certain
    various appropriate suitable tablets pills capsule twelve prescribe prescription start started""".split()
)


def _test(found: re.Match[str]) -> _Thing:
    name = found["name"] or found["bare"]
    kind: OrderKind = "imaging" if _IMAGING.search(name) else "lab"
    group = "name" if found["name"] else "bare"
    return _Thing(kind, name, *found.span(group))


def _medicine(found: re.Match[str]) -> _Thing | None:
    group = next(name for name in ("name", "called", "named") if found[name])
    common = found[group] in _COMMON or found[group].endswith(("ing", "ly"))
    return None if common else _Thing("medication", found[group], *found.span(group))


def _kind(concept: Concept) -> OrderKind | None:
    if concept.kind is Kind.MEDICINE:
        return "medication"
    if concept.kind is Kind.TEST:
        return "imaging" if concept.group == "imaging" else "lab"
    return None


def never(candidate: Candidate) -> bool:
    """Whether some sign rules an order out, whatever else is said. A medicine may be for when it is needed."""
    if candidate.kind == "medication":
        return bool(candidate.signs & NEVER)
    ruled_out = NEVER_AGAIN if candidate.kind == "followup" else NEVER_TESTED
    return bool(candidate.signs & (ruled_out | {"as_needed"}))


_PRESCRIBING = frozenset(f"nearest:{verb}" for verb in ("prescribe", "start", "put", "increase", "refill"))


def said_outright(candidate: Candidate) -> bool:
    """An order in so many words: "take ibuprofen 400 mg twice a day", "we'll start you on", "come back in a week"."""
    told, signs = "imperative" in candidate.signs, candidate.signs
    if candidate.settled:
        return True
    if candidate.kind == "medication":
        dosed = bool(signs & {"has:strength", "has:frequency", "has:count", "some"})
        return _started(signs) or _advised(signs) or (told and dosed)
    if candidate.kind == "followup":
        return (told and "timed" in signs) or (
            {"booked", "intent"} <= signs and not signs & {"past", "question", "asked"}
        )
    return told or _advised(signs) or {"act", "nearest:order"} <= signs or {"awaited", "intent"} <= signs


def _started(signs: frozenset[str]) -> bool:
    """ "We'll start you on it"; "we can prescribe it", with a dose; "something I can give you"."""
    begun = "act" in signs or {"we_can", "has:strength"} <= signs
    given = "then:given" in signs and not signs & _NOT_NOW
    return given or (begun and bool(signs & _PRESCRIBING))


def _advised(signs: frozenset[str]) -> bool:
    return bool(signs & {"advised", "then:otc"}) and not signs & _NOT_NOW


_NOT_NOW = {"past", "question", "asked", "current", "negative"}
