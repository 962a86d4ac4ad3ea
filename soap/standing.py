"""Whether a jotted line may stand: it has a subject that a history asks about, and no piece of it dangles.

"This morning", "all fine", "not at home" mean nothing without their question; "blood test: last week" does. What a
line is about: a concept, a part of the body, a medicine, or what histories ask for besides (meals, sleep, work, whom
one met); banter has none of these. A clause that the short form garbles is told as a sentence, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import Consult, Exchange, Kind, Sentence
from clinical_language.relatives import RELATIVES
from clinical_language.remembering import remembered
from clinical_language.wording import fold
from soap.narrative import Candidate
from soap.register import Person, to_third, written
from soap.register.brief import brief
from soap.register.clauses import SUBJECTS, whole
from soap.register.person import OF_THE_BODY, PATIENT
from soap.wellformed import flaws, garbled, jot_flaws

LABELS = {"place": "location", "quality": "described as", "frequency": "frequency", "onset": "duration or onset",
          "severity": "severity", "work": "works as"}  # fmt: skip
_THEMES = LABELS | {
    "work": "work", "living": "lives", "alcohol": "alcohol", "smoking": "smoking", "drugs": "drugs",
    "worse": "worse with", "better": "better with", "family": "family",
}  # fmt: skip
_TOPICS = frozenset(
    {Kind.FINDING, Kind.CONDITION, Kind.MEDICINE, Kind.TEST, Kind.PROCEDURE, Kind.ALLERGEN, Kind.HABIT}
)
_OPEN = frozenset("how when what where which who".split())
_WHETHER = frozenset("any anything about".split())
_UNIT = re.compile(
    r"\d.*|ago|(?:day|week|month|year|hour|minute|second)s?|yesterday|morning|afternoon|evening|night"
)
_ENOUGH = 2  # words that carry something, from which a clause without a finding is understood
_TIME = re.compile(
    r"\d.*|about|around|ago|days?|weeks?|months?|years?|hours?|minutes?|seconds?|times?|last|past|now|today|tonight|"
    r"yesterday|morning|afternoon|evening|night|start|end|while|recently|currently|often|sometimes|ever|yet"
)
_VAGUE = frozenset(
    map(
        fold,
        """a an the of to in on at for with and or but is was were are be been being am has have had
        having not no he she it they i his her their this that these those there here as by from who
        which patient him them my me do does did will we would can could cannot so what where when if
        then than also some any very much more less most lot bit little quite just only all fine okay ok
        good great normal sure careful comfortable particularly really remember know think sounds sound
        seems seem looks thing things stuff something anything nothing everything out up off down along
        over ordinary general generally probably maybe perhaps mentioned said says called get gets got
        getting go goes going went come comes coming pass take takes taking make makes made sort kind
        way point moment top head honest absolutely completely exactly actually obviously basically fact
        course nice well better like about tends due tend always usual usually keep keeps because yes
        right now how why might mostly mean feel too""".split(),
    )
)


def stands_alone(short: Sequence[str], said: Sentence) -> bool:
    """Whether a clause names what it is about: a concept, a part of the body, or enough in words."""
    here = set(short)
    return (
        any(set(m.text.lower().split()) & here for m in said.mentions)
        or any(said.words[at] in here for _, at in said.parts)
        or sum(_carries(word) for word in here) >= _ENOUGH
    )


def tells_time(word: str) -> bool:
    """Whether a word is a number or a unit of time."""
    return _UNIT.fullmatch(word) is not None


@remembered
def _carries(word: str) -> bool:
    return word[0].isalpha() and fold(word) not in _VAGUE and not _TIME.fullmatch(word)


_HOW_MANY = re.compile(
    r"\bhow (?:many|much) ((?:[a-z]+ ){1,3}?)(?:of )?(?=(?:do|does|did|are|have|has|is|would|can|were) )"
)


_FITS = {
    "onset": re.compile(
        r"\b(?:ago|since|yesterday|today|last|this|when|after|while|morning|afternoon|evening|night|noon|start\w*|began|"
        r"sudden\w*|gradual\w*|[a-z]+day|weekend|christmas|summer|winter|spring|autumn|recent\w*|always|never|years?|"
        r"months?|weeks?|days?|hours?|minutes?|seconds?|long)\b"
    ),
    "frequency": re.compile(
        r"\b(?:times?|once|twice|often|always|constant\w*|every|daily|day|days|night|week|month|hours?|occasional\w*|"
        r"rare\w*|sometimes|seldom|never|usual\w*|all|on and off|off and on|now and)\b"
    ),
    "severity": re.compile(
        r"\b(?:\d+|mild\w*|moderate\w*|severe\w*|bad|worst|worse|terrible|awful|unbearable|bearable|manageable|slight\w*|"
        r"intense|strong|excruciating|painful)\b"
    ),
    "place": re.compile(
        r"\b(?:left|right|both|side|sides|sided|front|back|middle|cent(?:er|re|ral)|top|bottom|upper|lower|here|there|all|"
        r"whole|inside|outside|over|across|around|behind|above|below|under|between|[a-z]+ly)\b"
    ),
}


def fits(slot: str, words: Sequence[str]) -> bool:
    """Whether an answer can be what a label says: "about 20 pounds" is no frequency."""
    pattern = _FITS.get(slot)
    named = slot == "place" and OF_THE_BODY & set(words)
    return pattern is None or bool(named or pattern.search(" ".join(words)))


def theme(exchange: Exchange | None, answer: Sequence[str]) -> tuple[str, ...] | None:
    """What a question is about, to head an answer that does not say it; None when nobody knows.

    A question whether there is any ("any blood?") heads nothing: its answer must say itself what there is.
    """
    if exchange is None or exchange.polarity == "no":
        return None
    label = _THEMES.get(exchange.slot)
    if label and not fits(exchange.slot, answer):
        return None
    if label:
        return (*label.split(), ":")
    if many := _HOW_MANY.search(exchange.sentence.plain):
        return (*many[1].split(), ":")
    named = {m.concept.id: m for m in exchange.sentence.mentions if m.concept.kind in _TOPICS}
    asked = exchange.sentence.words
    if len(named) != 1 or not _OPEN & set(asked) or _WHETHER & set(asked):
        return None
    (mention,) = named.values()
    return (*asked[mention.first : mention.last], ":")


# What histories ask about that is no finding: the body's functions, its care, daily life, exposure, and how it went.
_ASKED_ABOUT = re.compile(
    r"\b(?:eat\w*|ate|food|foods|meals?|drink\w*|drank|water|fluids?|appetite|hungry|diet|sleep\w*|\w*slept|bed|"
    r"pillows?|wakes?|woken?|waking|toilet|bathroom|loo|bowels?|stools?|poop?\w*|pee\w*|urin\w*|wee|nappy|nappies|"
    r"diapers?|periods?|cycles?|pregnan\w*|bab(?:y|ies)|deliver\w*|birth|born|weeks?|breath\w*|walk\w*|stairs?|"
    r"flights?|exercis\w*|running|runs?|sports?|gym|lift\w*|carry\w*|train\w*|work\w*|jobs?|school|studies|"
    r"student|retired|university|college|nursery|daycare|home|lives?|living|house|apartment|flat|alone|partners?|"
    r"wife|husband|girlfriend|boyfriend|children|kids|son|daughter|sister|brother|m[ou]m|mother|father|dad|family|"
    r"travel\w*|abroad|contacts?|exposed|around|sick|ill|unwell|well|symptoms?|conditions?|illness\w*|diagnos\w*|"
    r"hospital\w*|doctors?|gp|nurse|clinic|surger\w*|operations?|tests?|tested|scans?|imaging|x - rays?|results?|"
    r"blood|weights?|weighs?|pounds|stone|kilo\w*|kg|temperature|thermometer|degrees|tastes?|smells?|vision|"
    r"glasses|lenses|hear\w*|voice|energy|tired|mood|stress\w*|worr\w*|anxi\w*|concentrat\w*|focus\w*|memory|"
    r"interest\w*|sex\w*|contracept\w*|condoms?|smok\w*|alcohol|drugs?|cannabis|allerg\w*|vaccin\w*|immuni\w*|"
    r"shots?|jabs?|boosters?|pain\w*|hurts?|sore|ach\w*|wors\w*|better|started|starts|began|comes?|came|goes|"
    r"constant|before|helps?|helped|relie\w*|creams?|tablets?|medic\w*|pills?|prescri\w*|inhalers?|puffs?|sprays?|"
    r"drops|accidents?|fell|fall\w*|injur\w*|hit|twist\w*|bit|bite|stung|trigger\w*|pets?|dogs?|cats?|dust|mou?ld|"
    r"chemicals?|products?|carpets?|perfumes?|restaurants?|takeaways?|friends?|party|went to|going to|garden\w*|"
    r"pollen|safe|safety|abus\w*|bully\w*|violen\w*|milestones|develop\w*|growth|growing|crying|feed\w*|fed|hot|"
    r"cold|warm|sweat\w*|shiver\w*|quit|healthy|health|relationship|rest\w*|bottle|breastfe\w*|happen\w*|"
    r"episodes?|attacks?|colou?r|side|sides)\b"
)


_WHILE = re.compile(r"(?:was|been) (?:just )?[a-z]+ing\b")  # what the patient was doing when it began


def idle(candidate: Candidate, consult: Consult) -> bool:
    """Whether a line has no subject that a history asks about, neither in its words nor in its question's."""
    words = candidate.words
    text = " ".join(words)
    if candidate.mentions or candidate.slot or OF_THE_BODY & set(words) or _ASKED_ABOUT.search(text):
        return False
    if _WHILE.match(text):
        return False
    question = consult.sentences[candidate.evidence[0]] if candidate.evidence[0] < candidate.turn else ()
    named = any(said.mentions or said.parts for said in question)
    return not named and not _ASKED_ABOUT.search(" ".join(candidate.asked))


_JOINTS = frozenset({",", "and", "but", "so", "or", "because"})
_SOMEBODY = frozenset({"he", "she", "they", "his", "her", "their", *RELATIVES})
_SHORTEST = 3  # words of a piece that is kept of a garbled clause


def readably(spoken: Sequence[str], person: Person) -> list[tuple[list[str], list[str]]]:
    """A clause in the short form, with its words; where that is garbled, as a sentence, or the pieces that are not."""
    short = brief(spoken, person)
    if not short or not garbled(written(short)):
        return [(short, list(spoken))] if short else []
    third = to_third(spoken, person) if whole(spoken) else None
    if third and not jot_flaws(written(third)):
        return [(third[1:] if third[0] == PATIENT else third, list(spoken))]
    cuts = [at for at in range(1, len(spoken)) if spoken[at] in _JOINTS or spoken[at] in SUBJECTS]
    split = [
        _sound(spoken[:at], person)
        + ([] if _SOMEBODY & set(spoken[: at + 2]) else _sound(spoken[at:], person))  # else whose is it?
        for at in cuts[:_CUTS]
    ]
    return max(split, key=lambda pieces: sum(len(piece) for piece, _ in pieces), default=[])


_CUTS = 12  # places where a clause may be cut; a longer one is a paragraph of speech


def _sound(words: Sequence[str], person: Person) -> list[tuple[list[str], list[str]]]:
    """One half of a clause in the short form, where it may stand."""
    first = next((at for at, word in enumerate(words) if word not in _JOINTS), len(words))
    short = brief(words[first:], person)
    broken = len(short) < _SHORTEST or garbled(written(short)) or "says_nothing" in flaws(written(short))
    return [] if broken else [(short, list(words[first:]))]
