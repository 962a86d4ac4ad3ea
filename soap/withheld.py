"""What a draft never writes by itself: who the patient is, and self-harm that is not clearly the patient's own."""

from __future__ import annotations

import re

from clinical_language import Consult, Fact
from clinical_language.remembering import remembered
from soap.resolution import Resolved

SELF_HARM = frozenset({"finding.suicidal_ideation", "finding.self_harm", "finding.homicidal_ideation"})
_OWN = frozenset({"i", "my", "me", "myself"})
_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|\d)"
_IDENTIFYING = re.compile(
    r"\S@\S|\b(?:e-?mail|postcode|post code|zip code|date of birth|phone number|telephone number|mobile number|"
    r"home address|address is|name is|is called mr|is called mrs|insurance number|nhs number|"
    r"born (?:in|on) (?:the )?(?:\d+|nineteen|twenty|two thousand))\b|"
    rf"\b{_DIGIT}(?:[ ,-]{{1,2}}{_DIGIT}){{6}}|(?:\d[ -]?){{10}}|"
    r"\b(?:\d+[a-z]?|at|on|in|number \w+),? (?!the |an? |his |her |their |my |our |this |that )(?:\w+ ){1,2}"
    r"(?:street|road|avenue|lane|crescent|boulevard|gardens|terrace)\b(?! (?:traffic|accident|works|rage|bike|trip))",
    re.IGNORECASE,
)
_POSTCODE = re.compile(rf"\b[A-Z]{{1,2}} ?(?:(?i:{_DIGIT})[ ,-]*){{1,2}}(?:(?i:{_DIGIT}) ?)[A-Z]{{2}}\b")
_ASKS_WHO = re.compile(
    r"\b(?:your (?:\w+ )?(?:name|address|e-?mail|post ?code|zip code|date of birth|phone number)|line of your address|"
    r"who am i speaking|what should i call you|how old are you)\b",
    re.IGNORECASE,
)
_BACKCHANNEL = 3  # words; "OK, thank you." asks nothing else


@remembered
def identifying(text: str) -> bool:
    """Whether a line holds a name told as such, an address, a postcode, a number to call, an e-mail, a birth date.

    >>> identifying("The patient lives at 14 Elm Road.")
    True
    """
    return bool(_IDENTIFYING.search(text) or _POSTCODE.search(text))


def identity_turns(consult: Consult) -> frozenset[int]:
    """Turns that ask who the patient is and what is said until the doctor asks something else, if no finding is.

    A name or an address cannot be known by its words ("it's four Park Avenue"); by its question it can.
    """
    told: set[int] = set()
    asking = False
    for at, turn in enumerate(consult.turns):
        if turn.speaker == "doctor" and len(turn.text.split()) > _BACKCHANNEL:
            asking = bool(_ASKS_WHO.search(turn.text))
        if asking:
            told.add(at)
    return frozenset(told - {turn for fact in consult.facts for turn in fact.evidence})


def unclear_self_harm(consult: Consult, line: Resolved) -> bool:
    """Whether self-harm is spoken of without the patient's own words or an answered question behind it."""
    if line.concept.id not in SELF_HARM:
        return False
    own = (f for f in (line.first, line.last) if f.state is line.state)
    return bool(line.relation) or not any(_asked(fact) or _first_person(consult, fact) for fact in own)


def _asked(fact: Fact) -> bool:
    return fact.asked is not None and fact.said_in == fact.asked


def _first_person(consult: Consult, fact: Fact) -> bool:
    if consult.turns[fact.turn].speaker == "doctor":
        return False
    first, _ = fact.span
    return any(
        s.start <= first < s.start + len(s.text) and bool(_OWN & set(s.words))
        for s in consult.sentences[fact.turn]
    )
