"""First person to third: "i have been taking my tablets" -> "she has been taking her tablets"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soap.register.verbs import bases, is_past, participles, past, third, thirds

ADVERBS = frozenset(
    """also always never ever still usually often sometimes normally mostly mainly only currently recently already
probably possibly maybe occasionally rarely hardly barely even generally typically then now first finally suddenly
gradually immediately regularly definitely certainly constantly frequently almost initially previously kind not all
both once soon today yesterday""".split()
)
_NOT_VERBS = frozenset(
    """a an the my your his her their its our this that these those to of in on at for with from by as and or
but so if
because when where how what who which i you he she it we they me him them us there here no yes not , . about up down
out off over into onto than too very more most less some any every each much many one two""".split()
)
_IS = frozenset("it that there he she what who where how here everything nothing something this which someone "
                "anything everyone there".split())  # fmt: skip
_HAS_ED = frozenset("improved stopped started changed happened increased decreased worsened lasted affected "
                    "helped settled "
                    "cleared moved stayed progressed occurred appeared disappeared resolved developed gotten "
                    "got".split())  # fmt: skip
_TO_BE = {"am": "is", "are": "is", "was": "was", "were": "was"}


@dataclass(frozen=True, slots=True)
class Person:
    """How the patient is spoken of; where the sex is unknown "the patient", in a sentence then "they"."""

    subject: str
    object: str
    possessive: str
    reflexive: str


PATIENT = "the patient"  # one token
SHE = Person("she", "her", "her", "herself")
HE = Person("he", "him", "his", "himself")
THEY = Person(PATIENT, PATIENT, "the patient's", PATIENT)
_AGAIN = Person("they", "them", "their", "themselves")  # of an unnamed person, once "the patient" was said


def person_of(sex: str) -> Person:
    """By the recorded sex; "they" when it is unknown."""
    letter = sex.strip().lower()[:1]
    return SHE if letter in {"f", "w"} else HE if letter == "m" else THEY


def opened(words: Sequence[str]) -> list[str]:
    """ "it 's been" -> "it has been", "it 's sore" -> "it is sore", "i 'd like" -> "i would like"; possessives "
    "joined."""
    out: list[str] = []
    for at, word in enumerate(words):
        following = [w for w in words[at + 1 : at + 4] if w not in ADVERBS]
        after = following[0] if following else ""
        if word == "'s" and out:
            verb = _has_or_is(out[-1], after)
            if verb:
                out.append(verb)
            else:
                out[-1] += "'s"
        elif word in {"'", "’"} and out and out[-1].endswith("s"):
            out[-1] += "'"
        elif word == "'d" and out:
            had = (after in participles() and after not in bases()) or (
                after.endswith("ed") and after not in {"need"}
            )
            out.append("had" if had or after == "been" else "would")
        else:
            out.append(word)
    return out


def _has_or_is(before: str, after: str) -> str:
    perfect = after in _HAS_ED or (
        after in participles() and (after not in bases() or after in {"become", "come"})
    )
    if before in _IS:
        return "has" if perfect else "is"
    if perfect:
        return "has"
    return "is" if after in {"a", "an", "the", "not", "very", "pretty", "getting", "going", "gone"} else ""


def _agree(verb: str) -> str | None:
    """The verb after "i" for a singular third person; None when it is no verb."""
    if verb in {"am", "are", "was", "were"}:
        return _TO_BE[verb]
    if verb in _NOT_VERBS or not verb.replace("'", "").isalpha():
        return None
    if verb in thirds():
        return verb
    if verb.endswith("ing") and verb not in bases():
        return f"is {verb}"  # "i just bringing my son"
    return verb if is_past(verb) else third(verb)


def _plural(verb: str) -> str:
    """The verb after "i" as it stands after "they"."""
    return {"am": "are", "was": "were"}.get(verb, verb)


def to_third(words: Sequence[str], person: Person, *, named: bool = True) -> list[str] | None:
    """The words in the third person, or None when a clause of them is not understood.

    `named`: the first subject is "the patient". Words are those of `opened`.
    """
    again = _AGAIN if named and person == THEY else person
    words = _joined_verbs(words, first_only=again != person)
    out: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "i":
            done = _clause(words, at, person, named=named)
            if done is None:
                return None
            piece, at = done
            out += piece
            named, person = False, again
            continue
        out.append(_form(word, person, words[at + 1 : at + 4]))
        at += 1
    return out


def _clause(words: Sequence[str], at: int, person: Person, *, named: bool) -> tuple[list[str], int] | None:
    """The subject and its verb in the third person; where reading goes on."""
    subject = PATIENT if named else person.subject
    verb_at = at + 1
    while verb_at < len(words) and (words[verb_at] in ADVERBS or words[verb_at].endswith("ly")):
        verb_at += 1
    if verb_at >= len(words):
        return None
    verb = words[verb_at]
    base = words[verb_at + 1] if verb_at + 1 < len(words) else ""
    if verb in {"do", "did"} and base in bases():  # "i do have": the stress is speech
        verb, verb_at = (past(base) if verb == "did" else base), verb_at + 1
    agreed = _agree(verb)
    if agreed is None:
        return None
    agreed = _plural(verb) if subject == _AGAIN.subject else agreed
    return [
        subject,
        *words[at + 1 : verb_at - (verb_at > at + 1 and words[verb_at - 1] in {"do", "did"})],
        agreed,
    ], verb_at + 1


def _joined_verbs(words: Sequence[str], *, first_only: bool = False) -> list[str]:
    """ "i sit and watch": the second verb agrees with the first ("sits and watches").

    `first_only`: not after a later "i", which becomes "they".
    """
    out = list(words)
    first = words.index("i") if "i" in words else 0
    for at, word in enumerate(words):
        if word not in {"and", "or"} or at + 1 >= len(words) or words[at + 1] not in bases():
            continue
        if first_only and "i" in words[first + 1 : at]:
            break
        verb = _governing(words, at)
        if verb is not None and words[verb] in bases() and not is_past(words[verb]):
            out[at + 1] = f"{third(words[at + 1])}"
    return out


_BETWEEN = frozenset(", to but because when if that you it not they he she we".split())


def _governing(words: Sequence[str], at: int) -> int | None:
    """The verb after the nearest "i" before `at`, when nothing between them starts another construction."""
    for index in range(at - 1, -1, -1):
        if words[index] in _BETWEEN:
            return None
        if words[index] == "i":
            return next((i for i in range(index + 1, at) if words[i] not in ADVERBS), None)
    return None


OF_THE_BODY = frozenset(
    """head neck throat ear ears eye eyes nose mouth tongue chest heart lungs breath back stomach tummy belly abdomen
side hip hips leg legs knee knees foot feet ankle ankles toe toes arm arms elbow elbows wrist wrists hand
hands finger fingers thumb shoulder shoulders skin face jaw hair scalp body bowel bowels bladder blood urine
stool stools breathing vision hearing voice appetite sleep weight pain symptoms temperature medication
medications medicine tablets pills inhaler insulin diet muscles bones joints groin buttock thigh calf calves
heel lips teeth gums tonsils sinuses kidney kidneys liver brain period periods""".split()
)


def _form(word: str, person: Person, following: Sequence[str]) -> str:
    """Objects and possessives. Of an unnamed person's body "the" says enough: "the knee"."""
    if word in {"my", "our"} and person.subject == PATIENT and any(w in OF_THE_BODY for w in following[:2]):
        return "the"
    own = {"she": "hers", "he": "his", "they": "theirs"}.get(person.subject, "the patient's")
    forms = {"me": person.object, "my": person.possessive, "myself": person.reflexive, "mine": own,
             "our": person.possessive, "us": "them", "we": "they", "ours": own}  # fmt: skip
    return forms.get(word, word)
