"""Transcript in, draft note out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clinical_language import Consult, Kind, State, Turn, read_consult
from soap import model
from soap.borne_out import parted, to_confirm
from soap.coding import suggested_codes
from soap.history import history
from soap.model import UNSURE, DraftNote, Order, ReviewItem, Statement, VisitContext
from soap.notation import days, notation
from soap.objective import assessment_and_plan, doctor_speech, objective
from soap.opening import known
from soap.orders import found_orders
from soap.orthography import in_british, is_british
from soap.phrasing import capital
from soap.resolution import Resolved, resolve
from soap.speakers import exchanged, swapped
from soap.terse import jotted
from soap.wellformed import readable
from soap.withheld import identifying, identity_turns, unclear_self_harm

_CROSSED = ReviewItem(
    "review:speakers",
    "unclear",
    "Doctor and patient seem to be taken for one another; the note is drafted as if they were. Please confirm.",
    (0,),
)
BAR = 0.5  # confidence under which a line goes to the review tray
_EXAMINED = 2  # lines of signs, examination and results that a talk by video hardly has
UNSURE_BAR = 0.65  # for what the patient is not sure of: it must have been said so, not only left open


def draft_note(turns: Sequence[Turn], visit: VisitContext | None = None) -> DraftNote:
    """The note of a consult so far. Pure: the same turns give the same note; appended turns keep the keys of lines.

    Evidence are indexes into `turns`. Nothing without evidence is written; what nobody said is left out.
    """
    crossed = swapped(turns)
    consult = read_consult(exchanged(turns) if crossed else turns, age=visit.age if visit else None)
    lines, inferred = parted(resolve(consult.facts, consult.turns), consult.turns)
    speech = doctor_speech(consult, visit.sex if visit else "")
    found = [*objective(speech), *assessment_and_plan(speech)]
    statements = [*history(consult, lines, speech.person), *found]
    who = identity_turns(consult)
    statements = [s for s in _readable(_unique(statements)) if not who.issuperset(s.evidence)]
    below = [s for s in statements if _is_below(s)]
    kept = tuple(s for s in statements if not _is_below(s))
    if not known(consult) and not _examined(kept):
        kept = tuple(jotted(kept, speech.person))
    orders = found_orders(consult)
    review = (
        *((_CROSSED,) if crossed else ()),
        *_review(consult, lines, below),
        *to_confirm(inferred),
        *_to_confirm(orders),
    )
    note = DraftNote(kept, review, orders, suggested_codes(consult, kept))
    return _in_british(note) if is_british(turns) else note


def _in_british(note: DraftNote) -> DraftNote:
    lines = (replace(s, text=in_british(s.text), problem=in_british(s.problem)) for s in note.statements)
    return replace(
        note,
        statements=tuple(lines),
        review=tuple(replace(item, text=in_british(item.text)) for item in note.review),
    )


def _examined(statements: Sequence[Statement]) -> bool:
    """Whether the patient was seen in person: a note of that visit is in sentences."""
    return sum(s.section in {model.VITALS, model.EXAM, model.RESULTS} for s in statements) >= _EXAMINED


def _is_below(statement: Statement) -> bool:
    return statement.confidence < (UNSURE_BAR if statement.state is State.UNCERTAIN else BAR)


def _readable(statements: Iterator[Statement]) -> Iterator[Statement]:
    """Without sentences that speech left broken: what a doctor cannot read, a doctor cannot sign."""
    for statement in statements:
        text = readable(statement.text)
        if text and not identifying(text):
            yield replace(statement, text=days(text))


def _unique(statements: Sequence[Statement]) -> Iterator[Statement]:
    """One line per key: the same sentence said twice is one line with both evidences."""
    merged: dict[str, Statement] = {}
    for statement in statements:
        earlier = merged.get(statement.key)
        evidence = {*statement.evidence, *(earlier.evidence if earlier else ())}
        merged[statement.key] = replace(earlier or statement, evidence=tuple(sorted(evidence)))
    yield from merged.values()


def _to_confirm(orders: Sequence[Order]) -> Iterator[ReviewItem]:
    """Orders that are not certain."""
    for order in orders:
        if why := order.details.get(UNSURE):
            text = f"{capital(notation(order.description))}: {why}. Please confirm the order."
            yield ReviewItem(f"review:{order.key}", "unclear", text, order.evidence)


def _written(line: Resolved) -> str:
    return "" if line.state is State.ABSENT else f"; the note says {line.state.value}"


def _review(consult: Consult, lines: list[Resolved], below: list[Statement]) -> Iterator[ReviewItem]:
    """What the doctor should look at: open questions, contradictions, guessed spellings, lines under the bar."""
    settled = {(line.concept.id, line.relation) for line in lines if line.state is not State.UNCERTAIN}
    seen: set[str] = set()
    for fact in consult.unanswered:
        if (
            (fact.concept.id, fact.relation) in settled
            or fact.concept.id in seen
            or fact.concept.id == "finding.pain"
        ):
            continue
        seen.add(fact.concept.id)
        unclear = len(fact.evidence) > 1
        text = f"{capital(fact.concept.label)}: asked, {'answer not clear' if unclear else 'not answered'}."
        yield ReviewItem(
            f"review:open:{fact.concept.id}", "unclear" if unclear else "unanswered", text, fact.evidence
        )
    for line in lines:
        if line.contradicted and line.concept.kind in {
            Kind.FINDING,
            Kind.CONDITION,
            Kind.MEDICINE,
            Kind.ALLERGEN,
            Kind.HABIT,
        }:
            text = f"{capital(line.concept.label)}: both affirmed and denied{_written(line)}."
            yield ReviewItem(f"review:contradicted:{line.concept.id}", "contradicted", text, line.evidence)
        if unclear_self_harm(consult, line):
            text = f"{capital(line.concept.label)}: spoken of, not clearly the patient's own. Please ask."
            yield ReviewItem(f"review:self_harm:{line.concept.id}", "unclear", text, line.evidence)
        if not line.certain:
            text = f"Heard \u201c{line.first.words}\u201d, taken as {line.concept.label}. Please confirm."
            yield ReviewItem(f"review:spelling:{line.concept.id}", "spelling", text, line.evidence)
    for statement in below:
        yield ReviewItem(f"review:{statement.key}", "unclear", statement.text, statement.evidence)


__all__ = ["draft_note", "model"]
