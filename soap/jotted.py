"""What was told, answer by answer, in the short form that clinicians jot ("able to hold down fluids").

A candidate is one clause of the patient's, whole sentence or not, a question with its short answer, or what the doctor
repeats and the patient agrees to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from clinical_language import Exchange, Kind, Mention, Sentence, State
from clinical_language.remembering import remembered
from soap.antecedent import Another, Focus
from soap.narrative import DENIED, Candidate, Retelling, agreed, asks, cleaned, within
from soap.register import THEY, Person, clean_words, first_person, names_of, open_question, polar
from soap.register.brief import brief
from soap.register.clauses import clauses, restarted, with_subject
from soap.standing import LABELS, fits, readably, stands_alone, tells_time, theme

_PRONOUNS = frozenset({"it", "that", "this"})
_TALK = re.compile(
    r"\b(?:you|your|yours|thanks?|hello|hi|hey|bye|sorry|pardon)\b|^doctor\b|\bdoctor$|"
    r"\b(?:date of birth|postcode|address|surname|my name|full name|private|quiet|confidential|"
    r"questions)\b|^(?:good|great|perfect|lovely|brilliant|fine|"
    r"correct|right|no|yes|sure|okay|all right|that is (?:it|fine|right|correct|all)|thank.*|no idea|say that)$"
)
_WHO = re.compile(
    r"\b(?:name|date of birth|address|postcode|post code|zip code|phone number|how old are you|your age)\b"
)
_ECHO = 4  # words and the question mark: "Rashes?" gives the question back, and affirms nothing
_SAYS_LITTLE = frozenset(
    """i it that this they there he she we is am are was were be been do does did have has had not no yes so and but or
a an the of to in on at for with my me know think see say said mean feel like get got go going really quite very just
also too well then now thing things something anything nothing stuff bit lot way sure fine ok okay good right what
when how who why would could can will might maybe probably actually mostly as if because from by about up out""".split()
)


@remembered
def _pieces(said: Sentence, person: Person) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Each clause of the patient's that says something: in the short form, and as it was spoken."""
    found = []
    before: list[str] = []
    for part in _apart(clauses(_with_no(cleaned(said), said.plain)), said.plain):
        clause = _with_no(part, said.plain)
        spoken = with_subject(clean_words(clause) if clause[0] != "no" else clause)
        now = (
            ["now"]
            if spoken[:1] == ["i"] and (before[-1:] == ["now"] or _NOW.match(" ".join(clause)))
            else []
        )
        before = clause
        if spoken and not _TALK.search(" ".join(spoken)) and not set(spoken) <= _SAYS_LITTLE:
            for short, said_so in readably(restarted(spoken), person):
                found.append(((*now, *short), (*now, *said_so)))
                now = []
    return tuple(found)


_NOW = re.compile(r"(?:but |and )?now i\b")  # of a patient a time, of a doctor an opening of talk
_NOTHING_OF = re.compile(
    r"\b(?:no|not any|without(?: any)?) ((?:[a-z'-]+ ){1,6}?)(?:,|\.|but\b|just\b|only\b)"
)


def _apart(found: Iterator[list[str]], plain: str) -> Iterator[list[str]]:
    """ "no blood , just watery": what is denied ends where the speaker paused, though the pause was cleaned away."""
    denied = [m[1].split() for m in _NOTHING_OF.finditer(plain)]
    for clause in found:
        end = next((1 + len(d) for d in denied if clause[:1] == ["no"] and clause[1 : 1 + len(d)] == d), 0)
        if end:
            yield clause[:end]
        rest = clause[end + (clause[end : end + 1] == [","]) :]
        yield from _after_denial(rest)


_GOES_ON = frozenset("i it he she they we there just only but and my the".split())


def _after_denial(clause: list[str]) -> Iterator[list[str]]:
    """ "not for ages , i am lying awake": what is told after a denial is a clause of its own, or reads as denied."""
    comma = clause.index(",") if "," in clause else 0
    if clause[:1] == ["not"] and comma and clause[comma + 1 : comma + 2] and clause[comma + 1] in _GOES_ON:
        yield clause[:comma]
        clause = clause[comma + 1 :]
    if clause:
        yield clause


_EXCEPT = re.compile(  # "no, other than ...", "I don't think so, I guess my father has ..."
    r"\b(?:other than|apart from|except|besides|aside from|rarely|occasionally|i guess)\b"
)
_FIT = re.compile(
    r"\b(?:normally|generally|usually|otherwise) (?:fit and well|in good health|well in yourself)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:rest of|elsewhere|anywhere else|other (?:side|arm|leg|hand|foot|eye|ear|parts?))\b"
)
_NO_NOUN = frozenset(
    """i it that this they there he she we my you your no not nothing never none so and but or just only because well
then like really is am are was do did maybe probably""".split()
)


def _with_no(words: Sequence[str], plain: str) -> list[str]:
    """With the "no" that denies what follows ("no blood"), which as an opening of talk is left out ("no, I ...")."""
    kept = list(words)
    if not kept or kept[0] in _NO_NOUN:
        return kept
    begins = " ".join(map(re.escape, kept[: 2 if kept[0] == "one" else 1]))  # "no one else", but "one child"
    begins = re.sub(r"^one\b", "(?:one|1)", begins)
    return ["no", *kept] if re.search(rf"\bno {begins}\b", plain) else kept


_ENGLISH = frozenset(
    "the and is i my it was of to with for that but not been have had just about ago".split()
)


def _english(said: Sentence) -> bool:
    """Whether a sentence of some length has any of the commonest words of the language."""
    return len(said.words) < 5 or bool(_ENGLISH & set(said.words))


_Clause = tuple[Sentence, tuple[str, ...], tuple[str, ...]]  # with its words in the short form, and as spoken
_NO_MORE = {("not", "anymore"), ("not", "any", "more"), ("no", "more"), ("not", "now")}
_ONLY_WHEN = frozenset(
    "about around roughly probably maybe or for since over a an few couple of the in on at".split()
)


def _with_times(found: Iterator[_Clause]) -> Iterator[_Clause]:
    """ "I noticed a temperature, so, yeah, about 3 days ago": a bare time is of the clause before it."""
    before: _Clause | None = None
    for clause in found:
        bare = _only_time(clause[1]) and before is not None and not any(map(tells_time, before[1]))
        if before is not None and (bare or clause[1] in _NO_MORE):
            before = (before[0], (*before[1], ",", *clause[1]), (*before[2], ",", *clause[2]))
            continue
        if before is not None:
            yield before
        before = clause
    if before is not None:
        yield before


def _only_time(words: Sequence[str]) -> bool:
    return any(map(tells_time, words)) and all(tells_time(word) or word in _ONLY_WHEN for word in words)


class Jotter(Retelling):
    """Candidates of a consult in the short form, in order."""

    def candidates(self) -> Iterator[Candidate]:
        """In the order they were told."""
        focus, another = Focus(), Another(self._consult)
        for turn, sentences in enumerate(self._consult.sentences):
            mentions = [m for said in sentences for m in said.mentions]
            if self._consult.turns[turn].speaker == "doctor":
                focus.see(mentions, turn)
                another.see(sentences, turn)
                yield from self._agreed(turn, sentences)
            else:
                yield from self._answered(turn, sentences, focus, another)
                focus.see(mentions, turn)

    def _answered(
        self, turn: int, sentences: Sequence[Sentence], focus: Focus, another: Another
    ) -> Iterator[Candidate]:
        exchange = next(iter(reversed(self._asked.get(turn, []))), None)
        if turn and _WHO.search(self._consult.turns[turn - 1].text.lower()):
            return
        if exchange is not None and not another.is_meant(exchange.sentence.words):
            answer = [word for said in sentences[:2] for word in cleaned(said)]
            whole = self._with_answer(exchange, answer, [m for said in sentences[:2] for m in said.mentions])
            stated = whole or self._settled(exchange, turn, answer)
            if stated:
                yield self._merged(turn, sentences, exchange, stated)
            if whole:
                return
        evidence = (turn,) if exchange is None else (exchange.question, turn)
        headed: tuple[str, ...] = ()
        read, places = 0, {said: place for place, said in enumerate(sentences)}
        for said, words, own in _with_times(self._clauses(sentences)):
            short, spoken = self._themed(words, own, exchange)
            upto = places[said] + 1
            another.see(sentences[read:upto], turn)
            read = upto
            found = focus.named(spoken, turn) if spoken[0] in _PRONOUNS else None
            if another.is_meant(spoken) and (found := another.told(spoken, turn)) is None:
                continue
            about = () if found or stands_alone(short, said) else theme(exchange, short)
            if about is not None:
                about, headed = () if about == headed else about, about or headed
                named = self._named(short, evidence, found)
                yield self._told(turn, said, about, named, spoken, exchange)
        another.see(sentences[read:], turn)

    def _themed(
        self, short: tuple[str, ...], spoken: tuple[str, ...], exchange: Exchange | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """ "I had something a year ago", "I have not had one": what was asked about, in the question's words."""
        pairs = enumerate(pairwise(spoken), start=1)
        stands = next((at for at, (had, what) in pairs if had in _HAD and what in _STANDS_FOR), 0)
        asked = exchange.sentence if exchange else None
        named = {m.concept.id: m for m in asked.mentions if m.concept.kind in _NAMED} if asked else {}
        if (
            not asked
            or not stands
            or len(named) != 1
            or spoken[stands + 1 : stands + 2] in (("of",), ("else",))
        ):
            return short, spoken
        (m,) = named.values()
        theme = ("my" if word == "your" else word for word in asked.words[m.first : m.last])
        whole = (*spoken[:stands], *theme, *spoken[stands + 1 :])
        return tuple(brief(whole, self._person)), whole

    def _clauses(self, sentences: Sequence[Sentence]) -> Iterator[_Clause]:
        for said in sentences:
            if not (said.is_question and (asks(said) or len(said.words) <= _ECHO)) and _english(said):
                for short, spoken in _pieces(said, self._person):
                    yield said, short, spoken

    def _named(
        self, short: Sequence[str], evidence: Sequence[int], found: tuple[Sequence[str], int] | None
    ) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The words with what "it" is, and the turn that says so among the evidence."""
        if found is None:
            return tuple(short), tuple(evidence)
        words, named_at = found
        return tuple(brief(words, THEY)), tuple(sorted({*evidence, named_at}))

    def _told(
        self, turn: int, said: Sentence, about: tuple[str, ...], named: tuple[tuple[str, ...], tuple[int, ...]],
        spoken: tuple[str, ...], exchange: Exchange | None,
    ) -> Candidate:  # fmt: skip
        short, evidence = named
        return Candidate(
            turn, evidence, (*about, *short), spoken, within(said, spoken), names_of(said.text),
            exchange.slot if exchange else "", "told", tuple(exchange.sentence.words) if exchange else (),
            self._managed[turn],
        )  # fmt: skip

    def _merged(
        self, turn: int, sentences: Sequence[Sentence], exchange: Exchange, stated: Sequence[str]
    ) -> Candidate:
        mentions = (*exchange.sentence.mentions, *(m for said in sentences[:2] for m in said.mentions))
        return Candidate(
            turn, (exchange.question, turn), tuple(stated), tuple(stated), mentions, {}, exchange.slot, "open",
            tuple(exchange.sentence.words), self._managed[turn],
        )  # fmt: skip

    def _with_answer(
        self, exchange: Exchange, answer: Sequence[str], mentions: Sequence[Mention]
    ) -> list[str]:
        """The question with the few words that answer it; [] where these say enough, or nothing."""
        if (
            not 0 < len(answer) <= 8
            or "i" in answer
            or set(answer) <= _SAYS_LITTLE
            or exchange.polarity == "no"
        ):
            return []
        stated = open_question(cleaned(exchange.sentence), list(answer))
        if stated is not None:
            return brief(stated, self._person)
        label = LABELS.get(exchange.slot)
        labelled = label and not mentions and fits(exchange.slot, answer)
        return [*label.split(), ":", *brief(answer, self._person)] if label and labelled else []

    def _settled(self, exchange: Exchange, turn: int, answer: Sequence[str]) -> list[str]:
        """What "yes" or "no" makes of a question; a denied finding is a fact, and stands in the review of systems."""
        yes = exchange.polarity == "yes"
        if yes and (well := _FIT.search(self._consult.turns[exchange.question].text.lower())):
            return well[0].split()
        if exchange.polarity not in {"yes", "no"} or (yes and not set(answer) <= _SAYS_LITTLE):
            return []
        if not yes and _EXCEPT.search(
            " ".join(word for said in self._consult.sentences[turn] for word in said.words)
        ):
            return []
        facts = [f for f in self._consult.facts if f.at == turn and f.asked == exchange.question]
        elsewhere = _ELSEWHERE.search(exchange.sentence.plain)
        if any(f.concept.kind in DENIED and f.state is State.ABSENT for f in facts) and not elsewhere:
            return []
        if not yes and any(f.concept.kind is Kind.MEDICINE and f.state is State.PRESENT for f in facts):
            return []  # "No, just some painkillers."
        stated = polar(cleaned(exchange.sentence), yes=yes)
        short = brief(stated, self._person) if stated else []
        return [] if not short or _TALK.search(" ".join(short)) or set(short) <= _SAYS_LITTLE else short

    def _agreed(self, turn: int, sentences: Sequence[Sentence]) -> Iterator[Candidate]:
        """What the doctor repeats or reads out ("you have a history of ...") and the patient agrees to."""
        if not agreed(self._consult, turn):
            return
        for said in sentences:
            for clause in clauses(cleaned(said)) if self._managed[turn] <= 1 or said.is_question else ():
                own = _as_told(clause)
                if len(own) < 3 or _NOT_TOLD.search(" ".join(clause)):
                    continue
                short = brief(own, self._person)
                if short and (said.mentions or said.parts):
                    yield Candidate(
                        turn, (turn, turn + 1), tuple(short), tuple(own), said.mentions,
                        names_of(said.text), "", "stated", (), self._managed[turn],
                    )  # fmt: skip


_STANDS_FOR = frozenset({"something", "one", "1"})
_HAD = frozenset("had have has got get taken took done had used felt".split())
_NAMED = frozenset({Kind.FINDING, Kind.CONDITION, Kind.TEST, Kind.PROCEDURE})
_SO = frozenset("so and but okay ok right alright well then".split())
_BEGINS = 6  # words in which what the patient is said to do begins: "in half an hour you developed it"


def _as_told(clause: Sequence[str]) -> list[str]:
    """What the doctor says of the patient as the patient would say it, [] where it is of something else.

    >>> _as_told("so your left arm is fine".split()), _as_told("you so you can walk a mile".split())
    (['my', 'left', 'arm', 'is', 'fine'], ['i', 'can', 'walk', 'a', 'mile'])
    """
    own = first_person(clause)
    while own and (own[0] in _SO or (own[0] == "me" and "i" in own[1:3])):
        own = own[1:]
    told = (
        own[:1] == ["my"]
        or "i" in own[:1]
        or (own[:1] in (["in"], ["after"], ["for"]) and "i" in own[:_BEGINS])
    )
    return own if told else []


_NOT_TOLD = re.compile(
    r"\b(?:i|we|if|should|need|could|will|would|going to|want|please|let|think|hope|glad|sorry|great|"
    r"welcome|know what|may|might|any|what|how|when|where|said|say|mentioned|told|feel like)\b"
)
