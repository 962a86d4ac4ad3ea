"""Question and answer: what a reply makes of everything the doctor's turn before it named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinical_language import asked_after, questions, replies
from clinical_language.context import state_of
from clinical_language.merging import merged
from clinical_language.model import Concept, Exchange, Fact, Kind, Mention, State
from clinical_language.reading import Asked, Reading, Reply, asked_mentions, fact_of, nothing_of, set_aside
from clinical_language.wording import last_match

NO_ALLERGIES = Concept("allergen.any", Kind.ALLERGEN, "known allergies", "allergies", "")
NO_MEDICINES = Concept("medicine.any", Kind.MEDICINE, "regular medication", "medicines", "")
NO_HISTORY = Concept("condition.any", Kind.CONDITION, "past medical history", "medical problems", "")
NO_FAMILY_HISTORY = Concept(
    "condition.any_family", Kind.CONDITION, "family history of note", "family illnesses", ""
)
_NONE = {
    "allergies": NO_ALLERGIES,
    "medicines": NO_MEDICINES,
    "history": NO_HISTORY,
    "family": NO_FAMILY_HISTORY,
}
# "No" to these does not take back what the patient has affirmed.
_ASKS_MORE = re.compile(
    r"\b(?:make|makes|made|worse|better|particular|certain|trigger\w*|bring|help|helps|often|"
    r"because|before|during|due|pattern|when|with|same|similar|changed?|anywhere|else|other|elsewhere|ever|past|"
    r"spread|move|radiate|while|after|at all)\b"
)
_ASKS_NOW = re.compile(r"\b(?:do|did|does|have|has|are|is|was|were) (?:you|it|there|that|he|she)\b|\bany\b")
_TOLD = re.compile(
    r"\bi (?:know|understand|see) (?:that )?you (?:have|had|took|take|are|were)\b|\byou (?:(?:also|just|had|have|"
    r"'ve) )*(?:mentioned|said|told|noted|described|reported)\b"
)
_NO_LONGER = re.compile(
    r"\b(?:not (?:any ?more|any longer)|no longer|(?:have|had|'ve) (?:to )?stop(?:ped)?)\b|"
    r"\bused to(?= ?(?:[,.]|but\b|a (?:little|bit)|$))"
)
_NOW = re.compile(r"\b(?:now|at the moment|currently|at present|right now|any ?more|today)\b")
_TAG = re.compile(r"\b(?:is that (?:right|correct)|correct|right) \?$")
_STILL = re.compile(r"\b(?:still|any ?more|any longer)\b")
_JUST = re.compile(r"\b(?:just|only)\b")
_ALL_TOLD = re.compile(r"\bthat (?:'s|is) (?:about |really |pretty much )?(?:it|all)\b|\bnothing else\b")
_A_KIND = re.compile(
    r"(?:conditions?|problems?|diseases?|disorders?|illness|cancer|symptoms?|surgery|admission)$"
)
_EITHER = re.compile(r"\b(?:or|and)\b|,")
_OR = re.compile(r"\bor\b|,")
_ENDS_NEGATIVE = re.compile(r"\b(?:it|that|they) (?:has|have|had|do|does|did|is|are|was|were) not\b[^.,]*$")
_LIKE = re.compile(r"\blike(?: more)?(?: of)?(?: an?)? ?$")  # "what kind of cough is it, like a dry cough?"
_SUCH_AS = re.compile(r", (?:so |um |uh )*(?:like|meaning|that is|i mean|so)(?: \w+){0,2} ?$")
_DRY = re.compile(  # "is it dry or are you bringing anything up?" - "it's dry"
    r"^(?:(?:it|'s|is|been|has|just|mostly|mainly|usually|a|more|of|um|uh|oh|,|well|like|pretty|quite|very)\s)*dry\b"
    r"(?!.*\b(?:but|some|sometimes|mucus|phlegm|wet)\b)"
)
_WET, _COUGH = "finding.productive_cough", "cough"
_STANDS = frozenset({State.PRESENT, State.RESOLVED, State.HISTORICAL})
_GIVEN = frozenset({Kind.FINDING, Kind.CONDITION, Kind.MEDICINE})
_MEDICAL = frozenset({Kind.FINDING, Kind.CONDITION, Kind.HABIT})


@dataclass(frozen=True, slots=True)
class _Rest:
    """What the doctor's turn says after a sentence: anything, a yes-or-no question, only more of the same or "else"."""

    anything: bool = False
    polar: bool = False
    continues: bool = True
    asks_for_more: bool = True
    alternative: bool = False  # "does it burn? Or is it more of an itch?"

    def after(self, asked: Asked) -> _Rest:
        """The rest as seen from the sentence before `asked`."""
        return _Rest(
            anything=True,
            polar=self.polar or asked.form == "polar",
            continues=self.continues and questions.continues(asked.sentence),
            asks_for_more=self.asks_for_more
            and (asked.form == "statement" or questions.asks_for_more(asked.sentence)),
            alternative=asked.sentence.words[:1] == ("or",),
        )


def answer(reading: Reading, reply: Reply, pending: Sequence[Asked]) -> None:
    """What the reply makes of everything the doctor's turn named."""
    rests = [_Rest()]
    for asked in reversed(pending[1:]):
        rests.append(rests[-1].after(asked))
    for asked, rest in zip(pending, reversed(rests), strict=False):
        reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, reply.index, reply.opening))
        if questions.is_examination(asked.sentence):
            continue
        if asked.slot != "family":
            _grant(reading, reply, asked, set_aside(asked), 0.65)
        mentions = asked_mentions(asked)
        others = [m for m in mentions if m.concept.id not in reply.named and not _same_pain(m, reply.own)]
        if asked.form == "statement":
            _stated(reading, reply, asked, others, rest)
        elif asked.form == "open":
            _open(reading, reply, asked, others, mentions)
        else:
            _polar(reading, reply, asked, others, mentions, rest)
        if asked.form != "statement" and not reading.asks_of_another(asked):
            asked_after.habits(reading, reply, asked)
            asked_after.functions(reading, reply, asked, {m.concept.id for m in mentions} | reply.named)
            asked_after.control(reading, reply, asked, mentions)


def _same_pain(mention: Mention, own: Sequence[Fact]) -> bool:
    generic = mention.concept.id == "finding.pain"
    return generic and any("pain" in fact.concept.label for fact in own)


def _told_before(asked: Asked, mention: Mention) -> bool:
    """ "You mentioned a cough, does it ...?": the cough is what the patient had told, not what is asked."""
    before = " ".join(asked.sentence.words[: mention.first])
    found = last_match(_TOLD, before)
    return found is not None and not _ASKS_NOW.search(before[found.end() :])


# --- open questions ---------------------------------------------------------------------------------


def _open(
    reading: Reading, reply: Reply, asked: Asked, others: Sequence[Mention], mentions: Sequence[Mention]
) -> None:
    if reply.opening == "no":
        if not mentions:
            _none_of_kind(reading, reply, asked)
    elif asked.slot == "family" and reply.relative:
        reading.add(*(merged(reading, reply, asked, m, State.PRESENT, 0.8) for m in others))
    elif questions.grants_theme(asked.sentence):
        named = [m for m in others if not _LIKE.search(" ".join(asked.sentence.words[: m.first]))]
        _grant(reading, reply, asked, named, 0.7)


def _grant(
    reading: Reading, reply: Reply, asked: Asked, themes: Sequence[Mention], confidence: float
) -> None:
    """A reply that takes the question's theme for true: "how long have you had the cough?" - "three days"."""
    if reply.opening == "unsure" or (asked.form == "open" and replies.BACKCHANNEL.match(reply.words)):
        return
    for mention in themes:
        state, _, _ = state_of(asked.sentence, mention, speaker="doctor")
        if state in _STANDS and mention.concept.id not in reply.named:
            reading.add(merged(reading, reply, asked, mention, state, confidence))


def _none_of_kind(reading: Reading, reply: Reply, asked: Asked) -> None:
    if asked.slot in _NONE and not _named_in_slot(asked.slot, reply.own):
        reading.add(nothing_of(_NONE[asked.slot], asked.sentence, reply.index, asked.turn))


def _named_in_slot(slot: str, own: Sequence[Fact]) -> bool:
    kinds = {"allergies": {Kind.ALLERGEN, Kind.MEDICINE}, "medicines": {Kind.MEDICINE},
             "history": {Kind.CONDITION, Kind.PROCEDURE}, "family": {Kind.CONDITION}}  # fmt: skip
    return any(f.concept.kind in kinds[slot] and f.state is not State.ABSENT for f in own)


# --- yes-or-no questions ----------------------------------------------------------------------------


def _polar(
    reading: Reading,
    reply: Reply,
    asked: Asked,
    others: Sequence[Mention],
    mentions: Sequence[Mention],
    rest: _Rest,
) -> None:
    reached = rest.continues
    told = [m for m in others if _told_before(asked, m)]
    themes = [m for m in others if m not in told and questions.is_theme(asked.sentence, m)]
    wanted = [m for m in others if m not in themes and m not in told]
    listed = len(wanted) < len(mentions) and bool(reply.named & {m.concept.id for m in mentions})
    listed = listed or (rest.alternative and bool(reply.named))
    opening = reply.opening
    if (
        opening in {"", "unsure"}
        and len(wanted) == 1
        and not reply.named
        and replies.tells_amount(reply.words)
    ):
        opening = "yes"
    _grant(reading, reply, asked, told, 0.7)
    if opening in {"yes", "no"}:
        given = [m for m in themes if m.concept.kind in _GIVEN and _is_known(asked, m, opening)]
        _grant(reading, reply, asked, given, 0.65)
    if opening == "no" and reached:
        _denied(reading, reply, asked, wanted)
        if not mentions:
            _none_of_kind(reading, reply, asked)
    elif opening == "yes" and reached and not (listed and not replies.EACH.search(reply.words)):
        _affirmed(reading, reply, asked, wanted)
    elif wanted:
        _neither(reading, reply, asked, wanted)


def _is_known(asked: Asked, mention: Mention, opening: str) -> bool:
    """Whether an answer takes a theme for true: "the cough", or "yes" to "did it start after you fell?"."""
    when = opening == "yes" and questions.in_time_clause(asked.sentence, mention)
    return when or questions.is_given(asked.sentence, mention)


def _denied(reading: Reading, reply: Reply, asked: Asked, wanted: Sequence[Mention]) -> None:
    more = bool(_ASKS_MORE.search(asked.sentence.plain))
    pain = reading.focus.pain is not None
    for mention in wanted:
        held = mention.concept.id in reading.affirmed or (pain and mention.concept.id == "finding.pain")
        if (
            not (more and held) or asked.slot == "family"
        ):  # "no" to "had it before?" does not take back what was said
            gone = _was_once(reply, asked) or (
                held and _NOW.search(f"{asked.sentence.plain} {reply.words[:60]}")
            )
            state = State.RESOLVED if gone else State.ABSENT
            reading.add(merged(reading, reply, asked, mention, state, 0.85))


def _was_once(reply: Reply, asked: Asked) -> bool:
    """ "Are you still coughing?" - "no", "are you using the spray?" - "not any more"."""
    still = _STILL.search(" ".join(asked.sentence.words)) and not questions.is_negative(asked.sentence)
    return bool(still or _NO_LONGER.search(reply.words[:60]))


def _affirmed(reading: Reading, reply: Reply, asked: Asked, wanted: Sequence[Mention]) -> None:
    denied = [m for m in wanted if state_of(asked.sentence, m, speaker="doctor")[0] is State.ABSENT]
    _negative_affirmed(reading, reply, asked, denied)
    wanted = [m for m in wanted if m not in denied and not _is_example(asked, m)]
    alike = {m.concept.kind for m in wanted}
    every = replies.EACH.search(reply.words) or not _OR.search(asked.sentence.plain)
    if len(wanted) == 1 or (wanted and (alike == {Kind.MEDICINE} or every)):
        reading.add(*(merged(reading, reply, asked, m, State.PRESENT, 0.85) for m in wanted))
    else:  # "yes" to a list: at least one of them, nobody knows which
        reading.unanswered += [merged(reading, reply, asked, m, State.UNCERTAIN, 0.4) for m in wanted]
    if not wanted and not _EITHER.search(asked.sentence.plain):
        for fact in reading.focus.dangling(asked.sentence, ["quality"]):
            evidence = (asked.turn, reply.index)
            at = reply.index
            reading.add(replace(fact, evidence=evidence, at=at, asked=asked.turn, said_in=asked.turn))


def _is_example(asked: Asked, mention: Mention) -> bool:
    """ "Any palpitations, like your heart racing?": the second only explains the first."""
    return bool(
        asked.sentence.mentions[:1] != (mention,)
        and _SUCH_AS.search(" ".join(asked.sentence.words[: mention.first]))
    )


def _negative_affirmed(reading: Reading, reply: Reply, asked: Asked, denied: Sequence[Mention]) -> None:
    """ "Yes" to "no fever?": agreement where the words say so, a contradiction where they do, else nobody knows."""
    agreed = (
        replies.affirms_negative(reply.words)
        or _TAG.search(asked.sentence.plain)
        or re.search(r"\bno\b", reply.words)
    )
    against = not agreed and replies.contradicts_negative(reply.words)
    state = State.ABSENT if agreed else State.PRESENT if against else State.UNCERTAIN
    for mention in denied:
        fact = merged(reading, reply, asked, mention, state, 0.75)
        if state is State.UNCERTAIN:
            reading.unanswered.append(fact)
        else:
            reading.add(fact)


def _neither(reading: Reading, reply: Reply, asked: Asked, wanted: Sequence[Mention]) -> None:
    """The reply opens with neither yes nor no."""
    named = {m.concept.id for m in asked.sentence.mentions}
    if reply.opening == "unsure" and not reply.named & named:
        reading.add(*(merged(reading, reply, asked, m, State.UNCERTAIN, 0.6) for m in wanted))
    elif reply.named & named and _JUST.search(reply.words[:40]) and not reply.opening:
        reading.add(*(merged(reading, reply, asked, m, State.ABSENT, 0.75) for m in wanted))
    elif reply.named and _ALL_TOLD.search(reply.words) and not reply.opening:
        told = [
            m for m in wanted if not _A_KIND.search(m.concept.label.lower())
        ]  # what was named may be of the kind
        reading.add(*(merged(reading, reply, asked, m, State.ABSENT, 0.7) for m in told))
    elif _DRY.match(reply.words) and (
        wet := [m for m in wanted if m.concept.id == _WET and _COUGH not in m.text]
    ):
        reading.add(*(merged(reading, reply, asked, m, State.ABSENT, 0.7) for m in wet))
    else:
        found = [m for m in wanted if m.concept.kind in _MEDICAL]
        evidence = (asked.turn, reply.index)
        reading.unanswered += [
            fact_of(m, State.UNCERTAIN, evidence, reply.index, 0.3, asked.turn) for m in found
        ]


# --- statements to the patient ----------------------------------------------------------------------


def _stated(reading: Reading, reply: Reply, asked: Asked, others: Sequence[Mention], rest: _Rest) -> None:
    """A summary the patient does not object to is a fact of both; what the patient had told before needs no yes."""
    told = bool(_TOLD.search(" ".join(asked.sentence.words))) or questions.is_fragment(asked.sentence)
    for mention in others:
        state, confidence, who = state_of(asked.sentence, mention, speaker="doctor")
        if state in {State.UNCERTAIN, State.HYPOTHETICAL} or who:
            continue
        asked_no = state is State.ABSENT and asked.sentence.is_question
        if reply.opening == "yes" and asked_no and not rest.polar:
            _negative_affirmed(reading, reply, asked, [mention])
        elif _agreed(reply, asked, state, rest, told=told):
            surely = confidence - 0.1 - 0.1 * rest.anything
            reading.add(merged(reading, reply, asked, mention, state, surely))
        elif mention.concept.kind is Kind.MEDICINE and _NO_LONGER.search(reply.words[:60]):
            reading.add(merged(reading, reply, asked, mention, State.RESOLVED, 0.7))
        elif (
            reply.opening == "no"
            and not rest.polar
            and len(others) == 1
            and state is State.PRESENT
            and not told
        ):
            reading.add(merged(reading, reply, asked, mention, State.ABSENT, 0.7))


def _agreed(reply: Reply, asked: Asked, state: State, rest: _Rest, *, told: bool) -> bool:
    """Whether the reply lets the statement stand: a yes, "no" to a negative, "nothing else" after a summary."""
    if reply.opening == "yes":
        return True
    if reply.opening == "no":
        more = rest.asks_for_more if rest.anything else told and questions.asks_for_more(asked.sentence)
        negative = _ENDS_NEGATIVE.search(
            asked.sentence.plain.rstrip(" .")
        )  # "... and it has not helped" - "no"
        stands = more or (negative and not rest.polar) or (told and rest.anything and state is State.PRESENT)
        return state is State.ABSENT or bool(stands)
    return state in _STANDS and reply.opening != "unsure" and (told or (rest.anything and not rest.polar))
