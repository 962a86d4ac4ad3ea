"""Does the evidence support a statement? Word by word, for every statement, with none of soap's tables.

A content word of a statement is supported where its evidence turns hold the same stem, a synonym (data/synonyms.tsv),
or another wording of a concept of the terminologies it is part of; words of data/register.txt say nothing and need
none. A number must be said. What is denied must be denied in the evidence, what is affirmed must not be denied there
each time it is said, nor only be asked. Strict on purpose: what it calls unsupported is read by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.notes import lexicon, matching
from bench.notes.matching import Word, content, stem
from clinical_language import Turn

_REGISTER = Path(__file__).parent / "data" / "register.txt"


@dataclass(frozen=True, slots=True)
class Fault:
    """What the evidence does not support: "word", "number" or "polarity", and which word."""

    kind: str
    word: str


@cache
def _register() -> frozenset[str]:
    lines = _REGISTER.read_text(encoding="utf-8").splitlines()
    return frozenset(stem(w) for line in lines if not line.startswith("#") for w in line.split())


def faults(
    statement: str, evidence: Sequence[Turn], answers: Sequence[str], table: lexicon.Lexicon
) -> list[Fault]:
    """What of a statement its evidence turns do not hold. `answers`: what was said right after each of them."""
    said = [
        word
        for turn, answer in zip(evidence, answers, strict=True)
        for word in matching.turn_content(turn, answer)
    ]
    states: dict[str, set[bool | None]] = {}
    for word in said:
        states.setdefault(word.stem, set()).add(word.denied)
    text = "\n".join(t.text for t in evidence)
    plain = {stem(w) for w in matching.raw_words(text)}
    shared = _worded(statement, text, table)
    clinical = {stem(w) for _, wording in lexicon.matches(table, statement) for w in wording.split()}
    return [
        fault
        for word in content(statement)
        if not set(map(stem, word.said)) <= _register()
        and (fault := _fault(word, states, plain | shared, clinical)) is not None
    ]


def _fault(
    word: Word, states: Mapping[str, set[bool | None]], said: set[str], clinical: set[str]
) -> Fault | None:
    name = " ".join(word.said)
    number = re.fullmatch(r"[\d.]+", word.stem) is not None
    known = states.get(word.stem)
    if known is None:
        return None if set(map(stem, word.said)) <= said else Fault("number" if number else "word", name)
    if number or word.stem.lstrip("=") in matching.CARRIES_LITTLE:
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
    """What was said right after a turn, "" at the end."""
    return turns[at + 1].text if at + 1 < len(turns) else ""


def judge(statement: dict[str, object], turns: Sequence[Turn], table: lexicon.Lexicon) -> list[Fault]:
    """The faults of a statement of the JSON contract in its transcript."""
    at = [i for i in _evidence(statement) if 0 <= i < len(turns)]
    if not at:
        return [Fault("word", "(no evidence)")]
    return faults(str(statement["text"]), [turns[i] for i in at], [answer_after(turns, i) for i in at], table)


def _evidence(statement: dict[str, object]) -> Iterable[int]:
    value = statement["evidence"]
    return [i for i in value if isinstance(i, int)] if isinstance(value, list) else []
