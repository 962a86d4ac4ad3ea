"""The short form of a clause, as clinicians jot it: no subject where it is the patient, no articles, no "is".

"the patient has been able to hold down fluids" -> "able to hold down fluids". Nothing is added; what is left out is
grammar. What has no verb stays what it is: "loose and watery stool".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language.remembering import remembered
from soap.register.person import ADVERBS, PATIENT, Person, to_third
from soap.register.sentence import ends_whole
from soap.register.verbs import base_of, bases, gerund, third

_HEDGES = re.compile(
    r"^(?:(?:and|but|so|or|because|well|then|also|like|that is|'s|which|who|,|of course|not that|as well|as in|"
    r"in terms of|i (?:think|would say|guess|mean|feel like)(?: that)?(?= \w+ \w)|"
    r"i(?: have| did)? notic(?:ed?)(?: that)?|(?:it|that) is (?:more )?like|it was like) )+(?!$)"
)
_ASIDES = re.compile(
    r"^(?:it|that|this|they) , (?=if|when|because|i\b)|^if i had to describe (?:it|where it is|what it is like)"
    r" ?,? ?(?=.)|"
    r"\b(?:what (?:is|was) (?:it|that) called|what do you call (?:it|that)|how do you say(?: it| that)?|"
    r"without sounding \w+|and such|what have you|so to speak|off (?:the )?top of (?:my )?head|"
    r"i (?:would|'d) say|let me think)\b ?,? ?|^k ,? ?"
)
_ARTICLE = re.compile(
    r"\b(?:an?|the) (?!(?:bit|lot|few|little|couple|day|week|month|year|night|hour|minute|time|while|half|other|"
    r"first|last|past|only|stone|good|number|quarter|moment|other|weekends?|whole|pill)\b)"
)
_IT_IS = re.compile(
    r"(?:^|(?<=, )|(?<=\band )|(?<=\bbut )|(?<=\bor )|(?<=\bso ))(?:it|there|that|this)"
    r"((?: (?:also|still|always|just|now|only|often|usually|sometimes|mostly|probably))*) "
    r"(?:is|are|has been|has|have)(?= )"
)
_DANGLES = frozenset(
    "and or but so because , like which who that when if as the a an to of in on at with for from my is am are was "
    "were i he she they it just maybe about not no than very really quite has have had been do does did can could "
    "would will into there this some any also".split()
)
_ASK_MORE = frozenset("where while until another other those these called let then than".split())
_STARTS_NOTHING = frozenset("and or but so because , of than which who that then -".split())


def brief(words: Sequence[str], person: Person) -> list[str]:
    """A clause of the patient's ("i" the speaker) in the short form; [] when nothing is left."""
    return list(_brief(tuple(words), person))


@remembered
def _brief(words: tuple[str, ...], person: Person) -> tuple[str, ...]:
    text = _ASIDES.sub("", " ".join("self" if word == "myself" else word for word in words))
    text = _HEDGES.sub("", text)
    third_ = to_third(text.split(), person, named=False) or _without_speaker(text.split(), person)
    return tuple(_ended(without_grammar(" ".join(third_), person).split()))


def _without_speaker(words: Sequence[str], person: Person) -> list[str]:
    """Without false starts ("i they are not better"), an "i" that no verb follows; of the others the verbs agree."""
    kept = [w for at, w in enumerate(words) if w != "i" or to_third(words[at : at + 4], person) is not None]
    return to_third(kept, person, named=False) or [w for w in kept if w not in {"i", "am"}]


def without_grammar(text: str, person: Person) -> str:
    """Text in the third person without articles, "is", and the patient as its subject."""
    who = rf"(?:{PATIENT}|{person.subject})"
    head = r"(?:^|(?<=, )|(?<=\band )|(?<=\bbut )|(?<=\bor )|(?<=\bso ))"
    often = r"((?: (?:also|still|always|just|now|only|often|usually|sometimes|mostly|probably|currently|normally))*)"
    text = re.sub(rf"\b(when|if|while|whenever|after|before) {who} (\w+)", _circumstance, text)
    for pattern, by in (
        (
            rf"{head}(?:{who}|it|there){often} (?:is|are|has|have|was) not(?: been(?= \w+ing\b))?(?= )",
            r"\1 not",
        ),
        (rf"{head}{who}{often} (?:does|did) not have(?= (?!to\b))", r"\1 no"),
        (rf"{head}{who}{often} (?:is|has been|has(?! to\b))(?= )", r"\1"),
        (rf"{head}{who}(?= )", ""),
        (_IT_IS.pattern, r"\1"),
        (rf"\b(because|as|since|although|until) {who} (?:is(?= )|(\w+))", _cause),
        (rf"\bthat {who}(?= )", "that patient"),
        (rf"\b(?:{person.possessive}|the patient's|my) (?={_OWNED})", ""),
        (_ARTICLE.pattern, ""),
        (r"\bno any\b", "no"),
        (r"\bnot (?:really|specifically|necessarily)\b", "not"),
    ):
        text = re.sub(pattern, by, text)
    return " ".join(text.split())


_BASE = {third(base): base for base in bases()}


def _circumstance(found: re.Match[str]) -> str:
    """ "when the patient coughs" -> "when coughing", "if he is late" -> "if late"."""
    verb = found[2]
    if verb in {"is", "are", "was", "were"}:
        return found[1]
    base = _BASE.get(verb) or base_of(verb)
    return f"{found[1]} {gerund(base)}" if base else f"{found[1]} patient {verb}"


def _cause(found: re.Match[str]) -> str:
    """ "because the patient is coughing" -> "because coughing"; of another verb the subject stays."""
    return f"{found[1]} patient {found[2]}" if found[2] else found[1]


_OWNED = (  # "her knee", and not "for her to walk"
    r"(?!(?:to|and|or|up|that|this|at|in|on|for|with|when|out|down|off|if|because|but|not|some|an?|the|from|by) )[a-z]"
)


def _ended(words: list[str]) -> list[str]:
    """Without what stands open at either end."""
    first, last = 0, len(words)
    while last > first and _is_open(words[first:last]):
        last -= 1
    while first < last and words[first] in _STARTS_NOTHING:
        first += 1
    return words[first:last]


def _is_open(words: Sequence[str]) -> bool:
    """Whether the last word asks for more, or is all that is left of a clause joined on ("..., but recently")."""
    if tuple(words[-3:]) == ("as", "and", "when"):
        return False  # as needed
    joined = words[-1] in ADVERBS | {"then", "ever"} and words[-2:-1] in (["and"], ["but"], ["or"], [","])
    return joined or words[-1] in _ASK_MORE or (words[-1] in _DANGLES and not ends_whole(words))
