"""What was found in a text or a transcript, to JSON: the contract of `consultroom findings`.

A text gives one finding for each place where a concept stands. A transcript gives one for each concept and person as it
stands at the end: the last word wins, the evidence of all is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from clinical_language import Consult, Fact, Turn, read_consult
from clinical_language.spans_of_time import day_of
from soap.errors import TranscriptEmpty, TranscriptMalformed, TranscriptTooLong
from soap.reading import MAX_CHARACTERS, Json, identity, turns_of, visit_of
from soap.resolution import Resolved, resolve


def findings_json(document: Json) -> Json:
    """`consultroom findings` for one document with `text` or `turns`.

    `span` are character offsets into `text`, or into the text of turn `turn` where turns were given; `text` are exactly
    the characters there. With `visit.date` (ISO) an onset gets its calendar day as the value `onset_date`.
    Raises TranscriptMalformed, TranscriptEmpty, TranscriptTooLong.
    """
    age, visit = visit_of(document).age, _date_of(document)
    if "turns" in document:
        consult = read_consult(turns_of(document), age=age)
        found = [_finding(consult, fact, visit, from_turns=True) for fact in _standing(consult.facts)]
    else:
        consult = read_consult([Turn("patient", _text_of(document))], age=age)
        found = [_finding(consult, fact, visit, from_turns=False) for fact in _folded(consult.facts)]
    return {**identity(document), "findings": [*found]}


def _text_of(document: Json) -> str:
    text = document.get("text")
    if not isinstance(text, str):
        raise TranscriptMalformed("Neither `text` (a string) nor `turns` (a list) is given.")
    if not any(c.isalnum() for c in text):
        raise TranscriptEmpty
    if len(text) > MAX_CHARACTERS:
        raise TranscriptTooLong
    return text


def _date_of(document: Json) -> date | None:
    visit = document.get("visit")
    said = visit.get("date") if isinstance(visit, dict) else None
    if said is None:
        return None
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError as error:
        raise TranscriptMalformed("`visit.date` is not a date (YYYY-MM-DD).") from error


def _folded(facts: Sequence[Fact]) -> list[Fact]:
    """Facts with words of their own; what later sentences say of them ("it started on Monday") is folded in."""
    found: list[Fact] = []
    last: dict[str, int] = {}
    for fact in facts:
        if fact.named:
            last[fact.concept.id] = len(found)
            found.append(fact)
        elif (at := last.get(fact.concept.id)) is not None:
            values = {**found[at].values, **fact.values}
            evidence = tuple(sorted({*found[at].evidence, *fact.evidence}))
            found[at] = replace(found[at], values=values, evidence=evidence)
    return found


def _standing(facts: Sequence[Fact]) -> Iterator[Fact]:
    """One fact for each concept, person and role, in order of first mention; conditionals only where alone."""
    named: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.named:
            named.setdefault((fact.concept.id, fact.relation), []).append(fact)
    settled = set()
    for line in resolve(facts):
        settled.add((line.concept.id, line.relation))
        yield _shown(line, named.get((line.concept.id, line.relation), []))
    for key, group in named.items():
        if key not in settled:
            yield group[0]


def _shown(line: Resolved, named: Sequence[Fact]) -> Fact:
    """The last fact of the line's state that names the concept, with all that is known of it."""
    last = named[-1] if named else line.last
    words = next((fact for fact in reversed(named) if fact.state is line.state), last)
    values = {**line.values, "role": "allergy"} if line.allergy else line.values
    return replace(words, concept=line.concept, state=line.state, evidence=line.evidence, values=values)


def _finding(consult: Consult, fact: Fact, visit: date | None, *, from_turns: bool) -> Json:
    first, last = fact.span
    values: Json = {name: text for name, text in fact.values.items() if name != "said"}
    if fact.relation:
        values["relation"] = fact.relation
    if visit is not None and "onset" in fact.values:
        day = day_of(fact.values["onset"], fact.values.get("onset_iso", ""), visit)
        values |= {"onset_date": day.isoformat()} if day else {}
    found: Json = {
        "concept": fact.concept.id,
        "label": fact.concept.label,
        "lay_label": fact.concept.lay_label,
        "text": consult.turns[fact.turn].text[first:last],
        "span": [first, last],
        "state": fact.state.value,
        "values": values,
        "codes": dict(fact.concept.codes),
    }
    return {**found, "turn": fact.turn, "evidence": list(fact.evidence)} if from_turns else found
