"""The signs around a thing the clinician names: verbs, wish, time, condition, what follows. Names without a weight.

What each weighs is learned (`soap.order_weights`); two things are not left to weights: what is conditional or taken
back is never an order (NEVER), and "take ibuprofen 400 mg three times a day" always is (`OUTRIGHT`).
"""

from __future__ import annotations

import re

from clinical_language import Sentence

_BEFORE, _AFTER = 130, 110  # characters of a turn that are read around a candidate


_VERBS: dict[str, str] = {
    "prescribe": r"prescrib\w*|prescription|script|call in|send in|write you",
    "start": r"start(?:ing|ed)?|begin|initiat\w+|add(?:ing)?|switch\w*|chang(?:e|ing) (?:you|it|that) to",
    "put": r"(?:put|putting|place|get|keep) you(?: \w+){0,2} on|treat(?: you| that| this)? with|treatment",
    "give": r"giv(?:e|ing) you|give|get you|have you (?:take|use|try)|supply",
    "order": (
        r"order(?:ing|ed)?|send(?:ing)?(?: \w+)? (?:off|out|for|up|down|over)|request(?:ing)?|obtain|"
        r"perform"
    ),
    "get": (
        r"get(?:ting)?|do(?:ing)?|draw|run(?:ning)?|schedul\w+|arrang\w+|set(?:ting)? (?:you )?up|book|"
        r"organi[sz]e|have"
    ),
    "check": r"check(?:ing|ed)?|repeat(?:ing)?|recheck\w*|test(?:ing)?|swab|includ\w+|look(?:ing)? at|"
    r"evaluate",
    "take": r"tak(?:e|ing)|us(?:e|ing)|try(?:ing)?|apply",
    "recommend": r"recommend\w*|suggest\w*|advis\w+",
    "increase": r"increas\w+|go(?:ing)? up|bump|raise|double",
    "decrease": r"decreas\w+|reduc\w+|lower|cut (?:back|down)|taper",
    "continue": r"continu\w+|keep|stay|remain|carry on|maintain",
    "refill": r"refill\w*|renew\w*|re-?fill",
    "stop": r"stop(?:ping)?|discontinu\w+|hold(?: off)?|come off|get (?:you )?off|quit",
    "show": r"show me|review\w*|results?|saw|seen|showed|shows",
    "refer": r"refer\w*|see",
    "need": r"need\w*|should|must",
}
_VERB = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _VERBS.items()))
_SIGNS_BEFORE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("dragon", r"\bdragon ?,? (?:\w+ ?,? )?(?:order|prescribe)\b"),
        ("show_me", r"\bshow me\b"),
        ("intent", (
            r"\b(?:gon ?na|going to|we'?ll|i'?ll|will|let'?s|let us|wan ?na|want to|want you|i'?d like|"
            r"would like|like to|have you)\b"
        )),
        ("wish", (
            r"\b(?:i want|i'?d like|i would like|i'?m going to|i'?m gon ?na|we'?re gon ?na|"
            r"we'?re going to|i wan ?na)\b"
        )),
        ("ahead", r"\bgo ahead\b|\balso\b"),
        ("if", r"\b(?:if|unless|in case|depending)\b"),
        ("conditional", (
            r"\b(?:if|unless|in case|depending (?:up)?on)\b(?! (?:you'?re|you are|that'?s|it'?s) (?:okay|"
            r"ok|all right|agreeable))(?:(?!\b(?:and|so|but|now) (?:i|we|let|for)\b).)*$"
        )),
        ("might", (
            r"\b(?:might|may|could|would|possibl[ye]|potentially|maybe|eventually|consider\w*|"
            r"down the (?:road|line)|later on)\b"
        )),
        ("past", (
            r"\b(?:was|were|had|did|took|taken|given|gave|last (?:year|time|visit|month|week)|already|"
            r"previous\w*|ago|been|used to|came back|showed|prescribed|ordered|you'?ve)\b"
        )),
        ("current", (
            r"\b(?:you'?re (?:on|taking|using)|you are (?:on|taking)|are you|still (?:on|taking)|"
            r"currently|you(?:'re| are) already|you take|been (?:on|taking)|takes)\b"
        )),
        ("question", (
            r"\b(?:do you|are you|have you (?:been|had|ever|tried)|did you|is it|how (?:is|are|about)|"
            r"what about|any)\b"
        )),
        ("negative", r"\b(?:not|n't|no|never|without|avoid|allerg\w+|instead of|don't|rather than|off)\b"),
        (
            "declined",
            r"(?<!why do )(?<!why don't )(?<!why )\b(?:not|n't|don't|won't|no need|never|no reason|"
            r"instead of|rather than)\b"
            r"(?! (?:only|we\b|forget))(?:(?!\b(?:and|so|but|now|then) (?:i|we|let|for)\b|"
            r"\bbut\b)[^.,;]){0,45}$",
        ),
        ("and", r"(?:\band|,|\bor)(?: (?:a|an|some|the|your|also|then))? $"),
        ("your", r"\b(?:your|the|that|those|this|his|her)(?: \w+)? $"),
        ("some", r"\b(?:some|a|an|another)(?: \w+){0,2} $"),
        ("dose_of", r"\bdose of\b"),
        ("problem", (
            r"\b(?:for|regarding|about) (?:your|the) (?:first|second|third|fourth|next|last|other)\b|"
            r"\b(?:first|second|third|next|last) (?:problem|issue|concern)|standpoint|in terms of"
        )),
        ("patient_i", r"\b(?:i'?m|i am|i'?ve been|i) (?:on|taking|using|take|took|took some)\b"),
        ("discuss", r"\b(?:about|like|such as|called|because|why|means?|which|effects?|cause[sd]?)\b"),
        ("until", r"\b(?:once|when|after|before|until|wait)\b"),
    )
)  # fmt: skip
_SIGNS_AFTER: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("then:is", (
            r"^\W*(?:\w+ ){0,1}(?:is|was|were|are|showed|shows?|came|looks?|looked|came|did|has|had|"
            r"level(?:s)? (?:is|are|was|were))\b"
        )),
        ("then:for", r"^\W*(?:\w+ ){0,6}(?:for|to help|to see|to make sure|just to|help)\b"),
        ("then:dose", (
            r"^\W*(?:\w+\W+){0,3}?(?:\d|a (?:hundred|thousand)|one|two|three|four|five|ten|fifteen|twenty|"
            r"thirty|forty|fifty|sixty|eighty|eight|six)\b"
        )),
        ("then:conditional", (
            r"^[^.?]{0,30}\bif (?:that|it|this|things|symptoms|you|your|the|there)\b[^.?]{0,40}\b(?:not|"
            r"n't|still|worse\w*|persists?|positive|negative|abnormal|fails?|continues?)\b"
        )),
        ("then:corrected", r"^\W*(?:no|or|uh|um|wait)?\W*(?:i'?m |i am )?(?:sorry|i mean|scratch that)\b"),
        ("then:results", r"^\W*(?:\w+ ){0,2}(?:results?|readings?|was|reading)\b"),
        ("then:if", r"\bif (?!.{0,20}okay)"),
        ("then:okay", r"\bokay ?\?"),
        ("then:today", r"^.{0,40}\b(?:today|now|right away|this (?:afternoon|morning|week)|tomorrow)\b"),
        ("then:back", r"\bwhen (?:that|those|it|they|the|we)\b|\bback\b"),
        ("then:on_it", r"^\W*(?:on you|for you|done|ordered|drawn|scheduled)\b"),
        ("then:help", r"^\W*(?:\w+ ){0,4}(?:should|will|can|could|may) help\b"),
    )
)  # fmt: skip


_ACT = {
    f"nearest:{verb}"
    for verb in ("prescribe", "start", "put", "give", "order", "get", "check", "increase", "refill")
}
_NO_ACT = {"if", "might", "past", "question", "negative", "asked", "current", "show_me"}

_OPENING = (
    r"(?:^|[.!?;:,] ?|\b(?:and|so|then|please|also|now|just|okay|alright|right) )(?:please |just |"
    r"also |then |\W)*"
)
_IMPERATIVE = re.compile(
    rf"{_OPENING}(?:take|use|start|increase|reduce|apply|try|order|book|schedule) (?!you|a look|any|"
    rf"to\b)(?:\S{{1,30}} ){{0,5}}$"
)
_IMPERATIVE_AGAIN = re.compile(rf"{_OPENING}$")
_AGAIN = re.compile(r"(?:come|return|see me|see us|follow|book|schedule|make)\b")
NEVER = frozenset({"conditional", "declined", "then:corrected", "show_me"})
"""Signs with which nothing is an order: a condition not met yet, a refusal, a slip of the tongue."""
NEVER_TESTED = NEVER | {"then:conditional"}
"""The same for tests: "an MRI if it is still not better"; a medicine said so is taken as needed."""


def signs_around(text: str, sentence: Sentence, first: int, last: int) -> set[str]:
    """What stands around the words [first, last) of a turn, by name."""
    begin = max(sentence.start, first - _BEFORE, 0)
    before = text[begin:first]
    end = min(sentence.start + len(sentence.text) + 60, last + _AFTER)
    after = text[last:end]
    signs = {name for name, pattern in _SIGNS_BEFORE if pattern.search(before)}
    signs |= {name for name, pattern in _SIGNS_AFTER if pattern.search(after)}
    verbs = [str(found.lastgroup) for found in _VERB.finditer(before)]
    if verbs:
        signs |= {f"nearest:{verbs[-1]}", *(f"verb:{verb}" for verb in verbs)}
    else:
        signs.add("nearest:none")
    if sentence.is_question:
        signs.add("asked")
    own = _AGAIN.match(text, first, last) and _IMPERATIVE_AGAIN.search(before)
    if (own or _IMPERATIVE.search(before)) and not signs & _NO_ACT:
        signs.add("imperative")
    if signs & _ACT and signs & {"intent", "wish", "dragon"} and not signs & _NO_ACT:
        signs.add("act")
    return signs
