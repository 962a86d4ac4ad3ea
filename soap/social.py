"""Social history: habits with their amounts; work and home in the patient's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from clinical_language import Consult, Fact, Kind, State
from clinical_language.said import said_as
from soap import model
from soap.model import Statement
from soap.phrasing import own_words, quote, sentence, slug, tidy
from soap.resolution import Resolved, resolve
from soap.subjective import Heard, line_statement

_AMOUNT = re.compile(
    r"\b(?:about |around |maybe |up to )?(?:\d+(?: (?:or|to) \d+)?|a couple(?: of)?|a few|a|"
    r"half a)(?: \w+)? (?:cigarettes?|packs?|glass(?:es)?|pints?|units?|"
    r"beers?|bottles?|drinks?|joints?|cups?|cigars?)(?: of \w+)?(?:(?: a| per| each| every|"
    r" of an?)? (?:day|week|month|night|evening|weekend)| daily)?"
)


_HOW_SELDOM = (
    r"(?:(?:very|only|just) )?(?:rarely|occasionally|socially|sometimes|once in a while|on occasions?|"
    r"(?:on|at) (?:the )?weekends?|now and (?:then|again))\b"
)
_SELDOM = re.compile(rf"\b(?P<how>{_HOW_SELDOM})")
_NO_BUT_SELDOM = re.compile(
    rf"\W*(?:\w{{1,4}}\W+){{0,2}}(?:no|not really)\W+(?:\w{{1,4}}\W+)??(?P<how>{_HOW_SELDOM})"
)
_SHORT_ANSWER = 8  # words, in which nothing else is spoken of


def _seldom(consult: Consult, line: Resolved) -> Resolved:
    """ "No, very rarely" affirms: the line with how seldom as its amount."""
    answer = consult.turns[line.last.at]
    if answer.speaker == "doctor" or line.concept.group not in _HABITS:
        return line
    text = answer.text.lower()
    if not _asked_for(consult, line):
        return line
    found = None
    if line.state is State.ABSENT:
        found = _NO_BUT_SELDOM.match(text)
    elif line.state is State.PRESENT and len(text.split()) <= _SHORT_ANSWER:
        found = _SELDOM.search(text)
    return (
        replace(line, state=State.PRESENT, values={**line.values, "seldom": found["how"]}) if found else line
    )


_SPOKEN_OF = {
    "tobacco": re.compile(r"smok|cigar|tobacco|vap|nicotine|chew"),
    "alcohol": re.compile(r"drink|alcohol|drank|wine|beer|spirits"),
    "drugs": re.compile(r""),
}


def _asked_for(consult: Consult, line: Resolved) -> bool:
    """Whether the answer is about this habit: the last of several questions in a turn is what is answered."""
    if line.last.asked is None:
        return True
    questions = [said for said in consult.sentences[line.last.asked] if len(said.words) > 1]
    return not questions or bool(_SPOKEN_OF[line.concept.group].search(" ".join(questions[-1].words)))


_STOPPED = re.compile(r"\b(?:quit|stop\w*|gave|given)\b")


def _since(ago: re.Match[str] | None, said: str) -> str:
    """When a habit was given up, or only when it was ("a few times, 30 years ago")."""
    if ago is None:
        return ""
    return f", stopped {ago[0]}" if _STOPPED.search(said) else f", {ago[0]}"


def _habit(line: Resolved) -> str:
    said = line.values.get("said", "")
    amount = _AMOUNT.search(said)
    quit_ = re.search(r"\b\d+ (?:years?|months?|weeks?) ago\b", said)
    verb, what = _DOES[line.concept.group]
    what = line.name.replace("drug use", "drugs") if line.concept.group == "drugs" else what
    if line.state is State.ABSENT:
        never = "never" in said.split() and "not" not in said.split()
        if line.concept.group == "tobacco" and never:
            return "Never smoked"
        return f"Does not {verb} {what}".strip()
    if line.state in {State.RESOLVED, State.HISTORICAL}:
        return f"Used to {verb} {what}".strip() + _since(quit_, said)
    does = f"{verb}s {what}".strip()
    how = amount[0] if amount else line.values.get("seldom", "")
    return f"{does}: {how}" if how else does


_DOES = {
    "tobacco": ("smoke", ""), "alcohol": ("drink", "alcohol"), "drugs": ("use", ""), "exercise": ("exercise", ""),
}  # fmt: skip
_HABITS = frozenset({"tobacco", "alcohol", "drugs"})  # "exercise" alone says nothing


def _lines(heard: Heard) -> Iterator[Resolved]:
    """A line a habit; drugs a line for each that was named, since one may be taken and another not."""
    for line in heard.of(Kind.HABIT):
        if line.concept.group != "drugs":
            yield line
            continue
        named: dict[str, list[Fact]] = {}
        for fact in heard.consult.facts:
            if fact.concept.id == line.concept.id and not fact.relation:
                named.setdefault(said_as(fact.concept, fact.words), []).append(fact)
        for name, facts in named.items():
            for one in resolve(facts):
                yield replace(
                    one, concept=replace(one.concept, id=f"{line.concept.id}:{slug(name)}"), name=name
                )


def social_history(heard: Heard) -> Iterator[Statement]:
    """Smoking, alcohol, drugs, exercise; work and home in the patient's words, third person."""
    for line in (_seldom(heard.consult, line) for line in _lines(heard)):
        asked_for = (
            line.concept.group in _DOES if line.state is State.ABSENT else line.concept.group in _HABITS
        )
        if line.state is not State.UNCERTAIN and asked_for:
            yield line_statement(model.SOCIAL_HISTORY, line.concept.id, sentence(_habit(line)), line)
    yield from _told(heard.consult)


_TOLD = {
    "work": re.compile(
        r"\bi (?:work|am|have been|do|run|teach|drive|study|stopped|retired)\b|\bi'm\b|\bretired\b|"
        r"\bunemployed\b|\bstudent\b"
    ),
    "living": re.compile(r"\b(?:live|living|alone|with my|share)\b"),
}


def _told(consult: Consult) -> Iterator[Statement]:
    seen: set[str] = set()
    for exchange in consult.exchanges:
        pattern = _TOLD.get(exchange.slot)
        if pattern is None or exchange.answer is None or exchange.slot in seen:
            continue
        for said in consult.sentences[exchange.answer]:
            text = tidy(said.text)
            if pattern.search(text.lower()) and 2 < len(text.split()) <= 25 and not said.is_question:
                seen.add(exchange.slot)
                section = model.SOCIAL_HISTORY
                key = f"{section}:{exchange.slot}"
                evidence = (exchange.question, exchange.answer)
                plain = (
                    re.match(r"^(?:i|i'm|i am) (?!it's|just|mean)\w+", text, re.IGNORECASE)
                    and "," not in text
                )
                line = own_words(text) if plain else f"{exchange.slot.capitalize()}: {quote(text)}"
                yield Statement(key, section, sentence(line), evidence, State.PRESENT, 0.7)
                break
