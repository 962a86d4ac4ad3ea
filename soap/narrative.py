"""What was told, sentence by sentence, as candidate statements in clinical register.

A candidate is one clause of the patient's, a question with its short answer, or a sentence the doctor dictates. What
cannot be rewritten into a whole sentence gives no candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinical_language import Consult, Exchange, Mention, Sentence
from soap.register import (
    Person,
    clean_words,
    ends_whole,
    names_of,
    open_question,
    opened,
    person_of,
    polar,
    to_third,
)

_SUBJECTS = frozenset("i it he she they we there that this my the".split())
_YOU = frozenset("you your yours yourself 're".split())
_TALK = re.compile(
    r"^(?:not (?:that|at|yet|really|no)|thank|thanks|hello|hi|hey|bye|good (?:morning|afternoon|evening)|"
    r"sounds? good|that (?:sounds|would be|is (?:great|fine|good|"
    r"okay|it|all|right|correct|true|why|what))|i (?:see|understand|agree|will(?: do)?|hope|appreciate|wonder|"
    r"do|do not|have|have not|am|did|"
    r"did not|am sorry|know|do not know|think so|do not think so|can|can not|am not sure|guess)$|"
    r"i (?:was wondering|wanted to (?:ask|know|see)|"
    r"would like to know|hope|appreciate|am sorry|understand|promise|bet|mean|see)\b|let me|it is (?:okay|fine|"
    r"good|nice|great)$|no problem|"
    r"never mind|absolutely|perfect|okay|nice to|there you go|here)"
)  # fmt: skip
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|am|do|does|did|can|could|will|would|should|might|may|must|\w+ed|\w+s|"
    r"felt|got|took|went|came|"
    r"began|fell|ate|hurt|lost|found|saw|said|told|thought|made|kept|gave|left|woke|broke|bought|put|ran|drank|"
    r"hit|cut|knew)\b"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible statement. `words`: third person, "the patient" one word; `said`: the clause as it was spoken."""

    turn: int
    evidence: tuple[int, ...]
    words: tuple[str, ...]
    said: tuple[str, ...]
    mentions: tuple[Mention, ...]
    names: dict[str, str]
    slot: str
    form: str  # "told", "polar", "open", "dictated"
    asked: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)  # characters of the turn


_LEFT_OFF = frozenset(
    "am was is did do have a the to of in my still very it are had also been a , so would".split()
)
_NO_NEW = frozenset(
    """that because if when think thought know what how where whenever time and like way hope guess thing
everything before after
until since as so but , which who anything something feel felt than then said say says told while though
although unless once
whatever wherever wish the every do did does have am are was is or believe assume noticed notice realize
figured""".split()
)


def _begins(words: Sequence[str], at: int, piece: Sequence[str]) -> int:
    """How many words of a joint stand at `at` before a new clause; 0: no new clause, 1: a conjunction, -1: "
    "none is said."""
    if len(piece) < 4 or at + 2 >= len(words):
        return 0
    word, after = words[at], words[at + 1]
    if word in {"and", "but", "so", ","} and after in {"i", "it", "he", "she", "they", "we", "there"}:
        return 1
    if (
        word in {"and", "but", "so", ","}
        and after in {"my", "the", "that"}
        and _FINITE.fullmatch(words[min(at + 3, len(words) - 1)])
    ):
        return 1
    if (
        word == "i"
        and words[at - 1] not in _NO_NEW
        and not set(piece[:2]) & {"when", "if", "every", "whenever", "as", "since"}
    ):
        return -1
    return 0


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    """Clauses joined by "and", "but", "so", or by nothing, before a new subject; what is subordinate stays."""
    piece: list[str] = []
    for at, word in enumerate(words):
        if word == "i" and piece and len(piece) <= 6 and piece[-1] in _LEFT_OFF:
            piece = []  # the speaker begins again: "i am still i am on it"
        joint = _begins(words, at, piece)
        if joint:
            yield piece
            piece = []
        if joint <= 0:
            piece.append(word)
    if piece:
        yield piece


def _with_subject(words: list[str]) -> list[str]:
    """ "went to the doctor": the patient leaves "i" out."""
    if words and words[0] == "been":
        return ["i", "have", *words]
    if words and words[0] in _STARTED:
        return ["i", *words]
    return words


_STARTED = frozenset("went had took tried got felt did started stopped woke saw ate fell came have am do feel "
                     "think take use "
                     "noticed used".split())  # fmt: skip


def _whole(words: Sequence[str]) -> bool:
    text = " ".join(words)
    return (
        3 <= len(words) <= 40
        and ends_whole(words)
        and not _TALK.match(text)
        and not _YOU & set(words)
        and "?" not in words
        and bool(_FINITE.search(text))
        and not _BROKEN.search(text)
    )


# A subject after a verb or an article that takes none: the speaker began again, and what is meant is not known.
_BROKEN = re.compile(
    r"^'|[a-z']-(?: |$)|\b(?:is|am|are|was|were|has|have|had|did|does|a|an|the|to|of|in|on|at|with|my|or|very|"
    r"for|been|be|i|he|she|they|we|not)"
    r"(?: ,)? (?:i|he|she|they|we|it|my|there|"
    r"that is)\b(?<!in that is)(?<!in my)(?<!on my)(?<!at my)(?<!of my)(?<!to my)(?<!with my)(?<!for my)"
    r"(?<!to it)(?<!of it)(?<!with it)(?<!on it)(?<!for it)(?<!in it)(?<!at it)(?<!have it)(?<!had it)(?<!has "
    r"it)(?<!is my)(?<!was my)"
    r"(?<!have my)(?<!had my)(?<!did it)(?<!not my)(?<!are my)(?<!am my)(?<!in there)(?<!on there)(?<!is there)"
    r"|\b(?:a|an|the|my) (?:a|an|the|so|and|but|is|was|to|in|on|of|because)\b|\bto (?:is|was|the the|can|,)\b|"
    r"\bi (?:a|the|so|and|but|in|on)\b"
)


def _asked_in(exchanges: Sequence[Exchange]) -> Exchange | None:
    return exchanges[-1] if exchanges else None


class Narrator:
    """Candidates of a consult, in order."""

    def __init__(self, consult: Consult, person: Person) -> None:
        self._consult = consult
        self._person = person
        self._asked: dict[int, list[Exchange]] = {}
        for exchange in consult.exchanges:
            if exchange.answer is not None:
                self._asked.setdefault(exchange.answer, []).append(exchange)

    def candidates(self) -> Iterator[Candidate]:
        for turn, sentences in enumerate(self._consult.sentences):
            if self._consult.turns[turn].speaker == "doctor":
                yield from self._dictated(turn, sentences)
            else:
                yield from self._answered(turn, sentences)

    def _answered(self, turn: int, sentences: Sequence[Sentence]) -> Iterator[Candidate]:
        exchange = _asked_in(self._asked.get(turn, []))
        evidence = (turn,) if exchange is None else (exchange.question, turn)
        told = False
        for said in sentences:
            if said.is_question:
                continue
            for candidate in self._told(turn, said, evidence, exchange):
                told = True
                yield candidate
        if exchange is not None and not told:
            yield from self._merged(turn, sentences, exchange)

    def _told(
        self, turn: int, said: Sentence, evidence: tuple[int, ...], exchange: Exchange | None
    ) -> Iterator[Candidate]:
        cleaned = opened(clean_words(said.plain.split(), said.text))
        for clause in _split(cleaned):
            spoken = _with_subject(clean_words(clause))
            if not _whole(spoken):
                continue
            third = to_third(spoken, self._person)
            if third is not None and _said_whole(third):
                yield Candidate(
                    turn, evidence, tuple(third), tuple(spoken), _within(said, spoken), names_of(said.text),
                    exchange.slot if exchange else "", "told",
                    tuple(exchange.sentence.words) if exchange else (), (said.start, said.start + len(said.text)),
                )  # fmt: skip

    def _merged(self, turn: int, sentences: Sequence[Sentence], exchange: Exchange) -> Iterator[Candidate]:
        question = opened(clean_words(exchange.sentence.plain.split(), exchange.sentence.text))
        answer = [w for s in sentences[:2] for w in opened(clean_words(s.plain.split(), s.text))]
        if len(answer) > 14 or "i" in answer:
            return
        form = "open"
        stated = open_question(question, answer) if answer else None
        if stated is None and exchange.polarity in {"yes", "no"} and len(answer) <= 6:
            stated, form = polar(question, yes=exchange.polarity == "yes"), "polar"
        if stated is None or not _whole(stated):
            return
        third = to_third(stated, self._person)
        if third is None:
            return
        mentions = (*exchange.sentence.mentions, *(m for s in sentences[:2] for m in s.mentions))
        yield Candidate(
            turn, (exchange.question, turn), tuple(third), tuple(stated), mentions, {}, exchange.slot, form,
            tuple(exchange.sentence.words),
        )  # fmt: skip

    def _dictated(self, turn: int, sentences: Sequence[Sentence]) -> Iterator[Candidate]:
        for said in sentences:
            words = opened(clean_words(said.plain.split(), said.text))
            text = " ".join(words)
            if (
                said.is_question
                or not _DICTATED.search(text)
                or _NOT_DICTATED.search(text)
                or not _whole(words)
            ):
                continue
            yield Candidate(
                turn, (turn,), tuple(words), tuple(words), said.mentions, names_of(said.text), "", "dictated", (),
                (said.start, said.start + len(said.text)),
            )  # fmt: skip


_DICTATED = re.compile(
    r"^(?:\w+ ){0,4}(?:is|was) an? (?:\w+ )?\d+[- ]year|\b(?:the patient|he|she) (?:is|has|was|had|reports|"
    r"denies|states|takes|"
    r"presents|notes|does|did|also|will|underwent|lives|works)\b|^(?:past medical|family|social) history|"
    r"presents? (?:today|with|for)"
)
_NOT_DICTATED = re.compile(r"\b(?:you|your|i|we|let 's|will|going to|should|could|would)\b")


def _within(said: Sentence, spoken: Sequence[str]) -> tuple[Mention, ...]:
    """The sentence's mentions whose words stand in the clause."""
    here = set(spoken)
    return tuple(
        m for m in said.mentions if set(said.words[m.first : m.last]) <= here | {"am", "is"} or len(here) > 25
    )


def _said_whole(words: Sequence[str]) -> bool:
    return "i" not in words


def sex_of(consult: Consult, recorded: str) -> Person:
    """By the record, else by how the patient is spoken of in the talk."""
    if recorded:
        return person_of(recorded)
    text = " ".join(" ".join(s.words) for sentences in consult.sentences for s in sentences)
    female = len(_FEMALE.findall(text))
    male = len(_MALE.findall(text))
    return person_of("f" if female > male else "m" if male > female else "")


_FEMALE = re.compile(r"\b(?:year - old (?:\w+ ){0,3}(?:female|woman|girl|lady)|ma'am|miss|mrs|ms|my (?:husband|"
                     r"boyfriend)|pregnan\w+|"
                     r"my periods?|menopause|pap smear|mammogram)\b")  # fmt: skip
_MALE = re.compile(
    r"\b(?:year - old (?:\w+ ){0,3}(?:male|man|boy|gentleman)|sir|mr|my (?:wife|girlfriend)|prostate|testic\w+)\b"
)
