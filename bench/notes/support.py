"""Does the evidence support a statement? Word by word, for every statement, with none of soap's tables.

A content word of a statement is supported where its evidence turns hold the same stem, a synonym (data/synonyms.tsv),
or another wording of a concept of the terminologies it is part of; words of data/register.txt say nothing and need
none. A number must be said. What is denied must be denied in the evidence, what is affirmed must not be denied there
each time it is said, nor only be asked. Strict on purpose: what it calls unsupported is read by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bench.notes import lexicon, matching
from bench.notes.matching import Word, content, stem
from clinical_language import Turn

_REGISTER = Path(__file__).parent / "data" / "register.txt"


# "Respiratory: Denies cough": where a line stands in the review of systems, nothing that was said.
_SYSTEM = re.compile(
    r"^(?:constitutional|general|h?e?ent|eyes?|ears?|nose|throat|mouth|neck|respiratory|cardiovascular|gastrointestinal|"
    r"genitourinary|musculoskeletal|neurologic(?:al)?|skin|integumentary|h(?:a)?ematologic(?:al)?|endocrine|psychiatric|"
    r"medical treatment|medical reasoning|additional testing|patient education and counsel?ling|patient agreements|"
    r"specialist referrals?|"
    r"extremit(?:y|ies)|allergic|immunologic(?:al)?|lymphatic|gyn(?:a)?ecologic(?:al)?|[ ,/&]|and)+:",
    re.IGNORECASE,
)
_PAST = "previous"  # "any surgeries?" - "no": no previous surgery; to the checklists' matcher it is a time
# Units of a measured value, which are clear where the number is said.
_UNIT = re.compile(
    r"(?<=\d) ?(?:(?:beats|breaths) per minute|mmhg|degrees? (?:celsius|fahrenheit|c|f)\b|kg/m2|lb\b|kg\b|cm\b)",
    re.IGNORECASE,
)
# What is neither affirmed nor denied has no polarity to be wrong.
_OPEN = re.compile(
    r"\b(?:used to|no longer|unlikely|unsure|not sure|uncertain|possible|possibly|ruled? out|resolved|if|in case)\b",
    re.IGNORECASE,
)
# "Normal appetite": the word "normal" is what must be said of it ("fine"), it is neither affirmed nor denied.
_WELL = re.compile(r"\bnormal ([a-z]+(?: and [a-z]+)?)")
# Between the words of a wording these may stand: "coughed up any blood", "changes in your vision".
_BETWEEN = re.compile(
    r"\b(?:a|an|any|some|the|my|your|his|her|their|of|uh|um|like|really|very|quite|little|bit)\b\s*"
)
# What a question takes for granted: "is the pain constant?", "does your cough wake you?".
_GRANTED = re.compile(
    r"\b(?:other than|besides|apart from|except(?: for)?|aside from)\s+(?:the|your|that|this|a|an)?\s*"
    r"([a-z'-]+(?:\s+[a-z'-]+)?)|"
    r"\b(?:is|are|was|were|do|does|did|has|have|can)\s+(?:the|your|his|her|this|that|these|those)\s+"
    r"([a-z'-]+(?:\s+[a-z'-]+)?)"
)
_SPELT = re.compile(r"\b(?:[A-Za-z] ){1,5}[A-Za-z]\b")  # "C O P D"
_WRITTEN_REACH = 9  # words over which a denial holds in a statement
_GONE = re.compile(
    r"\b(?:resolved|gone|went away|go away|goes away|cleared|clear up|settled|subsided|stopped|passed|healed|used to|"
    r"any ?more|no longer|(?:fine|okay|ok|better|good|normal) now|not (?:right )?now|previously|back then)\b"
)
_ONLY = re.compile(r"\W*(?:\w{1,3}\W+)?(?:no\W+)?(?:\w{1,3}\W+)?(?:just|only|except|apart from|other than)\b")
_UNITS = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {"oh": 0, "o": 0, "once": 1, "twice": 2, "couple": 2}
_ONES = frozenset({"a", "an", "last", "past", "per", "each", "every"})  # "a week ago", "for the past day"
_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the evidence does not support: "word", "number" or "polarity", and which word."""

    kind: str
    word: str


@cache
def _register() -> frozenset[str]:
    lines = [*_REGISTER.read_text(encoding="utf-8").splitlines(), _PAST]
    return frozenset(stem(w) for line in lines if not line.startswith("#") for w in line.split())


def faults(
    statement: str, evidence: Sequence[Turn], answers: Sequence[str], table: lexicon.Lexicon
) -> list[Fault]:
    """What of a statement its evidence turns do not hold. `answers`: what was said right after each of them."""
    states = _states(evidence, answers)
    text = "\n".join(t.text for t in evidence)
    text += "\n" + _BETWEEN.sub("", text.lower()) + "\n" + _SPELT.sub(lambda m: m[0].replace(" ", ""), text)
    plain = {stem(w) for w in matching.raw_words(text)} | spoken_numbers(text)
    plain |= {"resolv"} if _GONE.search(text.lower()) else set()
    turns = [{stem(w) for w in matching.raw_words(t.text)} for t in evidence]
    well = {stem(w) for found in _WELL.findall(statement.lower()) for w in found.split()}
    shared = _worded(statement, text, table)
    open_ = bool(_OPEN.search(statement))
    clinical = {stem(w) for _, wording in lexicon.matches(table, statement) for w in wording.split()}
    return [
        fault
        for word in content(_UNIT.sub("", _SYSTEM.sub("", statement)), spoken=True, within=_WRITTEN_REACH)
        if not set(map(stem, word.said)) <= _register()
        and (
            fault := _fault(
                word, states, plain | shared, clinical, open_ or set(map(stem, word.said)) <= well
            )
        )
        is not None
        and not (fault.kind == "word" and _in_parts(word, turns))
    ]


def _in_parts(word: Word, turns: Sequence[set[str]]) -> bool:
    """Whether one turn holds a wording of several words piece by piece: "abdominal pain" of "no abdominal aches"."""
    if len(word.said) < 2:
        return False
    pieces = [w for w in word.said if not {stem(w)} <= _register() and w not in matching.STOP]
    return bool(pieces) and any(
        all(
            stem(piece) in turn
            or any(wording <= turn for wording in matching.wordings(matching.single(piece)))
            for piece in pieces
        )
        for turn in turns
    )


def _states(evidence: Sequence[Turn], answers: Sequence[str]) -> dict[str, set[bool | None]]:
    """How each word stands in the evidence: affirmed (False), denied (True), only asked (None)."""
    states: dict[str, set[bool | None]] = {}
    for turn, answer in zip(evidence, answers, strict=True):
        for words in (turn, replace(turn, text=_BETWEEN.sub("", turn.text.lower()))):
            for word in matching.turn_content(words, answer):
                states.setdefault(word.stem, set()).add(word.denied)
        if turn.speaker == "doctor":
            for granted in _GRANTED.findall(turn.text.lower()):
                for word in content(" ".join(granted)):
                    states.setdefault(word.stem, set()).add(False)
            if _ONLY.match(answer.lower()) or _names_allergen(turn.text, answer):
                states.setdefault("=allergy", set()).add(False)
    return states


def _names_allergen(question: str, answer: str) -> bool:
    """ "Any allergies?" "No, just latex.", "Any allergies?" "Penicillin.": they are allergic to what they name."""
    denied = any(word.denied for word in content(answer, spoken=True))
    no = matching.opens_with_no(answer)
    return "allerg" in question.lower() and not no and not denied and bool(content(answer))


def spoken_numbers(text: str) -> set[str]:
    """Every number that neighbouring number words can mean: "one thirty two" is 1, 30, 2, 32, 132, 130."""
    words = re.findall(r"[a-z]+|\d+(?:\.\d+)?", text.lower().replace("-", " "))
    found: set[str] = set()
    for at in range(len(words)):
        piled, value = "", 0.0
        for word in words[at : at + 7]:
            if word in _ONES and not piled:
                piled, value = "1", 1
            elif word in {"and", "a", "point"} and piled:
                piled += "." if word == "point" else ""
                continue
            elif word in {"hundred", "thousand"}:
                value = max(value, 1) * (100 if word == "hundred" else 1000)
                piled = f"{value:g}"
            elif word in _UNITS or word in _TENS or word[0].isdigit():
                number = float(word) if word[0].isdigit() else _UNITS.get(word, _TENS.get(word, 0))
                value += number
                joins = piled.endswith("0") and len(piled) > 1 and number < 10 and "." not in piled
                piled = (
                    piled[:-1] + f"{number:g}"
                    if joins
                    else piled + (word if word[0].isdigit() else f"{number:g}")
                )
            else:
                break
            found |= {piled, f"{value:g}"}
    return found


def _fault(
    word: Word, states: Mapping[str, set[bool | None]], said: set[str], clinical: set[str], open_: bool
) -> Fault | None:
    name = " ".join(word.said)
    number = re.fullmatch(r"[\d.]+", word.stem) is not None
    known = states.get(word.stem)
    if known is None:
        apart = any(wording <= said for wording in matching.wordings(word.stem))
        return (
            None
            if apart or set(map(stem, word.said)) <= said
            else Fault("number" if number else "word", name)
        )
    if number or word.stem.lstrip("=") in matching.CARRIES_LITTLE:
        return None
    if open_:
        return None
    if not (word.stem.startswith("=") or set(map(stem, word.said)) & clinical):
        return None
    wrong = known == {True} if not word.denied else True not in known
    return Fault("polarity", name) if wrong or known == {None} else None


def _worded(statement: str, text: str, table: lexicon.Lexicon) -> set[str]:
    """Words of the statement's concepts that the evidence says in another wording."""
    have = lexicon.concepts_in(table, text)
    wordings = (w for c, w in lexicon.matches(table, statement) if c in have)
    return {piece for wording in wordings for w in wording.split() for piece in (w, stem(w))}


def answer_after(turns: Sequence[Turn], at: int) -> str:
    """What the next other speaker says after a turn, "" at the end."""
    return next((turn.text for turn in turns[at + 1 : at + 5] if turn.speaker != turns[at].speaker), "")


def judge(statement: dict[str, object], turns: Sequence[Turn], table: lexicon.Lexicon) -> list[Fault]:
    """The faults of a statement of the JSON contract in its transcript."""
    at = [i for i in _evidence(statement) if 0 <= i < len(turns)]
    if not at:
        return [Fault("word", "(no evidence)")]
    return faults(str(statement["text"]), [turns[i] for i in at], [_answer(turns, at, i) for i in at], table)


def _answer(turns: Sequence[Turn], evidence: Sequence[int], at: int) -> str:
    """What answers a turn: the next evidence of the other speaker when it is near, else what is said next."""
    near = (i for i in evidence if at < i <= at + 3 and turns[i].speaker != turns[at].speaker)
    chosen = next(near, None)
    return answer_after(turns, at) if chosen is None else turns[chosen].text


def _evidence(statement: dict[str, object]) -> Iterable[int]:
    value = statement["evidence"]
    return [i for i in value if isinstance(i, int)] if isinstance(value, list) else []
