"""P of the note: medicines, tests, referrals, follow-up, safety net, advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from clinical_language import Consult, Kind, Mention, State
from clinical_language.context import state_of
from clinical_language.values import medicine_values, values_in
from soap import model
from soap.model import Statement
from soap.objective import slug
from soap.phrasing import about_patient, capital, sentence, tidy
from soap.spoken import DIRECTIVE, SMALL_TALK, Spoken, is_exam, is_result, statements

_ACTIONS = (
    ("increase", "Increase", re.compile(r"\b(?:increase|increasing|go up|bump|raise)\b")),
    ("decrease", "Reduce", re.compile(r"\b(?:decrease|reduce|cut (?:back|down)|lower|go down)\b")),
    ("stop", "Stop", re.compile(r"\b(?:stop|discontinue|hold off|come off|hold)\b")),
    (
        "continue",
        "Continue",
        re.compile(r"\b(?:continue|keep (?:taking|you|on|using)|stay on|carry on|remain on|refill)\b"),
    ),
    (
        "start",
        "",
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
_SEEK = re.compile(
    r"\b(?:call|come (?:back|in|and)|see (?:me|us|you|a|your)|let (?:me|us) know|emergency|"
    r"hospital|999|911|a and e|a & e|contact|in touch|seek|go to|ring|give (?:us|me) a (?:call|"
    r"ring)|tell (?:me|us)|book|return|phone|"
    r"speak to|reach out|make (?:an|another) appointment)\b"
)
_ADVICE = re.compile(
    r"\b(?:rest|fluids?|water|hydrated|ice|elevat\w+|avoid|exercis\w+|diet|time off|off work|"
    r"smok\w+|wash|heat|stretch\w*|weight|alcohol|sleep|salt|caffeine|wear|brace|crutches|"
    r"bandage|keep it|stay|monitor|"
    r"record|eat|food|foods|drink\w*|compress|activity|physical therapy|clean|dry|moisturi\w+|"
    r"lotion|gargle|humidifier|steam|honey|walk|watch|log|diary|measure|sunscreen|isolate|quit|"
    r"counsel\w*|breathing)\b"
)
_LEAD = re.compile(
    r"^.*?\b(?:(?:i|we|i'd|i would|we would|we'd) (?:also |just |really |do |certainly |"
    r"strongly |usually |normally |definitely |will |would )*(?:want|like|need|encourage|advise|"
    r"recommend|suggest|ask|have)(?:ed)?(?: that)? you (?:also |just )?(?:to |can )?|"
    r"you (?:just |also |really |certainly |definitely |will |do |still )*(?:need to|should|"
    r"have to|must|can (?=try|take|use|put|get|buy|continue))(?: just| also| try to)? |you(?:'d|"
    r" had) better |"
    r"please(?: just| also)? |make sure (?:that )?you(?:'re)? |try (?:to|and) |(?:i'd|i would|"
    r"we'd|we would|i|we) (?:also |certainly |strongly |probably )*(?:advise|recommend|"
    r"suggest)(?: that)? |let's (?:just )?(?:have you )?|we'll have you )",
    re.IGNORECASE,
)
_VERB_START = re.compile(
    r"^(?:continue|keep|rest|drink|drinking|take|taking|avoid|avoiding|use|using|try|eat|eating|"
    r"stay|ice|wear|monitor|record|check|wash|stop|limit|exercise|elevate|watch|apply|increase|"
    r"reduce|cut|do|go|get|have|"
    r"make|quit|walk|sleep|put|start|write|isolate|lose|stretch|see|be|not|plenty|some|hydrated|"
    r"remain|follow|call|come|return|lay|sit|start|log|measure|clean|let|work|give|gargle|"
    r"put)\b",
    re.IGNORECASE,
)


_PLAIN_ADVICE = re.compile(
    r"^(?:continue|avoid|drink|rest|keep|stay|use|take|wear|stop|elevate|ice)\b(?! (?:a look|"
    r"care|in mind|an eye))",
    re.IGNORECASE,
)


def _line(key: str, text: str, spoken: Spoken) -> Statement:
    return Statement(f"{model.PLAN}:{key}", model.PLAN, sentence(text), (spoken.turn,), State.PRESENT, 0.8)


_AFTERWARDS = re.compile(
    r"^(?:\W|\w+ ){0,3}(?:you can (?:get|take|use|buy|try)|(?:can|may|should|would|"
    r"will) (?:also )?help|would be)\b"
)
_NOT_NEEDED = re.compile(r"\b(?:not|no|without|never)\b(?: \S+){0,8}$")


def _action(spoken: Spoken, mention: Mention) -> tuple[str, str] | None:
    before = " ".join(spoken.sentence.words[: mention.first])[-90:]
    best: tuple[int, str, str] | None = None
    for name, verb, pattern in _ACTIONS:
        for found in pattern.finditer(before):
            if best is None or found.start() > best[0]:
                best = (found.start(), name, verb)
    if best is None and _AFTERWARDS.search(" ".join(spoken.sentence.words[mention.last :])[:60]):
        return "start", ""
    return (best[1], best[2]) if best else None


def _medicines(spoken: Spoken) -> Iterator[Statement]:
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
        name, verb = action
        values = {} if name == "stop" else _dose(spoken, mention, mentions)
        label = mention.concept.label
        said = mention.text.lower()
        brand = (
            f" ({said})"
            if mention.certain
            and said not in label.lower()
            and len(said.split()) == 1
            and not label.startswith(said[:5])
            else ""
        )
        heard = "" if mention.certain else f" (heard as \u201c{mention.text}\u201d)"
        dose = " ".join(v for n in ("dose", "count", "frequency", "length") if (v := values.get(n)))
        link = " to" if name in {"increase", "decrease"} and "dose" in values else ""
        text = " ".join(part for part in (verb, label if verb else capital(label)) if part) + brand + link
        text = f"{text} {dose}".strip() + heard
        yield _line(f"medicine:{mention.concept.id}", text, spoken)


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


def _tests(spoken: Spoken) -> Iterator[Statement]:
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
        verb = "Repeat" if "repeat" in before.split()[-6:] else "Order"
        yield _line(f"test:{mention.concept.id}", f"{verb} {named}", spoken)


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


def _referral(spoken: Spoken) -> Iterator[Statement]:
    found = _REFER.search(spoken.words)
    if found and not _PAST.search(spoken.words):
        who = found["who"].strip()
        who = re.sub(r"^(?:the|a|an|our|my|to|some|you|your|over) ", "", who)
        yield _line(f"referral:{slug(who)}", f"Refer to {who}", spoken)
    for mention in spoken.sentence.mentions:
        before = " ".join(spoken.sentence.words[: mention.first])
        if (
            mention.concept.group == "referral"
            and not found
            and DIRECTIVE.search(before)
            and not _PAST.search(before)
        ):
            label = mention.concept.label[0].lower() + mention.concept.label[1:]
            yield _line(f"referral:{mention.concept.id}", f"Refer to {label}", spoken)


def _spelled_when(found: re.Match[str]) -> str:
    if found["t"]:
        return found["t"]
    number, unit = found["n"] or found["n2"], found["u"] or found["u2"]
    value = next(
        (v.text for v in values_in(f"for {number} {unit}s") if v.name == "duration"), f"{number} {unit}s"
    )
    return f"in {value}"


def _follow_up(spoken: Spoken) -> Iterator[Statement]:
    follow, when = _FOLLOW.search(spoken.words), _WHEN.search(spoken.words)
    if not follow or not when or _PAST.search(spoken.words):
        return
    text = f"Follow-up {_spelled_when(when)}"
    if len(spoken.words.split()) > 60:
        return
    if _IF.search(spoken.words) and _WORSE.search(spoken.words):
        return
    yield _line("followup", text, spoken)


def _safety_net(spoken: Spoken) -> Iterator[Statement]:
    if len(spoken.words.split()) > 60:
        return
    if (
        _IF.search(spoken.words)
        and _WORSE.search(spoken.words)
        and _SEEK.search(spoken.words)
        and "?" not in spoken.words
    ):
        text = about_patient(tidy(spoken.sentence.text))
        text = re.sub(r"^please\s+", "", text, flags=re.IGNORECASE)
        yield _line(f"safety_net:{slug(spoken.words)}", f"Safety net: {text[:1].lower()}{text[1:]}", spoken)


def _advice(spoken: Spoken) -> Iterator[Statement]:
    if (
        not _ADVICE.search(spoken.words)
        or not DIRECTIVE.search(spoken.words)
        or len(spoken.words.split()) > 45
        or _PAST.search(spoken.words)
    ):
        return
    text = tidy(spoken.sentence.text)
    rest = _LEAD.sub("", text)
    if (rest != text or _PLAIN_ADVICE.match(text)) and _VERB_START.match(rest) and len(rest.split()) >= 2:
        rest = re.sub(r"^(?:hydrated)", "stay hydrated", rest, flags=re.IGNORECASE)
        verb = rest.split()[0].lower()
        opening = (
            "Advised"
            if verb.endswith("ing") or (verb in {"plenty", "some", "rest"} and len(rest.split()) < 3)
            else "Advised to"
        )
        if verb in {"plenty", "some"}:
            opening = "Advised"
        yield _line(f"advice:{slug(rest)}", f"{opening} {about_patient(rest[:1].lower() + rest[1:])}", spoken)


def _of_sentence(spoken: Spoken) -> list[Statement]:
    if is_result(spoken) and not DIRECTIVE.search(spoken.words):
        return []
    net = list(_safety_net(spoken))
    lines = list(_medicines(spoken)) if DIRECTIVE.search(spoken.words) else []
    lines += [*_tests(spoken), *_referral(spoken), *_follow_up(spoken)]
    if net and not lines:
        return net
    if not lines and not is_exam(spoken) and not SMALL_TALK.search(spoken.words):
        lines += _advice(spoken)
    return lines


def plan(consult: Consult) -> list[Statement]:
    """Plan lines in order of speech; the same order said again adds evidence and wins with its later, fuller text."""
    found: dict[str, Statement] = {}
    for spoken in statements(consult):
        if spoken.words.startswith("hey , dragon") and "order" not in spoken.words:
            continue
        for line in _of_sentence(spoken):
            key = line.key
            found[key] = _again(found[key], line) if key in found else line
    return list(found.values())


def _again(earlier: Statement, later: Statement) -> Statement:
    evidence = tuple(sorted({*earlier.evidence, *later.evidence}))
    fuller = later if len(later.text) >= len(earlier.text) else earlier
    return replace(fuller, evidence=evidence)
