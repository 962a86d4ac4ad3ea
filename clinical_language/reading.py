"""A transcript while it is read: what is asked and waits, what a reply says, and the facts made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clinical_language import replies
from clinical_language.acts import Form
from clinical_language.attachment import Focus
from clinical_language.model import Concept, Exchange, Fact, Kind, Mention, Sentence, State, Turn
from clinical_language.relatives import (
    OTHERS,
    SPEAKER,
    about_another,
    relative_asked_about,
    relative_named,
)

_TESTING = frozenset(
    "test tests testing swab swabs screen screening vaccine vaccines vaccination vaccinations shot shots jab jabs "
    "booster leaflet leaflets".split()
)
_ASIDE = re.compile(
    r"\b(?:apart from|other than|besides|except(?: for)?|aside from|as well as)(?: \w+){0,3} $"
)


@dataclass(slots=True)
class Asked:
    """What the doctor said that waits for a reply. A "statement" counts only when the patient agrees."""

    turn: int
    sentence: Sentence
    slot: str
    form: Form


@dataclass(slots=True)
class Reading:
    """A transcript while it is read."""

    turns: Sequence[Turn]
    sentences: Sequence[tuple[Sentence, ...]]
    patients: frozenset[str]  # relatives of the speaker who are the patient
    parent_speaks: bool  # of a child: what the speaker has, the patient has not
    facts: list[Fact] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    unanswered: list[Fact] = field(default_factory=list)
    pending: list[Asked] = field(default_factory=list)
    focus: Focus = field(default_factory=Focus)
    affirmed: set[str] = field(default_factory=set)  # concepts the patient has, by own words or a yes
    relative: str = ""  # named last by the patient

    def add(self, *facts: Fact) -> None:
        """Take facts up in order."""
        self.facts += facts
        self.affirmed |= {f.concept.id for f in facts if f.state is State.PRESENT and not f.relation}

    def spoken_of(self, pending: Sequence[Asked]) -> str:
        """The relative whom "she" means in what answers these questions, "" when nobody else is asked about."""
        for asked in reversed(pending):
            if who := relative_asked_about(asked.sentence):
                return who
            if self.asks_of_another(asked):
                return self.relative or OTHERS
        return ""

    def asks_of_another(self, asked: Asked) -> bool:
        """Whether "does he smoke?" is asked of patients who speak for themselves."""
        return not self.patients and asked.form != "statement" and about_another(asked.sentence)

    def of_another(self, sentence: Sentence, relative: str) -> bool:
        """Whether a sentence tells of somebody else; `relative`: whom its question is about."""
        if self.patients:
            return False
        return about_another(sentence) or bool(relative and not SPEAKER & set(sentence.words))


@dataclass(frozen=True, slots=True)
class Reply:
    """The patient's turn: how it opens, its words, and the facts its own words make."""

    index: int
    opening: str
    words: str
    own: Sequence[Fact]
    relative: str

    @property
    def named(self) -> frozenset[str]:
        """Ids of the concepts the reply names itself: they keep the state they have there."""
        return frozenset(fact.concept.id for fact in self.own)


def fact_of(
    mention: Mention,
    state: State,
    evidence: Iterable[int],
    at: int,
    confidence: float,
    said_in: int | None = None,
) -> Fact:
    """A mention as a fact; less sure where its spelling was guessed. `said_in`: its turn when that is not `at`."""
    confidence = confidence if mention.certain else min(confidence, 0.6)
    span = (mention.start, mention.end)
    return Fact(
        mention.concept,
        state,
        tuple(sorted(set(evidence))),
        at,
        confidence,
        mention.called or mention.text,
        span,
        certain=mention.certain,
        said_in=said_in,
    )


def counted(sentence: Sentence, *, allergy: bool) -> list[Mention]:
    """Mentions that count here: allergens only where allergy is spoken of; "smoking cigarettes" is one habit."""
    found: list[Mention] = []
    for mention in sentence.mentions:
        again = found and found[-1].concept is mention.concept and mention.first - found[-1].last <= 1
        if (
            (allergy or mention.concept.kind is not Kind.ALLERGEN)
            and not again
            and not _names_a_test(sentence, mention)
        ):
            found.append(mention)
    return found


def _names_a_test(sentence: Sentence, mention: Mention) -> bool:
    """ "A tuberculosis test", "the flu jab": the condition is what is looked for or prevented."""
    if mention.concept.kind is not Kind.CONDITION or "positive" in sentence.words:
        return False
    after = sentence.words[mention.last : mention.last + 2]
    return bool(_TESTING & set(after[:1])) or (after[:1] == ("antibody",) and bool(_TESTING & set(after)))


def nothing_of(concept: Concept, sentence: Sentence, index: int, asked: int | None, words: str = "") -> Fact:
    """ "No allergies", "no regular medication": the whole kind denied. `words`: what says so in the answer, else the
    question's sentence does.
    """
    evidence = (index,) if asked is None else (asked, index)
    first = sentence.text.lower().find(words) if words else 0
    said = sentence.text[first : first + len(words)] if words and first >= 0 else sentence.text
    start = sentence.start + max(first, 0)
    role = {"role": "allergy"} if concept.kind is Kind.ALLERGEN else {}
    place, said_in = (start, start + len(said)), None if words else asked
    return Fact(concept, State.ABSENT, evidence, index, 0.9, said, place, role, asked=asked, said_in=said_in)


def asked_mentions(asked: Asked) -> list[Mention]:
    """What the sentence names, each concept once, without what it sets aside ("apart from the cough")."""
    aside = set_aside(asked)
    seen: dict[str, Mention] = {}
    for mention in counted(asked.sentence, allergy=asked.slot == "allergies"):
        if mention.concept.kind is not Kind.TEST and mention not in aside:
            seen.setdefault(mention.concept.id, mention)
    return list(seen.values())


def set_aside(asked: Asked) -> list[Mention]:
    """ "Apart from the cough, any other symptoms?": what a question takes for known and does not ask for."""
    if asked.form == "statement":
        return []
    words = asked.sentence.words
    return [m for m in asked.sentence.mentions if _ASIDE.search(" ".join(words[: m.first]) + " ")]


def reply_of(index: int, sentences: Sequence[Sentence], own: Sequence[Fact]) -> Reply:
    """The patient's turn as a reply."""
    words = " ".join(word for sentence in sentences for word in sentence.words)
    relative = next((who for who in map(relative_named, sentences) if who), "")
    return Reply(index, replies.polarity(words), words, own, relative)
