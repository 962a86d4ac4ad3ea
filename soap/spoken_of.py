"""How the patient is spoken of in the note: she or he where the record or the talk says so, else "the patient".

What counts is said of the patient alone. A name, a wife or a husband prove nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from clinical_language import Consult, Sentence
from clinical_language.remembering import remembered
from soap.order_candidates import clinicians
from soap.register import Person, person_of

_NOUNS = {"f": "female|woman|girl|lady", "m": "male|man|boy|gentleman"}
_PRONOUN = {"f": "she", "m": "he"}
_ADDRESS = {
    "f": r"\b(?:ma'am|madam|mrs|ms)\b|(?:^|\b(?:hi|hello|hey|morning|afternoon|evening|thanks|is) |, )miss (?!the |my |"
    r"your |any |it |out |being )[a-z]",
    "m": r"\b(?:sir|mister)\b|\bmr\b(?! (?:scan|imaging|angio\w*|venogram))",
}
_BODY = {
    "f": r"\b(?:my|your) (?:(?:last|next|first|heavy|menstrual) )*(?:periods?(?! of)|mammogram|pap smear|cervix|uterus|"
    r"womb|ovar\w+|vagina\w*|pregnanc\w+|menopause|hysterectomy)\b|"
    r"\b(?:i|you) (?:am|are|was|were|have been|might be|may be|could be|got) (?:\d+ weeks )?pregnant\b|"
    r"\b(?:are|could|were) you (?:be )?pregnant\b",
    "m": r"\b(?:my|your) (?:(?:left|right|enlarged) )*(?:prostate|testic\w+|scrot\w+|penis|foreskin)\b",
}


def _signs(sex: str) -> tuple[tuple[bool | None, re.Pattern[str]], ...]:
    """The surest first, each with whose words they must be: True the doctor's, False the patient's, None anybody's."""
    noun, pronoun = _NOUNS[sex], _PRONOUN[sex]
    stated = rf"(?<!have a )(?<!your )\b\d+ (?:- ?)?years? (?:- )?old (?:[\w-]+ ){{0,6}}(?:{noun})\b"
    own = rf"\bi am an? (?:\w+ ){{0,3}}(?:{noun})\b|^(?:(?:and|,|\d+) )*(?:{noun}) ?[.,]?$"
    dictated = (
        rf"^(?:\w+ , )?{pronoun} (?:also |currently )?(?:is|'s|has|denies|reports|presents|takes|states|describes) "
        r"(?!.*\b(?:you|your|i|we)\b)"
    )
    return (
        (True, re.compile(stated)),
        (False, re.compile(own)),
        (True, re.compile(_ADDRESS[sex])),
        (None, re.compile(_BODY[sex])),
        (True, re.compile(dictated)),
    )


_SIGNS = {sex: _signs(sex) for sex in _NOUNS}


@remembered
def _shown(said: Sentence, of_doctor: bool) -> tuple[tuple[int, str], ...]:
    """The signs in a sentence, each by its place in the order of how sure it is, with the sex it shows."""
    text = " ".join(said.words)
    return tuple(
        (sure, sex)
        for sex, signs in _SIGNS.items()
        for sure, (whose, pattern) in enumerate(signs)
        if whose in {None, of_doctor} and pattern.search(text)
    )


def _evidence(consult: Consult) -> Iterator[tuple[int, str]]:
    speakers = clinicians(consult)
    for turn, sentences in zip(consult.turns, consult.sentences, strict=True):
        for said in sentences:
            yield from _shown(said, turn.speaker in speakers)


def sex_of(consult: Consult, recorded: str) -> Person:
    """By the record, else by the surest of what was said, where it does not speak for both."""
    if recorded:
        return person_of(recorded)
    shown = Counter(_evidence(consult))
    for sure in range(len(_SIGNS["f"])):
        female, male = shown[sure, "f"], shown[sure, "m"]
        if female != male:
            return person_of("f" if female > male else "m")
    return person_of("")
