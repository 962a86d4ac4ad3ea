"""Whether a jotted answer says something by itself; if not, what was asked about stands before it.

"This morning", "all fine", "not at home" mean nothing without their question; "blood test: last week" does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import Exchange, Kind, Sentence
from clinical_language.remembering import remembered
from clinical_language.wording import fold

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


def theme(exchange: Exchange | None) -> tuple[str, ...] | None:
    """What a question is about, to head an answer that does not say it; None when nobody knows.

    A question whether there is any ("any blood?") heads nothing: its answer must say itself what there is.
    """
    if exchange is None or exchange.polarity == "no":
        return None
    label = _THEMES.get(exchange.slot)
    if label:
        return (*label.split(), ":")
    named = {m.concept.id: m for m in exchange.sentence.mentions if m.concept.kind in _TOPICS}
    asked = exchange.sentence.words
    if len(named) != 1 or not _OPEN & set(asked) or _WHETHER & set(asked):
        return None
    (mention,) = named.values()
    return (*asked[mention.first : mention.last], ":")
