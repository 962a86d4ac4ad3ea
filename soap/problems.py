"""The problems of a visit in the doctor's words, and which clause of the plan is about which.

A problem opens where the doctor names it ("for your second problem of diabetes") or gives an impression of it ("i think
you have ..."). What the patient takes it to be is never a problem here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clinical_language import Kind, Mention, State
from clinical_language.context import state_of
from clinical_language.said import said_as
from clinical_language.wording import last_match
from soap.clauses import Clause
from soap.notation import notation
from soap.phrasing import capital
from soap.strands import Strand

_OPENS = re.compile(
    r"^(?:(?:so|and|now|then|but|also|okay|again|well|lastly|first|second|next|finally|,) )*"
    r"(?:for|regarding|in terms of|as far as|with regards? to|when it comes to|in regards? to|"
    r"concerning|from (?:a|an)) (?:(?:your|the|his|her|this|that|my) )?"
    r"(?:(?P<number>first|second|third|fourth|fifth|next|last|final|other|main|primary|1st|2nd|"
    r"3rd|1|2|3)(?: of all)? )?"
    r"(?P<noun>(?:problems?|issues?|concerns?|diagnosis|complaint|thing)(?: of| is| ,| :|,|:)* ?)?"
)
_TALK = re.compile(
    r"\b(?:you (?:have|'ve) been|problems with|you (?:said|mentioned|told me|were|had|'ve had)|"
    r"have you|history of|if you (?:have|get|had)|for people|some people|sometimes|usually|"
    r"often|caused by|causes?|because of|to (?:prevent|avoid|treat|help)|risk of|rule out|"
    r"make sure|signs? of|evidence of|concerned about|worried about|worry about|not have|"
    r"check(?:ing)? for|test(?:ing)? for|exclude|you (?:did )?indicate|given that|"
    r"likely to (?:get|have|develop)|(?<!wonder )whether)\b"
)
_IMPRESSION = re.compile(
    r"\b(?:i (?:really )?(?:do not )?think(?: that)?|sounds (?:like|more like)|looks (?:like|"
    r"more like)|seems (?:like|to be|more like)|consistent with|"
    r"this is(?: a| an| most| more| probably)?|it is (?:just )?(?:a|an|most|probably|likely|more)|"
    r"it 's (?:just )?(?:a|an|most|probably|likely|more)|that 's (?:a|an|most|probably|likely)|likely|"
    r"probably|suspect|suspicious|you (?:do )?have (?:a|an|some|got|what)\b|you 've got|"
    r"diagnos\w+|could (?:just |also |well )?be|"
    r"might (?:just |also |well )?be|may (?:just |also |well )?(?:be|have)|my impression|impression is|suggestive of|"
    r"concern(?:ed)? (?:about|for|of|that)|seem to have|appears? to|possibility|called|you have)\b"
)
_LIKELY = re.compile(
    r"\b(?:likely|probably|suspect|suspicious|sounds? (?:more )?like|looks? (?:more )?like|seems?|"
    r"consistent with|suggestive|appears?)\b"
)
_POSSIBLE = re.compile(r"\b(?:could|might|may|possib\w+|concerns?|concerned|worried)\b")
_QUALIFIERS = frozenset(
    "left right acute chronic lower upper bilateral severe mild moderate lateral medial "
    "exacerbation flare of type 1 2 stage recurrent "
    "non-healing proximal distal recurring uncontrolled low high new newly diagnosed abnormal an "
    "a the your his her up "
    "strain sprain fracture some sort kind form case tension".split()
)
_ARTICLE = re.compile(r"\b(?:an?|the|your|his|her|some|sort of|kind of|form of|case of) ")


@dataclass(slots=True)
class Problem:
    """One problem. `text` is its heading, `said` the diagnosis the doctor gives of it, if any."""

    key: str
    text: str
    state: State = State.PRESENT
    confidence: float = 0.7
    codes: dict[str, str] = field(default_factory=dict)
    evidence: set[int] = field(default_factory=set)
    opened: str = ""  # concept id it was opened with


def _before(clause: Clause, mention: Mention) -> str:
    """Words of the clause before the mention."""
    start = clause.words.find(mention.text.lower())
    return clause.words[: max(0, start)]


_EDGE = frozenset(
    "a an the your his her is are was be have has had got like called that this some of with for "
    "to and or it you i we think having "
    "terms regard regards be being from about what our my us by on in just probably likely called consistent".split()
)
_WHERE = re.compile(
    r"^ (?:of|in|on|over) (?:your|the|that) (?P<where>(?!past\b)(?:(?:left|right|lower|upper) )*[a-z]+)"
)
_GENERIC = frozenset({"finding.pain", "finding.injury", "finding.swelling", "finding.stress", "finding.lump"})


def _name(clause: Clause, mention: Mention) -> str:
    """The noun phrase around the mention, as said ("acute flare of arthritis", "fracture of the wrist")."""
    before = _before(clause, mention).split()
    kept: list[str] = []
    while before and before[-1] in _QUALIFIERS and len(kept) < 7:
        kept.insert(0, before.pop())
    described = before[-4:]
    while described and described[0] not in _EDGE:
        described.pop(0)
    if described and len(described) > 1 and all(w.isalpha() and w not in _EDGE for w in described[1:]):
        kept = [*described[1:], *kept]
    label = said_as(mention.concept, mention.text)
    words = " ".join([*kept, label if _proper(label) else label.lower()])
    words = re.sub(
        r"^(?:(?:of|up|some|sort|kind|form|case|an?|the|your|his|her|new|1|2|type|stage) )+",
        "",
        _ARTICLE.sub("", words + " "),
    )
    after = clause.words[len(_before(clause, mention)) + len(mention.text) :]
    where = _WHERE.match(after)
    place = f" of the {where['where']}" if where and where["where"] not in words else ""
    return notation(" ".join(dict.fromkeys(words.split())) + place, clause.mentions)


def _proper(label: str) -> bool:
    return label.isupper() or label[:2].isupper() or "'" in label


def _conditions(clause: Clause) -> Iterator[Mention]:
    for mention in clause.mentions:
        if mention.concept.id not in _GENERIC and mention.concept.kind in {Kind.CONDITION, Kind.FINDING}:
            yield mention


_OPENED = 0.15  # probability of the plan under which "in terms of your ..." is talk
_ASKING = re.compile(r"\b(?:any|how|what|whether|helping|getting)\b")


def _asks(clause: Clause, start: int, mention: Mention) -> bool:
    """Whether the doctor goes on to ask ("in terms of your ears, any dullness") before naming the finding."""
    return bool(_ASKING.search(clause.words[start : len(_before(clause, mention))]))


_OPINION = re.compile(
    r"\b(?:think|likely|unlikely|doubt|sounds?|looks?|seems?|suspect|believe|suggest\w*|concerned)\b"
)


def opened(clause: Clause, plan: float) -> Mention | str | None:
    """What a clause opens as the problem to talk of: a concept, or its words when no table knows it."""
    found = _OPENS.match(clause.words)
    if found is None:
        return None
    rest = clause.words[found.end() :]
    named = next((m for m in _conditions(clause) if len(_before(clause, m)) <= found.end() + 30), None)
    numbered = bool(found["number"] or found["noun"])
    if named is not None and (numbered or (plan >= _OPENED and not _asks(clause, found.end(), named))):
        return named
    words = re.split(r" (?:i|we|let|you|it|that|so|what|this|,|my)\b|[,.]", f"{rest} ")[0].split()
    words = [w for w in words if w not in {"your", "the", "of", "a", "first", "all", "for", "just"}]
    return (
        " ".join(words) if found["noun"] and any(len(w) > 3 for w in words) and 1 <= len(words) <= 5 else None
    )


_CALLED = re.compile(
    r"\b(?:something|what (?:is|'s|we)) (?:call|called) (?:a |an )?$"
)  # then a finding is a diagnosis too


def impression(clause: Clause) -> tuple[Mention, str] | None:
    """The condition the doctor takes it to be, with the words that say how sure."""
    for mention in _conditions(clause):
        before = _before(clause, mention)
        found = last_match(_IMPRESSION, before)
        named = mention.concept.kind is Kind.CONDITION or _CALLED.search(before)
        if found is None or _TALK.search(before) or not named:
            continue
        if len(before[found.end() :].split()) <= 9:
            return mention, before
    return None


def _certainty(name: str, before: str, state: State) -> tuple[str, State]:
    if state is State.ABSENT:
        return f"{capital(name)} considered unlikely", State.ABSENT
    if re.search(r"\byour (?:\w+ ){0,2}$", before):
        return capital(name), State.PRESENT
    if _POSSIBLE.search(before):
        return f"Possible {name}", State.UNCERTAIN
    if _LIKELY.search(before):
        return f"Likely {name}", State.UNCERTAIN
    return capital(name), State.PRESENT


_JUDGED = 0.05  # probability of the plan under which an impression is talk
_SURE = 0.25  # and under which words no table knows are no diagnosis


_UNKNOWN = re.compile(
    r"\b(?:(?:diagnosis|impression)(?: here| for you)? (?:of|is)|consistent with|what (?:we|"
    r"i)(?: would)? call|you have (?:a|an) condition called|"
    r"i (?:do )?(?:think|believe) (?:that )?(?:this|it|that) is|i (?:do )?(?:think|"
    r"believe) (?:that )?you (?:do )?have|(?:is|are) (?:most )?(?:likely )?due to) "
    r"(?:an? |the |some |your )?(?P<what>[a-z][a-z' -]+)"
)
_ENDS = re.compile(
    r" (?:and|which|that|so|because|where|when|but|or|i|we|you|it|of the|on|in|with|for|is|are|"
    r"just|causing|due|from|based|what|then|here|there)\b.*$"
)


def named_diagnosis(clause: Clause) -> str:
    """A diagnosis in words that no table knows ("what we call hallux rigidus"), "" when none is named."""
    found = _UNKNOWN.search(clause.words)
    if (
        found is None
        or any(True for _ in _conditions(clause))
        or _TALK.search(clause.words[: found.end("what")])
    ):
        return ""
    what = _ENDS.sub("", found["what"]).strip()
    return what if 2 <= len(what.split()) <= 6 and not _VAGUE.search(what) else ""


_VAGUE = re.compile(
    r"\b(?:good|great|best|better|thing|lot|little|bit|going|something|anything|all|muscular pain|panel|urinalysis|"
    r"time|plan|job|idea|fine|doing|reason|normal|"
    r"questions?|point|way|right|just|really|stuff|kind|sort|more|where|part|one)\b"
)


_PAST = re.compile(r"\b(?:history|past|previous\w*|ago|used to|before|had)\b")


class Problems:
    """Problems in the order opened, and the one being talked of."""

    def __init__(self) -> None:
        self.found: dict[str, Problem] = {}
        self.current: Problem | None = None

    def hear(self, strand: Strand) -> None:
        """Take in a clause of the doctor."""
        clause = strand.clause
        if clause.asked:
            return
        said = opened(clause, strand.plan)
        if said is not None:
            self._open(said, clause)
        judged = impression(clause) if strand.plan >= _JUDGED else None
        if judged is not None:
            self._judge(*judged, clause)
        elif said is None and strand.plan >= _SURE and (named := named_diagnosis(clause)):
            self._open(named, clause)

    def _open(self, said: Mention | str, clause: Clause) -> None:
        if isinstance(said, str):
            key, text, codes, concept = re.sub(r"\W+", "_", said), capital(notation(said)), {}, ""
        else:
            state, _, who = state_of(clause.sentence_of(said), said, speaker="doctor")
            if who or state is State.ABSENT:
                return
            key, text, concept = said.concept.id, capital(_name(clause, said)), said.concept.id
            codes = dict(said.concept.codes)
        problem = self.found.setdefault(key, Problem(key, text, codes=codes, opened=concept))
        problem.evidence.add(clause.turn)
        self.current = problem

    def _judge(self, mention: Mention, before: str, clause: Clause) -> None:
        state, confidence, who = state_of(clause.sentence_of(mention), mention, speaker="doctor")
        if state is State.HISTORICAL and not _PAST.search(before.rpartition(",")[2]):
            state = State.PRESENT  # the history in the same breath is of something else
        if who or state in {State.HYPOTHETICAL, State.HISTORICAL, State.RESOLVED, State.FAMILY}:
            return
        if state is State.ABSENT and not _OPINION.search(before):
            return  # "you have no food allergies" is told of the past, not judged
        text, state = _certainty(_name(clause, mention), before, state)
        key = mention.concept.id
        problem = self.found.get(key) or Problem(key, text, opened=key)
        problem.text, problem.state, problem.confidence = text, state, min(confidence, 0.8)
        problem.codes = dict(mention.concept.codes)
        problem.evidence.add(clause.turn)
        self.found[key] = problem
        if state is not State.ABSENT:
            self.current = problem


def heard_problems(strands: Sequence[Strand]) -> tuple[list[Problem], list[str]]:
    """Problems, and the key of the problem each clause is about ("" before any)."""
    problems = Problems()
    about = []
    for strand in strands:
        problems.hear(strand)
        about.append(problems.current.key if problems.current else "")
    return list(problems.found.values()), about
