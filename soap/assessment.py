"""A of the note: what the doctor takes it to be, problem by problem."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language import Consult, Kind, Mention, State
from clinical_language.context import state_of
from clinical_language.wording import last_match
from soap import model
from soap.model import Statement
from soap.phrasing import capital, sentence
from soap.spoken import DIRECTIVE, IMPRESSION, PROBLEM, Spoken, statements

_NUMBERED = re.compile(
    r"\b(?:first|second|third|next|last|other|main) (?:problem|issue|concern|diagnosis|complaint)"
)
_LIKELY = re.compile(
    r"\b(?:likely|probably|suspect|suspicious|sounds? (?:more )?like|looks? (?:more )?like|"
    r"seems?|consistent with|suggestive|appears?)\b"
)
_POSSIBLE = re.compile(r"\b(?:could|might|may|possib\w+|concerned|rule out|worried)\b")
_IN_TALK = re.compile(
    r"\b(?:you (?:have|'ve) been|problems with|you (?:said|mentioned|told me|were|had|'ve had)|"
    r"have you|history of|if you (?:have|get|had)|for people|some people|sometimes|usually|"
    r"often|caused by|causes?|because of)\b"
)


def _candidates(spoken: Spoken) -> Iterator[tuple[Mention, bool]]:
    """Mentions the sentence names as the problem; True where the doctor gives an impression of it."""
    for mention in spoken.sentence.mentions:
        if mention.concept.kind not in {Kind.CONDITION, Kind.FINDING}:
            continue
        before = " ".join(spoken.sentence.words[: mention.first])
        if _IN_TALK.search(before):
            continue
        found = last_match(IMPRESSION, before)
        if (
            found is not None
            and mention.concept.kind is Kind.CONDITION
            and len(before[found.end() :].split()) <= 9
        ):
            yield mention, True
        elif PROBLEM.search(before) and (
            _NUMBERED.search(before)
            or (mention.concept.kind is Kind.CONDITION and DIRECTIVE.search(spoken.words))
        ):
            yield mention, False


def _text(mention: Mention, before: str, state: State) -> tuple[str, State]:
    label = mention.concept.label
    named = label if label.isupper() or label[:2].isupper() else label[0].lower() + label[1:]
    if state is State.ABSENT:
        return f"{capital(named)} considered unlikely", State.ABSENT
    if _POSSIBLE.search(before):
        return f"Possible {named}", State.UNCERTAIN
    if _LIKELY.search(before):
        return f"Likely {named}", State.UNCERTAIN
    return capital(named), State.PRESENT


def assessment(consult: Consult) -> Iterator[Statement]:
    """One line per problem; a later impression of the same problem replaces the text and keeps the evidence."""
    found: dict[str, Statement] = {}
    for spoken in statements(consult):
        for mention, impression in _candidates(spoken):
            state, confidence, who = state_of(spoken.sentence, mention, speaker="doctor")
            if (
                who
                or state in {State.HYPOTHETICAL, State.HISTORICAL}
                or (DIRECTIVE.match(spoken.words) and not impression)
            ):
                continue
            text, state = _text(mention, " ".join(spoken.sentence.words[: mention.first]), state)
            key = f"{model.ASSESSMENT}:{mention.concept.id}"
            earlier = found.get(key)
            evidence = tuple(sorted({*(earlier.evidence if earlier else ()), spoken.turn}))
            if earlier is not None and not impression:
                text, state = earlier.text, earlier.state
            confidence = min(confidence, 0.8 if impression else 0.7)
            found[key] = Statement(
                key,
                model.ASSESSMENT,
                sentence(text),
                evidence,
                state,
                confidence,
                dict(mention.concept.codes),
            )
    yield from found.values()
