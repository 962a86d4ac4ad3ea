"""A question and its short answer as one statement in the first person: "did you fall" "yes" -> "i fell".

The statement is then read like the patient's own words (`soap.register.person`). None when the form is not known:
nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language.remembering import remembered
from soap.register.person import ADVERBS
from soap.register.verbs import bases, past, third

_AUX = frozenset("do does did have has had are is was were can could will would".split())
_PRONOUN = frozenset("you it he she they there that this".split())
_DETERMINER = frozenset(
    "the your any that this these those his her some anyone anybody anything someone".split()
)
_WITH_VERB = frozenset("do does did can could will would".split())
_SECOND_NOUN = frozenset("pain pressure sugar sugars bleeding movement movements rate symptoms symptom history "
                         "problem problems "
                         "ache cough rash swelling discharge else stools stool".split())  # fmt: skip
_TAILS = re.compile(
    r"(?: ,)?(?: (?:at all|or anything(?: like that)?|or something(?: like that)?|by any chance|or not|or no|"
    r"is that right|"
    r"is that correct|right|correct|that you have noticed|that you know of|as well|with (?:it|that|this)|then|"
    r"at the moment|as far as you know|or anything else|anything like that|things like that|so|or))+$"
)
_TIME = re.compile(r"^(?:for |since |about |around |over |almost |nearly |maybe |probably |in |on |at |last |"
                   r"this |yesterday|today|"
                   r"\d|a (?:few|couple)|several|every|once|twice|daily|all|always|never|the )")  # fmt: skip


def first_person(words: Sequence[str]) -> list[str]:
    """The doctor's "you have your" as the patient would say it: "i have my"."""
    out: list[str] = []
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word == "you":
            subject = after in _AUX | ADVERBS | bases() or after.endswith("ed")
            out.append("i" if subject else "me")
        elif word in {"are", "were"} and out and out[-1] == "i":
            out.append("am" if word == "are" else "was")
        else:
            out.append({"your": "my", "yourself": "myself", "yours": "mine"}.get(word, word))
    return out


def _subject_end(words: Sequence[str], at: int, aux: str) -> int | None:
    """Where the subject that starts at `at` ends, None when it is no subject."""
    if at >= len(words):
        return None
    if words[at] in _PRONOUN and not (
        words[at] in {"that", "this"} and at + 1 < len(words) and words[at + 1] in _SECOND_NOUN
    ):
        return at + 1
    if words[at] not in _DETERMINER:
        return None
    if aux in _WITH_VERB:
        return next((i for i in range(at + 1, min(at + 6, len(words))) if words[i] in bases()), None)
    end = at + (1 if words[at].startswith(("any", "some")) and len(words[at]) > 4 else 2)
    return end + 1 if end < len(words) and words[end] in _SECOND_NOUN else end


def _inversion(words: Sequence[str]) -> tuple[int, int] | None:
    """Index of the last auxiliary before a subject, and of the first word after the subject."""
    for at in range(len(words) - 2, -1, -1):
        if words[at] in _AUX and (at == 0 or words[at - 1] not in {"i", "we", "to"} | _PRONOUN):
            end = _subject_end(words, at + 1, words[at])
            if end is not None and end < len(words):
                return at, end
    return None


def _declared(aux: str, subject: Sequence[str], rest: Sequence[str], *, negative: bool) -> list[str] | None:
    """Auxiliary, subject and rest as a statement."""
    you = list(subject) == ["you"]
    who = ["i"] if you else list(first_person(subject))
    adverbs = 0
    while adverbs < len(rest) and rest[adverbs] in ADVERBS:
        adverbs += 1
    if adverbs >= len(rest):
        return None
    before, tail = [a for a in rest[:adverbs] if not (negative and a == "ever")], list(rest[adverbs:])
    if aux in {"do", "does", "did"}:
        if tail[0] not in bases():
            return None
        if negative:
            verb = ["did" if aux == "did" else "do" if you else "does", "not", *before, tail[0]]
        else:
            base = tail[0]
            form = past(base) if aux == "did" else base if you or subject[-1] == "they" else third(base)
            verb = [*[b for b in before if b != "ever"], form]
        return [*who, *verb, *first_person(tail[1:])]
    finite = {"are": "am", "were": "was"}.get(aux, aux) if you else aux
    return [
        *who,
        finite,
        *(["not"] if negative else []),
        *(b for b in before if b != "ever"),
        *first_person(tail),
    ]


def _asked(question: Sequence[str]) -> list[str]:
    """The question without its tail, and without words that only address."""
    return list(_bare(tuple(question)))


@remembered
def _bare(question: tuple[str, ...]) -> tuple[str, ...]:
    text = _TAILS.sub("", " ".join(w for w in question if w not in _ADDRESS).rstrip(" ?.,"))
    return tuple(text.replace(" , ", " ").split())


_ADDRESS = frozenset("exactly roughly then please sir madam ma'am actually also maybe".split())


def polar(question: Sequence[str], *, yes: bool) -> list[str] | None:
    """ "do you take aspirin" + no -> "i do not take aspirin"."""
    words = _asked(question)
    if not words or ("or" in words and yes):
        return None
    found = _inversion(words)
    if found is None:
        return _confirmed(words, yes=yes)
    at, end = found
    if any(w in {"what", "how", "when", "where", "why", "which", "who"} for w in words[:at]):
        return None
    rest = words[end:]
    if yes:
        rest = [w for w in rest if w not in {"any"}]
    return _declared(words[at], words[at + 1 : end], rest, negative=not yes)


def _confirmed(words: Sequence[str], *, yes: bool) -> list[str] | None:
    """A statement to the patient that the patient agrees to: "you have had it for 3 days" + yes."""
    if (
        yes
        and len(words) > 2
        and words[0] in {"you", "your", "it", "the"}
        and words[1] not in {"know", "said", "mentioned"}
    ):
        return first_person(words)
    return None


def open_question(question: Sequence[str], answer: Sequence[str]) -> list[str] | None:
    """ "how long have you had it" + "3 days" -> "i have had it for 3 days"; the answer has no verb of its own."""
    words = _asked(question)
    wh = next(
        (i for i, w in enumerate(words) if w in {"what", "how", "when", "where", "which", "whereabouts"}),
        None,
    )
    if wh is None or not answer:
        return None
    asked = words[wh:]
    found = _inversion(asked)
    if found is None:
        return None
    at, end = found
    if at == 0:
        return None
    said = _filled(asked[:at], list(answer))
    return _stated(asked[at], asked[at + 1 : end], asked[end:], asked[:at], said)


def _filled(wh: Sequence[str], answer: list[str]) -> list[str] | None:
    text = " ".join(answer)
    if wh[:2] == ["how", "long"]:
        if not re.match(r"^(?:\w+ ){0,2}(?:\d|a |few|couple|several|since|years|months|weeks|days)", text):
            return None
        return (
            answer
            if answer[0] in {"for", "since", "about", "over"} and answer[0] != "about"
            else ["for", *answer]
        )
    if wh[0] in {"when", "where", "whereabouts"} or wh[:2] in (["how", "often"], ["how", "many"]):
        return answer if wh[0] != "when" or _TIME.match(text) else None
    return answer


def _stated(
    aux: str, subject: Sequence[str], rest: Sequence[str], wh: Sequence[str], said: list[str] | None
) -> list[str] | None:
    if said is None:
        return None
    if not rest:
        rest = []
    if aux in {"is", "are", "was", "were"} and not rest:
        return (
            [*first_person(subject), aux, *said] if wh[0] in {"where", "when", "whereabouts", "how"} else None
        )
    if wh[0] == "what" and len(wh) == 1 and aux in {"is", "are", "was", "were"}:
        return None
    if wh[:2] in (["how", "bad"], ["how", "severe"], ["how", "are"]) or wh == ["how"]:
        return None
    if wh[0] in {"what", "which"}:
        verb_end = next(
            (i + 1 for i, w in enumerate(rest) if w in bases() or w.endswith(("ed", "en", "ing"))), None
        )
        if verb_end is None or verb_end >= 3:
            return None
        rest = [*rest[:verb_end], *said, *rest[verb_end:]]
    else:
        rest = [*rest, *said]
    return _declared(aux, subject, rest, negative=False)
