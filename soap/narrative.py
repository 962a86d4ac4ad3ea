"""What was told, sentence by sentence, as candidate statements in clinical register.

A candidate is one clause of the patient's, a question with its short answer, or a sentence the doctor dictates. What
cannot be rewritten into a whole sentence gives no candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clinical_language import Consult, Exchange, Kind, Mention, Sentence
from clinical_language.remembering import remembered
from soap.antecedent import Another, Focus
from soap.register import (
    THEY,
    Person,
    clean_words,
    ends_whole,
    first_person,
    names_of,
    open_question,
    opened,
    polar,
    to_third,
)
from soap.register.clauses import clauses, whole, with_subject


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible statement. `words`: third person, "the patient" one word; `said`: the clause as it was spoken."""

    turn: int
    evidence: tuple[int, ...]
    words: tuple[str, ...]
    said: tuple[str, ...]
    mentions: tuple[Mention, ...]
    names: dict[str, str] = field(hash=False)
    slot: str
    form: str  # "told", "polar", "open", "dictated"
    asked: tuple[str, ...] = ()
    managed: int = 0  # the doctor's sentences of examination, opinion or plan before it


def _named(candidate: Candidate, focus: Focus) -> Iterator[Candidate]:
    """The candidate, with the finding for "it" at its head; none when nobody can tell what is meant."""
    if candidate.words[0] not in {"it", "that", "this", "those", "these"}:
        yield candidate
        return
    found = focus.named(candidate.words, candidate.turn)
    if found is not None:
        words, turn = found
        yield replace(candidate, words=tuple(words), evidence=tuple(sorted({*candidate.evidence, turn})))


def _of_another(candidate: Candidate, another: Another) -> Iterator[Candidate]:
    """The candidate, with whom "she" means where that is not the patient; none when nobody can tell."""
    if not another.is_meant(candidate.said):
        yield candidate
        return
    found = another.told(candidate.said, candidate.turn)
    third = to_third(found[0], THEY) if found else None
    if found is not None and third is not None:
        evidence = tuple(sorted({*candidate.evidence, found[1]}))
        yield replace(candidate, words=tuple(third), evidence=evidence)


def _asked_in(exchanges: Sequence[Exchange]) -> Exchange | None:
    return exchanges[-1] if exchanges else None


_MANAGES = re.compile(
    r"\b(?:i (?:would like|want|recommend|suggest|am going)|we (?:will|can|should|are going)|let us|let 's|"
    r"going to (?:go|order|"
    r"prescribe|refer|start|do)|recommend|prescrib\w+|exam|examination|listen to your|take a look|results?|"
    r"x - ray|impression|"
    r"i think (?:you|it|this|that)|sounds like|consistent with|deep breath|does that hurt)\b"
)


@remembered
def _manages(said: Sentence) -> bool:
    return bool(_MANAGES.search(" ".join(said.words)))


def managed(consult: Consult) -> Iterator[int]:
    """By turn: the doctor's sentences of examination, opinion or plan so far, at most four."""
    count = 0
    for turn, sentences in zip(consult.turns, consult.sentences, strict=True):
        if turn.speaker == "doctor":
            count += sum(_manages(s) for s in sentences)
        yield min(count, 4)


@remembered
def cleaned(said: Sentence) -> tuple[str, ...]:
    """The words that carry a sentence, contractions opened."""
    return tuple(opened(clean_words(said.plain.split(), said.text)))


@remembered
def _retold(said: Sentence, person: Person) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Each clause of the patient's that makes a sentence: in the third person, and as it was spoken."""
    found = []
    for clause in clauses(cleaned(said)):
        spoken = with_subject(clean_words(clause))
        third = to_third(spoken, person) if whole(spoken) else None
        if third is not None and "i" not in third:
            found.append((tuple(third), tuple(spoken)))
    return tuple(found)


def questions_by_answer(consult: Consult) -> dict[int, list[Exchange]]:
    """The exchanges that each turn answers."""
    asked: dict[int, list[Exchange]] = {}
    for exchange in consult.exchanges:
        if exchange.answer is not None:
            asked.setdefault(exchange.answer, []).append(exchange)
    return asked


DENIED = frozenset({Kind.FINDING, Kind.CONDITION, Kind.HABIT})


class Retelling:
    """A consult to be told again: with how much the doctor had managed by each turn, and what each turn answers."""

    def __init__(self, consult: Consult, person: Person) -> None:
        self._consult = consult
        self._person = person
        self._managed = list(managed(consult))
        self._asked = questions_by_answer(consult)


class Narrator(Retelling):
    """Candidates of a consult, in order."""

    def candidates(self) -> Iterator[Candidate]:
        """In the order they were told, each with a subject that can be read by itself."""
        focus, another = Focus(), Another(self._consult)
        for turn, sentences in enumerate(self._consult.sentences):
            another.see(sentences, turn)
            if self._consult.turns[turn].speaker == "doctor":
                focus.see([m for said in sentences for m in said.mentions], turn)
                yield from self._dictated(turn, sentences)
                continue
            for candidate in self._answered(turn, sentences):
                for own in _of_another(candidate, another):
                    yield from _named(own, focus)
                focus.see(candidate.mentions, turn)
            focus.see([m for said in sentences for m in said.mentions], turn)

    def _answered(self, turn: int, sentences: Sequence[Sentence]) -> Iterator[Candidate]:
        exchange = _asked_in(self._asked.get(turn, []))
        evidence = (turn,) if exchange is None else (exchange.question, turn)
        told = False
        for said in sentences:
            if said.is_question and asks(said):
                continue
            for candidate in self._told(turn, said, evidence, exchange):
                told = True
                yield candidate
        if exchange is not None and not told:
            yield from self._merged(turn, sentences, exchange)

    def _told(
        self, turn: int, said: Sentence, evidence: tuple[int, ...], exchange: Exchange | None
    ) -> Iterator[Candidate]:
        for third, spoken in _retold(said, self._person):
            yield Candidate(
                turn, evidence, third, spoken, within(said, spoken), names_of(said.text),
                exchange.slot if exchange else "", "told",
                tuple(exchange.sentence.words) if exchange else (), self._managed[turn],
            )  # fmt: skip

    def _merged(self, turn: int, sentences: Sequence[Sentence], exchange: Exchange) -> Iterator[Candidate]:
        question = cleaned(exchange.sentence)
        answer = [word for said in sentences[:2] for word in cleaned(said)]
        if len(answer) > 14 or "i" in answer:
            return
        if exchange.polarity == "no" and any(m.concept.kind in DENIED for m in exchange.sentence.mentions):
            return  # a denied finding is a fact, and stands in the review of systems
        form = "open"
        stated = open_question(question, answer) if answer else None
        if stated is None and exchange.polarity in {"yes", "no"} and len(answer) <= 6:
            stated, form = polar(question, yes=exchange.polarity == "yes"), "polar"
        if stated is None or not whole(stated):
            stated, form = _labelled(exchange.slot, answer), "open"
        if stated is None:
            return
        third = to_third(stated, self._person)
        if third is None:
            return
        mentions = (*exchange.sentence.mentions, *(m for s in sentences[:2] for m in s.mentions))
        yield Candidate(
            turn, (exchange.question, turn), tuple(third), tuple(stated), mentions, {}, exchange.slot, form,
            tuple(exchange.sentence.words), self._managed[turn],
        )  # fmt: skip

    def _dictated(self, turn: int, sentences: Sequence[Sentence]) -> Iterator[Candidate]:
        for said in sentences:
            words = cleaned(said)
            text = " ".join(words)
            if not said.is_question and self._managed[turn] <= 1:
                yield from self._stated(turn, said, words)
            if (
                said.is_question
                or not _DICTATED.search(text)
                or _NOT_DICTATED.search(text)
                or not whole(words, dictated=True)
            ):
                continue
            yield Candidate(
                turn, (turn,), tuple(words), tuple(words), said.mentions, names_of(said.text), "", "dictated", (),
                self._managed[turn],
            )  # fmt: skip

    def _stated(self, turn: int, said: Sentence, words: Sequence[str]) -> Iterator[Candidate]:
        """What the doctor reads out or repeats to the patient ("you have a history of ..."), unless it is denied."""
        if not may_stand(self._consult, turn):
            return
        for clause in clauses(words):
            own = first_person(_READ_OUT.sub("", " ".join(clause)).split())
            if "i" not in own[:1] or _NOT_READ_OUT.search(" ".join(clause)) or not whole(own):
                continue
            third = to_third(own, self._person)
            if third is not None and "i" not in third and within(said, clause):
                yield Candidate(
                    turn, (turn,), tuple(third), tuple(own), within(said, clause), names_of(said.text), "", "stated",
                    (), self._managed[turn],
                )  # fmt: skip


_AGREES = re.compile(
    r"\W*(?:(?:um|uh|oh|ohh|well|so|mm)\W+)*(?:yes|yeah|yep|yup|ya|right|correct|exactly|mm-?\s?hmm?|uh-?huh|sure|"
    r"that's|that is|i (?:do|have|did|am)\b(?! not)|it (?:is|does|has|seems)\b(?! not)|seems (?:to|so)\b)",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\W*(?:(?:um|uh|oh|ohh|well|so|mm)\W+)*(?:no|not|nope|nah)\b", re.IGNORECASE)


def agreed(consult: Consult, turn: int) -> bool:
    """Whether what was said right after a turn agrees with it."""
    return bool(_AGREES.match(consult.turns[turn + 1].text)) if turn + 1 < len(consult.turns) else False


def may_stand(consult: Consult, turn: int) -> bool:
    """Whether what the doctor states in a turn may be told: not denied, and agreed to where it ends in a question."""
    if turn + 1 < len(consult.turns) and _DENIES.match(consult.turns[turn + 1].text):
        return False
    asks_back = any(said.is_question for said in consult.sentences[turn][-1:])
    return not asks_back or agreed(consult, turn)


# A patient's voice that rises ("six times a day?") asks nothing; what asks is in the words.
_ASKS = re.compile(
    r"^(?:\W|(?:um|uh|so|and|but|well|ok|okay|yeah|sorry|oh)\b)*(?:do|does|did|can|could|should|would|will|is|are|am|was|"
    r"were|have|has|what|when|where|who|why|how|which|or|right|pardon)\b|\b(?:you|your|if|whether|wonder\w*)\b",
)


def asks(said: Sentence) -> bool:
    """Whether what ends in a question mark is a question by its words; "haven't had one" asks nothing without it."""
    if said.words[1:2] == ("not",) and not said.text.rstrip().endswith("?"):
        return False
    return bool(_ASKS.search(" ".join(said.words)))


_READ_OUT = re.compile(
    r"^(?:.{0,60}?\b(?:see|understand|know|hear|heard|notes|said|saying|says|mentioned|told me|looks like|chart|"
    r"like) (?:here )?(?:that )?)?"
    r"(?=you (?:have|are|had|were|take|took|also|went|came|hurt|injured|fell|got|did|do|see|saw|use|used|"
    r"started|underwent)\b)"
)
_NOT_READ_OUT = re.compile(
    r"\b(?:i|we|if|should|need|can|could|will|would|going to|want|please|let|think|hope|glad|sorry|great|"
    r"welcome|know what)\b(?! (?:see|understand|know) )"
)
_DICTATED = re.compile(
    r"^(?:\w+ ){0,4}(?:is|was) an? (?:\w+ )?\d+[- ]year|\b(?:the patient|he|she) (?:is|has|was|had|reports|"
    r"denies|states|takes|"
    r"presents|notes|does|did|also|will|underwent|lives|works)\b|^(?:past medical|family|social) history|"
    r"presents? (?:today|with|for)"
)
_NOT_DICTATED = re.compile(r"\b(?:you|your|i|we|let 's|will|going to|should|could|would)\b")


_LABELS = {"place": "location", "quality": "described as", "frequency": "frequency", "onset": "onset or duration",
           "severity": "severity", "work": "occupation"}  # fmt: skip


def _labelled(slot: str, answer: Sequence[str]) -> list[str] | None:
    """A short answer that makes no sentence, under the name of what was asked: "location: left side"."""
    words = [w for w in answer if w != ","]
    if slot not in _LABELS or not 1 <= len(words) <= 9 or not ends_whole(words) or words[0] in _NO_ANSWER:
        return None
    return [*_LABELS[slot].split(), *([] if slot == "quality" else [":"]), *answer]


_NO_ANSWER = frozenset("no yes not i it he she they that what there and so well never".split())


def within(said: Sentence, spoken: Sequence[str]) -> tuple[Mention, ...]:
    """The sentence's mentions whose words stand in the clause."""
    here = set(spoken)
    return tuple(
        m for m in said.mentions if set(said.words[m.first : m.last]) <= here | {"am", "is"} or len(here) > 25
    )
