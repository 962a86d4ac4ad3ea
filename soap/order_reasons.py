"""Why something is ordered: the problem the clinician is speaking of, in the words that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from clinical_language import Consult, Kind, State
from clinical_language.context import state_of
from clinical_language.remembering import remembered
from soap.order_candidates import Candidate
from soap.order_weights import BARS, probability

_STOP = (
    r"(?:i|we|you|he|she|it|they|so|let|let's|and|but|is|are|was|were|i'm|we're|you're|it's|that's|"
    r"i'd|i'll|we'll|um|uh|"
    r"which|who|that|this|there|because|since|when|if|where|to|for|at|with|as|okay|alright|right now|"
    r"now|then|"
    r"has|have|had|do|does|did|can|could|will|would|should|may|might|go|going|what|how|in terms|based|"
    r"from|like|just|"
    r"here|today|again|seems?|sounds?|looks?|also|what's|here's|your|start|starting|continue|by|on|any)\b"
)
_WORD = rf"(?!{_STOP})[a-z0-9][\w'/-]*"
_NAME = rf"({_WORD}(?: (?:of (?:the |your )?|type )?{_WORD}){{0,6}})"
_POSSESSIVE = r"(?:(?:your|the|a|an|this|that|those|these|his|her|some|any|new|acute|possible) )*"
_HEADER = re.compile(
    rf"\b(?:problem|issue|concern|condition|diagnosis|complaint)s?(?: number (?:one|two|three|four|"
    rf"\d))?(?: ?,| of| is| would be| which is|:)*(?: is| of)? {_POSSESSIVE}{_NAME}"
    rf"|\b(?:in terms of|as far as|with regards? to|regarding|when it comes to|in regards? to|for|"
    rf"from an?|from the|talk about) {_POSSESSIVE}{_NAME}(?= ?(?:,|\.|standpoint|perspective|i |we |"
    rf"let|you|i'|we'|is|are|it|so|what|the))"
)
_DIAGNOSIS = re.compile(
    rf"\b(?:diagnos(?:is|ed)(?: \w+)?(?: of| is| with| would be)|i think(?: that)?(?: you have|"
    rf" this is| it is| it's| you've got| you just have)|"
    rf"consistent with|due to|you (?:do |probably |may |might |just )*have|suffering from|"
    rf"seems? (?:like|to be)(?: you have)?|"
    rf"sounds? like(?: you have)?|looks? like(?: you have)?|evidence of|signs of|we call(?: this| it)?|"
    rf"called|"
    rf"experiencing|this is|concerned (?:about|for|that you (?:might |may )?have)|"
    rf"impression is) {_POSSESSIVE}{_NAME}"
)
_PURPOSE = re.compile(
    rf"\b(?:for|to (?:help(?: \w+)? with|evaluate|assess(?: for)?|treat|look for|rule out|follow up on|"
    rf"check(?: for| on)?|control|relieve|prevent|see if|determine)|"
    rf"help with|helps with|looks for|because of) {_POSSESSIVE}{_NAME}"
)
_NOT_A_PROBLEM = re.compile(
    r"^(?:(?:about|next|another|first|second|third|fourth|last|other|few|couple|one|two|three|four|"
    r"five|six|seven|eight|nine|ten|\d+)\b.*"
    r"|.*\b(?:days?|weeks?|months?|years?|times?|visit|appointment|surgery|plan|things?|lot|bit|"
    r"questions?|sure|good|great|fine|"
    r"exam|examination|results?|tests?|x-?ray|mri|labs?|medicine|medications?|dose|milligrams?|"
    r"problem|option|part|while|me|them)\b.*)$"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Words that name a problem: where they stand, and how it was recognised (header, diagnosis, purpose, mention).

    `beside`: other ways in which the same words were recognised too.
    """

    sign: str
    turn: int
    first: int
    last: int
    words: str
    beside: frozenset[str] = frozenset()


def problems_of(consult: Consult, speakers: frozenset[str]) -> tuple[Problem, ...]:
    """Every problem the clinician names, in order of speech."""
    found: list[Problem] = []
    for turn, said in enumerate(consult.turns):
        text = said.text.lower()
        if said.speaker in speakers:
            found += [Problem(sign, turn, first, last, words) for sign, first, last, words in _named(text)]
        found += _mentioned(consult, turn, text)
    return tuple(_beside(sorted(found, key=lambda p: (p.turn, p.first, p.last, p.sign))))


def _beside(found: list[Problem]) -> Iterator[Problem]:
    """Each with how its neighbours, which share words with it, were recognised."""
    for at, p in enumerate(found):
        around = found[max(0, at - 6) : at] + found[at + 1 : at + 7]
        same = {q.sign for q in around if q.turn == p.turn and q.first < p.last and p.first < q.last}
        yield replace(p, beside=frozenset(same - {p.sign}))


@remembered
def _named(text: str) -> tuple[tuple[str, int, int, str], ...]:
    """Sign, place and words of each wording in a turn that names a problem."""
    return tuple(
        (sign, found.start(group) + first, found.start(group) + last, said[first:last])
        for sign, pattern in (("header", _HEADER), ("diagnosis", _DIAGNOSIS), ("purpose", _PURPOSE))
        for found in pattern.finditer(text)
        if not _NOT_A_PROBLEM.match(said := found[group := found.lastindex or 0])
        for first, last in (_trimmed(said),)
        if last > first
    )


_AROUND = re.compile(
    r"^(?:(?:history of|of|having|had|the|some|your|an?|something called|probably|more of|just) )*+(?P<name>.*?)"
    r"(?: (?:standpoint|perspective|issues?|or|and|the|in|of|an?|more|both))*$"
)


def _trimmed(said: str) -> tuple[int, int]:
    """The range of the problem itself in the words that name it."""
    found = _AROUND.match(said)
    return found.span("name") if found else (0, len(said))


def _mentioned(consult: Consult, turn: int, text: str) -> Iterator[Problem]:
    for sentence in consult.sentences[turn]:
        for mention in sentence.mentions:
            if mention.concept.kind not in {Kind.CONDITION, Kind.FINDING}:
                continue
            state, _, _ = state_of(sentence, mention, speaker="doctor")
            if state in {State.ABSENT, State.FAMILY}:
                continue
            asked = ":asked" if sentence.is_question else ""
            sign = f"{mention.concept.kind.value}:{consult.turns[turn].speaker}{asked}"
            yield Problem(sign, turn, mention.start, mention.end, text[mention.start : mention.end])


_INDICATED: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = tuple(
    (frozenset(groups.split("|")), re.compile(problems))
    for groups, problems in (
        ("antidiabetic|test.hemoglobin_a1c|test.blood_glucose", r"diabet|blood sugar|glucose"),
        ("ACE inhibitor|angiotensin receptor blocker|calcium channel blocker|beta blocker|diuretic|alpha blocker",
            r"hypertension|blood pressure|heart failure|fluid|edema|swelling"),
        ("statin|cholesterol medicine|test.lipid_panel", r"cholesterol|lipid|coronary|hypertension"),
        ("NSAID|opioid|analgesic|muscle relaxant|topical analgesic|steroid|local anaesthetic",
            r"pain|arthrit|sprain|strain|fracture|contusion|tend[oi]n|bursitis|gout|back|knee|"
            r"headache|stone|swelling|throat|injur"),
        ("antidepressant|benzodiazepine", r"depress|anxi|mood|panic|insomnia"),
        ("proton pump inhibitor|H2 blocker|antacid", r"reflux|gastritis|heartburn|ulcer|gerd"),
        ("bronchodilator|inhaler|leukotriene antagonist|steroid",
            r"asthma|copd|pulmonary|breath|wheez|bronch|pneumon|allerg|rash|eczema|psoriasis"),
        ("antihistamine", r"allerg|itch|hives|rhinitis"),
        ("antibiotic", r"infect|strep|pneumonia|uti|urin|sinus|cellulitis|ulcer|bronchitis|lyme|otitis"),
        ("gout medicine|test.uric_acid", r"gout|uric"),
        ("thyroid hormone|antithyroid|test.thyroid_function_test", r"thyroid"),
        ("test.psa|alpha blocker|5-alpha reductase inhibitor", r"prostat|urin"),
        ("test.urinalysis|test.urine_culture", r"urin|kidney|stone|bladder|uti"),
        ("test.echocardiogram|test.bnp|test.electrocardiogram|test.stress_test",
            r"heart|murmur|chest pain|coronary|cardiac|palpitation|breath"),
        ("imaging",
            r"pain|fracture|tear|strain|sprain|injur|shoulder|knee|foot|back|arthrit|nerve|disc|tend"),
        ("test.complete_blood_count|test.iron_studies", r"anemi|bleed|fatigue"),
        ("supplement|laxative", r"constipat|deficien|bone|osteop"),
        ("smoking cessation", r"nicotine|smok|tobacco"),
    )
)  # fmt: skip


def _fits(candidate: Candidate, words: str) -> bool:
    """Whether the thing is what is commonly given or done for such a problem."""
    concept = candidate.concept
    names = {concept.id, concept.group} if concept else set()
    return any(groups & names and problem.search(words) for groups, problem in _INDICATED)


@dataclass(frozen=True, slots=True)
class Reasons:
    """The problems of a consult, asked for the one an order is for."""

    problems: tuple[Problem, ...]

    def of(self, candidate: Candidate) -> Problem | None:
        """The problem that most likely is the reason, None when none is likely enough."""
        rated = [(probability("reason", signs), p) for p, signs in self.rated(candidate)]
        best = max(rated, key=lambda r: (r[0], r[1].turn, r[1].first), default=None)
        return best[1] if best and best[0] >= BARS["reason"] else None

    def rated(self, candidate: Candidate) -> list[tuple[Problem, frozenset[str]]]:
        """Problems near a candidate with the signs that speak for and against each."""
        at = (candidate.turn, candidate.first)
        near: list[tuple[Problem, frozenset[str]]] = []
        rank: dict[str, int] = {}
        for p in reversed(self.problems):
            before = (p.turn, p.first) < at
            after = p.turn == candidate.turn and candidate.last <= p.first <= candidate.last + 120
            if not before and not after:
                continue
            if before:
                rank[p.sign] = rank.get(p.sign, 0) + 1
                if rank[p.sign] > 4:
                    continue
            near.append((p, self._signs(candidate, p, rank.get(p.sign, 0) if before else 0)))
        return near

    def _signs(self, c: Candidate, p: Problem, rank: int) -> frozenset[str]:
        where = "after" if rank == 0 else f"before{rank}"
        distance = abs(c.first - p.last) if p.turn == c.turn else 9999
        far = next(
            (f"within{n}" for n in (40, 100, 250, 600) if distance <= n),
            "same_turn" if p.turn == c.turn else "",
        )
        if not far:
            far = "turn_before" if c.turn - p.turn <= 2 else "turns_before" if p.turn else "opening"
        kind = {"lab": "test", "imaging": "test"}.get(c.kind, c.kind)
        signs = {
            p.sign,
            f"{p.sign}:{where}",
            f"{p.sign}:{far}",
            f"{p.sign}:{where}:{far}",
            far,
            f"{kind}:{p.sign}",
            f"{kind}:any",
            f"words{min(4, len(p.words.split()))}",
        }
        signs |= {f"with:{sign}" for sign in p.beside}
        if _fits(c, p.words):
            signs |= {"fits", f"fits:{p.sign}", f"fits:{where}"}
        if re.search(r"\b(?:pain|swelling|fever|symptoms?)$", p.words):
            signs.add("symptom")
        return frozenset(signs)
