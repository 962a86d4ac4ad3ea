"""Orders found in the plan: medicines, tests, referrals, follow-up; offered as drafts, never placed by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from clinical_language import Consult, Kind, Mention, State
from clinical_language.context import state_of
from clinical_language.values import medicine_values, values_in
from soap import model
from soap.model import Order, OrderKind
from soap.objective import slug
from soap.spoken import DIRECTIVE, Spoken, is_result, statements

_ACTIONS = (
    ("increase", re.compile(r"\b(?:increase|increasing|go up|bump|raise)\b")),
    ("decrease", re.compile(r"\b(?:decrease|reduce|cut (?:back|down)|lower|go down)\b")),
    ("stop", re.compile(r"\b(?:stop|discontinue|hold off|come off|hold)\b")),
    (
        "continue",
        re.compile(r"\b(?:continue|keep (?:taking|you|on|using)|stay on|carry on|remain on|refill)\b"),
    ),
    (
        "start",
        re.compile(
            r"\b(?:start|take|taking|prescribe|prescribing|prescription|give|put|use|using|try|add|"
            r"recommend|get|have|begin|order|send|initiate|need|suggest|want|write|going)\b"
        ),
    ),
)
_TEST_WISH = re.compile(
    r"\b(?:order|get|do|need|check|send|schedule|repeat|run|arrange|have|take|obtain|set (?:you|"
    r"up)|book|want|like|request|draw|refer|organise|organize|going|plan|due)\b"
)
_PAST = re.compile(
    r"\b(?:you (?:had|said|took|were|mentioned|have been|'ve been)|did (?:you|we)|we did|"
    r"last (?:year|time|visit)|already|previous|ago|i (?:saw|looked|reviewed)|came back|showed|"
    r"shows)\b"
)
_REFER = re.compile(
    r"\b(?:refer(?:ral|red)?(?: you)?(?: over| on)?(?: to| for)?|(?:see|send you to|"
    r"set you up with|appointment with|consult(?:ation)? with)) (?:the |an? |our |my |your )?"
    r"(?P<who>(?:\w+ )?(?:cardiolog\w+|neurolog\w+|gastroenterolog\w+|dermatolog\w+|orthop\w+|"
    r"urolog\w+|nephrolog\w+|endocrinolog\w+|psychiatr\w+|psycholog\w+|therapist|ent|"
    r"gyn\w+|obgyn|rheumatolog\w+|pulmonolog\w+|ophthalmolog\w+|optometr\w+|oncolog\w+|surgeon|"
    r"surgery|physical therap\w+|physiotherap\w+|physio|specialist|podiatr\w+|dietician|"
    r"dietitian|"
    r"nutritionist|allergist|pain (?:clinic|specialist)|counsell?or|counsell?ing|dentist|optician))\b"
)
_FOLLOW = re.compile(
    r"\b(?:come back|come (?:and )?see (?:me|us)|see (?:you|me|us)(?: again| back)?|follow(?: |"
    r"-| - )?up|return|check back|check in with you|review (?:you|this|things|how)|appointment|"
    r"have you back|touch base|"
    r"speak to you|call you|recheck|revisit)\b"
)
_WHEN = re.compile(
    r"\b(?:in|within|after|for)(?: about| around| the next| another| like)? (?P<n>\d+(?: (?:or|"
    r"to) \d+)?|a couple(?: of)?|a few|a|an|one) (?P<u>day|week|month|year)s?\b|"
    r"\b(?P<n2>\d+)[ -]+(?P<u2>day|week|month|year)s?\b(?=[^.]{0,30}(?:follow|time))|"
    r"\b(?P<t>tomorrow|next (?:week|month|year)|later this week|next visit)\b"
)
_IF = re.compile(r"\b(?:if|unless|in case|when)\b")
_WORSE = re.compile(
    r"\b(?:worse\w*|not (?:get(?:ting)? |got |gotten )?(?:any )?better|not improv\w*|not (?:got|"
    r"gone|go|going) (?:away|better)|persist\w*|develop\w*|change\w*|fever|chest pain|"
    r"any (?:other |new |more )?(?:problem|symptom|pain|issue|change|concern)\w*|bleeding|"
    r"short(?:ness)? of breath|symptoms|severe|happen\w*|come\w* back|no improvement|unwell|"
    r"poorly|not work\w*|you (?:get|start|notice|feel|have|experience|see)|does not)\b"
)


def _order(key: str, spoken: Spoken, kind: OrderKind, description: str, reason: str = "") -> Order:
    return Order(f"{model.PLAN}:{key}", kind, description, reason, (spoken.turn,))


def _reason(spoken: Spoken, after: int) -> str:
    """ "... for the pain": the finding or condition the order names as its reason."""
    for mention in spoken.sentence.mentions:
        before = spoken.sentence.words[max(0, mention.first - 4) : mention.first]
        if (
            mention.first >= after
            and mention.concept.kind in {Kind.FINDING, Kind.CONDITION}
            and set(before) & {"for", "help", "with", "because", "if", "treat"}
        ):
            return mention.concept.label
    return ""


_AFTERWARDS = re.compile(
    r"^(?:\W|\w+ ){0,3}(?:you can (?:get|take|use|buy|try)|(?:can|may|should|would|"
    r"will) (?:also )?help|would be)\b"
)
_NOT_NEEDED = re.compile(r"\b(?:not|no|without|never)\b(?: \S+){0,8}$")


def _action(spoken: Spoken, mention: Mention) -> str | None:
    before = " ".join(spoken.sentence.words[: mention.first])[-90:]
    best: tuple[int, str] | None = None
    for name, pattern in _ACTIONS:
        for found in pattern.finditer(before):
            if best is None or found.start() > best[0]:
                best = (found.start(), name)
    if best is None and _AFTERWARDS.search(" ".join(spoken.sentence.words[mention.last :])[:60]):
        return "start"
    return best[1] if best else None


def _medicines(spoken: Spoken) -> Iterator[Order]:
    mentions = [m for m in spoken.sentence.mentions if m.concept.kind is Kind.MEDICINE]
    for mention in mentions:
        action = _action(spoken, mention)
        state, _, _ = state_of(spoken.sentence, mention, speaker="doctor")
        if (
            action is None
            or state is State.ABSENT
            or _NOT_NEEDED.search(" ".join(spoken.sentence.words[: mention.first]))
            or _PAST.search(" ".join(spoken.sentence.words[: mention.first]))
        ):
            continue
        name = action
        if name in {"stop", "continue"}:
            continue
        values = _dose(spoken, mention, mentions)
        label = mention.concept.label
        dose = " ".join(v for n in ("dose", "count", "frequency", "length") if (v := values.get(n)))
        yield _order(
            f"medicine:{mention.concept.id}",
            spoken,
            "medication",
            f"{label} {dose}".strip(),
            _reason(spoken, mention.last),
        )


def _dose(spoken: Spoken, mention: Mention, mentions: list[Mention]) -> dict[str, str]:
    """Dose, count, frequency and length said nearest to this medicine, up to the next one."""
    offsets = spoken.sentence.offsets
    first = offsets[mention.first] if len(mentions) > 1 else 0
    later = [m.first for m in mentions if m.first > mention.first]
    last = offsets[min(later)] if later else len(spoken.words)
    values: dict[str, str] = {}
    for value in medicine_values(spoken.words):
        if first <= value.first < last:
            values.setdefault(value.name, value.text)
    for value in values_in(spoken.words):
        if value.name == "duration" and first <= value.first < last:
            values.setdefault("length", f"for {value.text}")
    return values


def _tests(spoken: Spoken) -> Iterator[Order]:
    if _PAST.search(spoken.words) or not (
        DIRECTIVE.search(spoken.words) or re.match(r"^(?:hey , )?(?:dragon , )?order\b", spoken.words)
    ):
        return
    for mention in spoken.sentence.mentions:
        before = " ".join(spoken.sentence.words[: mention.first])
        state, _, _ = state_of(spoken.sentence, mention, speaker="doctor")
        if (
            mention.concept.kind is not Kind.TEST
            or not _TEST_WISH.search(before)
            or state in {State.ABSENT, State.HYPOTHETICAL}
        ):
            continue
        if mention.text.lower() in {"blood", "echo"} and mention.concept.id == "test.blood_test":
            continue
        label = mention.concept.label
        named = (
            label
            if label[:2].isupper() or label[1:2] in "-" or (label[0] == "C" and label[1:2].isupper())
            else label[0].lower() + label[1:]
        )
        named = f"{_of(spoken, mention)}{named}"
        kind: OrderKind = "imaging" if mention.concept.group == "imaging" else "lab"
        yield _order(f"test:{mention.concept.id}", spoken, kind, named, _reason(spoken, mention.last))


def _of(spoken: Spoken, mention: Mention) -> str:
    """The body part of an image: "x-ray of your left knee" -> "left knee "."""
    words = spoken.sentence.words
    for part, at in spoken.sentence.parts:
        between = set(words[mention.last : at])
        if (
            mention.last <= at <= mention.last + 5
            and between & {"of", "on"}
            and mention.concept.group == "imaging"
        ):
            side = next((w for w in words[mention.last : at] if w in {"left", "right"}), "")
            return f"{side} {part} ".lstrip()
    return ""


def _referral(spoken: Spoken) -> Iterator[Order]:
    found = _REFER.search(spoken.words)
    if found and not _PAST.search(spoken.words):
        who = found["who"].strip()
        who = re.sub(r"^(?:the|a|an|our|my|to|some|you|your|over) ", "", who)
        yield _order(f"referral:{slug(who)}", spoken, "referral", f"referral to {who}", _reason(spoken, 0))
    for mention in spoken.sentence.mentions:
        before = " ".join(spoken.sentence.words[: mention.first])
        if (
            mention.concept.group == "referral"
            and not found
            and DIRECTIVE.search(before)
            and not _PAST.search(before)
        ):
            label = mention.concept.label[0].lower() + mention.concept.label[1:]
            yield _order(
                f"referral:{mention.concept.id}", spoken, "referral", label, _reason(spoken, mention.last)
            )


def _spelled_when(found: re.Match[str]) -> str:
    if found["t"]:
        return found["t"]
    number, unit = found["n"] or found["n2"], found["u"] or found["u2"]
    value = next(
        (v.text for v in values_in(f"for {number} {unit}s") if v.name == "duration"), f"{number} {unit}s"
    )
    return f"in {value}"


def _follow_up(spoken: Spoken) -> Iterator[Order]:
    follow, when = _FOLLOW.search(spoken.words), _WHEN.search(spoken.words)
    if not follow or not when or _PAST.search(spoken.words):
        return
    if len(spoken.words.split()) > 60:
        return
    if _IF.search(spoken.words) and _WORSE.search(spoken.words):
        return
    yield _order("followup", spoken, "followup", f"follow-up {_spelled_when(when)}")


def _of_sentence(spoken: Spoken) -> list[Order]:
    if is_result(spoken) and not DIRECTIVE.search(spoken.words):
        return []
    orders = list(_medicines(spoken)) if DIRECTIVE.search(spoken.words) else []
    return [*orders, *_tests(spoken), *_referral(spoken), *_follow_up(spoken)]


def found_orders(consult: Consult) -> tuple[Order, ...]:
    """Orders in order of speech; the same order said again adds evidence, its fuller words are kept."""
    found: dict[str, Order] = {}
    for spoken in statements(consult):
        if spoken.words.startswith("hey , dragon") and "order" not in spoken.words:
            continue
        for order in _of_sentence(spoken):
            found[order.key] = _again(found[order.key], order) if order.key in found else order
    return tuple(found.values())


def _again(earlier: Order, later: Order) -> Order:
    fuller = later if len(later.description) >= len(earlier.description) else earlier
    return replace(fuller, evidence=tuple(sorted({*earlier.evidence, *later.evidence})))
