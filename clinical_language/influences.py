"""Where a symptom goes and what it answers to: radiation, triggers, what worsens and eases it, what did not help."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language.model import Value

_CLAUSE_END = (
    r"(?= ?[,.;?!]| but\b| and (?:i|it|then|that|the|also|my|gets?|goes)\b| because\b| so\b| though\b|$)"
)
_REST = r"(?:[a-z0-9']{1,20} ){0,6}?[a-z0-9']{1,20}"
_SUBJECT = r"(?:^|[,.;] |\b(?:and|but|so|that|think|say|when|if|because|then|yeah|um|uh|well|if anything) )"
_WORD = (
    r"(?!(?:it|that|this|he|she|they|which|what|there|but|and|nothing|anything|not|because|so) )[a-z']{1,20} "
)
_BY = rf"{_SUBJECT}(?P<w>(?:{_WORD}){{1,5}}?)"
_MUCH = r"(?:a (?:lot|bit|little) |much |even |really |feel |slightly |way )*"
_IT = r"(?:it|them|that|me|the \w+|my \w+)"
_PART = (
    r"(?:left |right |upper |lower |whole |back of (?:the|my) |side of (?:the|my) )*(?:arms?|legs?|jaw|neck|backs?|"
    r"shoulder blades?|shoulders?|groin|chest|hands?|fingers?|foot|feet|toes?|knees?|hips?|thighs?|calf|calves|"
    r"elbows?|"
    r"wrists?|ears?|head|teeth|belly|stomach|abdomen|tummy|side|flanks?|buttocks?|throat|face)"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "radiation",
            r"\b(?:radiat\w*|spread\w*|shoot\w*|travel\w*|goes|going|go|moves?|moving|runs?|running|comes?) "
            r"(?:all the way |right |straight |sometimes |also )?"
            r"(?:(?:down|up|out|in|into|through|from|along|to|across|over|around|towards?) ){1,3}"
            rf"(?:to |in |into |the |my |his |her |both |your ){{0,3}}(?P<w>{_PART}(?: and (?:the |my |into my |"
            rf"to my )?{_PART})?)\b",
        ),
        (
            "radiation",
            r"\b(?P<w>(?:does not|do not|not) (?:really )?(?:go|move|radiate|spread|travel)(?:ing)?(?: anywhere|"
            r" at all)?|"
            r"(?:stays|just|only|mostly just) in (?:that|the) one (?:spot|place|area)|in (?:that|the) one spot)\b",
        ),
        ("trigger", r"\b(?:started|began|came on|happened|starts|comes on) [^.]{0,40}?(?P<w>(?:right |just )?"
         rf"(?:after|while) {_REST}){_CLAUSE_END}"),
        (
            "worse_with",
            r"\b(?:worse|worsens?|aggravated|flares up|acts up|hurts? (?:more|most)|more painful|more noticeable) "
            rf"(?P<w>(?:when|if|with|after|on|at|by|in|during) {_REST}){_CLAUSE_END}",
        ),
        ("worse_with", rf"{_BY}(?:makes?|made|making) {_IT} {_MUCH}(?:worse|hurt)\b"),
        ("worse_with", rf"{_BY}(?:really |just )?(?:aggravates?|irritates?|triggers?|brings? it on|sets? it off)\b"),
        (
            "better_with",
            rf"\b(?:better|eases?(?: off| up)?|easier|relieved|goes away|settles|improves) (?P<w>(?:when|if|"
            rf"with|after|by) {_REST}){_CLAUSE_END}",
        ),
        (
            "not_helped_by",
            rf"{_BY}(?:(?:does|do|did|has|have) not|never) (?:really |actually |seem to |even )*(?:help|helped|"
            rf"do|done|touch|"
            r"make any difference|made a difference|work|worked)\b",
        ),
        (
            "better_with",
            rf"{_BY}(?:really |seems? to |does |did |sort of |kind of |usually |has )*(?:helps?|helped|eases?|eased|"
            r"relieves?|relieved)\b(?! (?:me )?out\b)",
        ),
        ("better_with", rf"{_BY}(?:makes?|made) {_IT} {_MUCH}better\b"),
    )
)  # fmt: skip
_STRIP = re.compile(
    r"^(?:(?:um|uh|like|,|i think|the|my|some|just|really|sometimes|taking|take|took|i|tried|try|using|and|so|"
    r"well|yeah|"
    r"with|have|had|'ve|been|was|when|if|a bit of|oh)\s)+"
)
_WHOLE = re.compile(r"^(?:when|if|after|on|at|by|in|during|while|right|just)\b")
_NONE = re.compile(r"\bnot\b|one (?:spot|place|area)")


def influences(plain: str) -> Iterator[Value]:
    """Values named radiation, trigger, worse_with, better_with, not_helped_by. `plain`: see `Sentence.plain`."""
    for name, pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            text = " ".join(found["w"].split())
            if name == "radiation":
                text = "none" if _NONE.search(text) else text
            elif not _WHOLE.match(text):
                text = _STRIP.sub("", text + " ").strip()
            if text:
                yield Value(name, text, *found.span("w"))


_GOES_TO = re.compile(
    rf"\b(?:down|into|to|in|up|along|through|across|around) (?:the |my |both |his |her )*(?P<w>{_PART})\b"
)


def radiation_of(plain: str) -> str:
    """Where a short answer to "does it go anywhere?" says it goes: "down my left arm and into my jaw"."""
    return " and ".join(dict.fromkeys(found["w"] for found in _GOES_TO.finditer(plain)))


def answer_of(plain: str) -> str:
    """What a short answer to "what makes it worse?" names: its first clause without fillers, "" when it is long."""
    first = re.split(r" ?[,.;?!] | but | and it | because ", _OPENING.sub("", plain + " "), maxsplit=1)[
        0
    ].strip(" .,?!")
    return first if 0 < len(first.split()) <= 8 else ""


_OPENING = re.compile(
    r"^(?:(?:um|uh|uhm|well|so|yeah|yes|like|,|\.|oh|i think|i guess|maybe|probably|mostly|mainly|just|only|"
    r"usually|it 's|"
    r"it is|i would say|okay|really)\s)*"
)
