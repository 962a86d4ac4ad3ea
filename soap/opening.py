"""The chief complaint and the sentence the history opens with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from clinical_language import Consult, Fact, Kind, Sentence, State
from clinical_language.said import said_as
from clinical_language.same_words import folded
from soap import model
from soap.model import Statement
from soap.order_candidates import clinicians
from soap.phrasing import capital, join, sentence, tidy
from soap.register import clean_words
from soap.resolution import Resolved
from soap.systems import in_figures, named

_SETTLED = 40  # turns after which what is talked of most no longer changes
_EARLY = 12  # turns in which a doctor's own words name the reason for the visit
_GENERIC = frozenset(
    {"finding.pain", "finding.injury", "finding.swelling", "finding.stress", "finding.malaise"}
)
_PRESENTS = re.compile(
    r"\b(?:chief complaint (?:is|of|:|today is)|presents? (?:today |here )?(?:for|with)(?: (?:evaluation|"
    r"a chief complaint|complaints?) of)?|"
    r"(?:is |are |was |were |'s |you )?here (?:today )?(?:for|with)|com(?:es?|ing) in (?:today )?(?:for|with)|"
    r"in (?:today )?for|"
    r"(?:told (?:me|us)|heard|notified|says|said) (?:here )?(?:that )?you (?:have had|have got|have|had|got)"
    r"(?= (?:this|an?|some) )|"
    r"going on with your|"
    r"you(?: are| were| have|)(?: been)? (?P<how>experiencing|having|hurt|injured))"
    r" (?P<what>.+?)(?= (?:[.?,]|can|could|tell|how|is|are|was|did|do|does|so|who|that|what|when|where|you|he|she|i|it|"
    r"we|think|over|after|since|today|because|accompanied|if|and (?:he|she|then|so|a past|while|you|i|we))\b| [.?,]|$)"
)
_ARTICLES = re.compile(
    r"^(?:(?:the )?evaluation of |evaluation for |an? |the |her |his |your |their |some |this |new )+"
)
_NO_REASON = frozenset("you this today that it me here anything any been gotten done to had".split())


def presented(consult: Consult) -> tuple[int, str] | None:
    """The reason for the visit as the doctor states it ("... who presents for her annual exam"), with its turn."""
    speakers = clinicians(consult)
    for turn, sentences in enumerate(consult.sentences[:8]):
        for said in sentences if consult.turns[turn].speaker in speakers else ():
            found = _PRESENTS.search(" ".join(clean_words(said.plain.split(), said.text)))
            what = _ARTICLES.sub("", found["what"]) if found else ""
            if found and found["how"] in {"hurt", "injured"}:
                what = f"{what} injury"
            words = what.split()
            if words and len(words) <= 12 and words[0] not in _NO_REASON and _names_reason(said, words):
                return turn, tidy(re.sub(r"\b(?:your|her|his)\b", "the", what))
    return None


_FROM_THE_RECORD = re.compile(
    r"\b(?:\d+[- ]+years?[- ]+old|(?:my|your|the|our) (?:\w+ )?(?:chart|notes?|records?)\b|"
    r"looks like (?:here )?(?:that )?you|"
    r"i (?:see|saw|understand|know|read|heard|was notified) (?:\w+ ){0,3}?(?:that )?(?:you|he|she)\b|"
    r"(?:sent|referred) you|pcp|(?:nurse|assistant) (?:told|said)|since (?:i|we) (?:last )?saw|"
    r"(?:last|saw you) (?:time|visit|last)|here (?:today )?(?:for|with|because)|follow[- ]+up|"
    r"(?:next patient|patient'?s? name|date of birth) is|i am seeing|birth , \d)"
)
_OPENS = 6  # turns in which a doctor who knows the patient says so
_GREETS = 3  # turns in which people greet
_NO_NAME = (
    "hi|hello|hey|hiya|there|doctor|dr|sir|madam|ma'am|and|everyone|guys|folks|again|what|how|who|good|nice|can|may|my|"
    "this|it|it's|is|i|we|you|so|just|welcome|sorry|um|uh|yes|yeah|okay|ok|thanks?|today|mum|mom|dad"
)
_DAY = "good (?:morning|afternoon|evening)"
_BY_NAME = re.compile(
    rf"(?:^|[,.] )(?:hi|hello|hey|{_DAY})(?: ,)? (?:{_DAY} )?(?:(?:miss|mrs?|ms|mister)\b|"
    rf"(?!(?:{_NO_NAME})\b)[a-z][a-z'-]+(?: [,.])?(?: (?:how|what|good|nice|great|so|i)\b(?! (?:can|may) i)|$))"
)
_OFFERS_HELP = re.compile(r"\bhow (?:can|may) (?:i|we) help\b")


def known(consult: Consult) -> bool:
    """Whether the doctor opens by presenting the patient, or from the record: a note of that visit is in sentences.

    Who meets the patient afresh asks, and jots what is answered.
    """
    if presented(consult) is not None:
        return True
    speakers = clinicians(consult)
    return _greeted_by_name(consult, speakers) or any(
        consult.turns[turn].speaker in speakers and _FROM_THE_RECORD.search(" ".join(said.words))
        for turn, sentences in enumerate(consult.sentences[:_OPENS])
        for said in sentences
    )


def _greeted_by_name(consult: Consult, speakers: frozenset[str]) -> bool:
    """Whether the doctor calls the patient by name, without the "how can I help" of one who knows nothing yet."""
    heard = [
        " ".join(said.words)
        for turn, sentences in enumerate(consult.sentences[:_GREETS])
        for said in sentences
        if consult.turns[turn].speaker in speakers
    ]
    return any(map(_BY_NAME.search, heard)) and not any(map(_OFFERS_HELP.search, heard))


_VISITS = frozenset("follow-up followup exam examination visit physical evaluation check checkup labs lab "
                    "consult surgery injury problems "
                    "screening test tests results numbers refill review referral opinion".split())  # fmt: skip


def _names_reason(said: Sentence, words: Sequence[str]) -> bool:
    """Whether the words name a finding, a condition or a sort of visit."""
    here = set(words)
    return bool(here & _VISITS) or any(set(said.words[m.first : m.last]) <= here for m in said.mentions)


def complaint(consult: Consult) -> Fact | None:
    """The fact the visit is about: of what answers the opening question, or else is told first, what is talked of most.

    A finding that says what is wrong goes before one that does not ("unwell"), and both before a known condition. A
    pain says it where its place or side is told.
    """
    present = [
        f for f in consult.facts
        if f.state is State.PRESENT and not f.relation and f.concept.kind in {Kind.FINDING, Kind.CONDITION}
    ]  # fmt: skip
    pools = list(_pools(consult, present))
    weight = Counter(fact.concept.id for fact in present if fact.at < _SETTLED)
    for wanted in (_says_what, lambda fact: fact.concept.kind is Kind.FINDING, lambda _: True):
        for pool in pools:
            fits = [fact for fact in pool if wanted(fact)]
            if fits:
                return max(fits, key=lambda fact: weight[fact.concept.id])
    return None


def _says_what(fact: Fact) -> bool:
    placed = fact.concept.id == "finding.pain" and not {"side", "place"}.isdisjoint(fact.values)
    return fact.concept.kind is Kind.FINDING and (placed or fact.concept.id not in _GENERIC)


def _pools(consult: Consult, present: Sequence[Fact]) -> Iterator[list[Fact]]:
    """The answers to the opening question, then what was told early, then one by one what was told later."""
    openings = [e.answer for e in consult.exchanges if e.slot == "complaint" and e.answer is not None]
    for answer in openings[:3]:
        for turn in range(answer, answer + 3):
            yield [f for f in present if f.at == turn and not f.values.get("role")]
    told = [f for f in present if consult.turns[f.at].speaker != "doctor" or f.at < _EARLY]
    yield from ([f] for f in told)


def reason(consult: Consult, lines: Sequence[Resolved]) -> tuple[str, tuple[int, ...], Fact | None] | None:
    """The complaint in clinical words, the turns it rests on, and its fact where there is one."""
    fact = complaint(consult)
    stated = presented(consult)
    if stated is not None and (
        fact is None or stated[0] <= fact.at or consult.turns[fact.at].speaker == "doctor"
    ):
        line = next((r for r in lines if fact and r.concept.id == fact.concept.id and not r.relation), None)
        if line and named(line).endswith(
            f" {stated[1]}"
        ):  # the doctor's "knee pain" is of the side told later
            return named(line), tuple(sorted({stated[0], *line.evidence})), None
        return stated[1], (stated[0],), None
    if fact is None:
        return None
    line = next((r for r in lines if r.concept.id == fact.concept.id and not r.relation), None)
    if line is None:
        return said_as(fact.concept, fact.words), fact.evidence, fact
    lasting = f" for {in_figures(line.values['duration'])}" if "duration" in line.values else ""
    return named(line) + lasting, line.evidence if line.values else fact.evidence, fact


def chief_complaint(consult: Consult, lines: Sequence[Resolved]) -> Iterator[Statement]:
    """One line: the complaint, and the patient's own words in quotation marks where they are others."""
    found = reason(consult, lines)
    if found is None:
        return
    text, evidence, fact = found
    section = model.CHIEF_COMPLAINT
    if fact is None:
        yield Statement(section, section, sentence(text), evidence, State.PRESENT, 0.75)
        return
    lay = _lay_words(consult, fact)
    if fact.concept.id == "finding.pain":  # of a place that has no name of its own: where, in the words said
        text, lay = fact.concept.label, _to_its_end(consult, fact)
    if lay:
        text, evidence = f"{text} (\u201c{lay}\u201d)", tuple(sorted({*evidence, fact.at}))
    yield Statement(
        section, section, f"{capital(text)}.", evidence, fact.state, fact.confidence, _codes(fact)
    )


def _lay_words(consult: Consult, fact: Fact) -> str:
    """The words the patient used, where they are not the label's own."""
    own = fact.named and consult.turns[fact.at].speaker != "doctor" and fact.asked != fact.at
    words = " ".join(fact.words.split())
    return words if own and not folded(said_as(fact.concept, words)) <= folded(words) else ""


_LONGEST_QUOTE = 14  # words


def _to_its_end(consult: Consult, fact: Fact) -> str:
    """What was said from the finding to the end of its sentence."""
    rest = re.split(r"[.?!]", consult.turns[fact.turn].text[fact.span[0] :], maxsplit=1)[0].split()
    return " ".join(rest) if len(rest) <= _LONGEST_QUOTE else ""


def _codes(fact: Fact) -> dict[str, str]:
    """The codes of what was said in so many words as the label says."""
    return dict(fact.concept.codes) if said_as(fact.concept, fact.words) == fact.concept.label else {}


def opening(consult: Consult, lines: Sequence[Resolved]) -> Iterator[Statement]:
    """ "The patient presents today for evaluation of right knee pain.", where the note is in sentences."""
    found = reason(consult, lines) if known(consult) else None
    if found is None:
        return
    text, evidence, fact = found
    inside = text if text[:2].isupper() else text[:1].lower() + text[1:]
    what = inside if _VISITS & set(inside.split()) else f"evaluation of {inside}"
    codes = _codes(fact) if fact else {}
    yield Statement(
        f"{model.HPI}:opening",
        model.HPI,
        f"The patient presents today for {what}.",
        evidence,
        State.PRESENT,
        0.75,
        codes,
    )


_MOST = 4  # conditions that an opening names


def background(consult: Consult, conditions: Sequence[Resolved]) -> Iterator[Statement]:
    """ "The patient has a past medical history that includes hypertension and gout.", where the note is in sentences.

    What is known of the patient before what is told, where it was called so; each condition has its own line below.
    """
    called = [
        line
        for line in (conditions if known(consult) else ())
        if folded(line.name) <= folded(" ".join(consult.turns[turn].text for turn in line.evidence))
    ]
    if not called:
        return
    first = called[:_MOST]
    yield Statement(
        f"{model.HPI}:background",
        model.HPI,
        f"The patient has a past medical history that includes {join([named(line) for line in first])}.",
        tuple(sorted({turn for line in first for turn in line.evidence})),
        State.PRESENT,
        min(line.confidence for line in first),
    )
