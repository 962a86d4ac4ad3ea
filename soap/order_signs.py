"""The signs around a thing the clinician names: verbs, wish, time, condition, what follows. Names without a weight.

What each weighs is learned (`soap.order_weights`); two things are not left to weights: what is conditional or taken
back is never an order (NEVER), and "take ibuprofen 400 mg three times a day" always is (`OUTRIGHT`).
"""

from __future__ import annotations

import re

from clinical_language import Sentence
from clinical_language.remembering import remembered

_REACH = 300  # characters before it in which a condition is looked for
_BEFORE, _AFTER = 130, 110  # characters of a turn that are read around a candidate


_VERBS: dict[str, str] = {
    "prescribe": r"prescrib\w*|prescription|script|call in|send in|write you",
    "start": r"start(?:ing|ed)?|begin|initiat\w+|add(?:ing)?|switch\w*|chang(?:e|ing) (?:you|it|that) to",
    "put": r"(?:put|putting|place|get) you(?: \w+){0,2} on|(?:treat|cover)(?:ing)?(?: you| that| this)? with|treatment",
    "give": r"giv(?:e|ing) you|give|get you|have you (?:take|use|try)|supply",
    "order": (
        r"order(?:ing|ed)?|send(?:ing)?(?: \w+)? (?:off|out|for|up|down|over)|request(?:ing)?|obtain|"
        r"perform|arrang\w+|book(?: you)?(?: in)?|organi[sz]e"
    ),
    "get": r"get(?:ting)?|do(?:ing)?|draw|run(?:ning)?|schedul\w+|set(?:ting)? (?:you )?up|have",
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
            r"would like|like to|have you|(?:we|i)(?: do)? need to)\b"
        )),
        ("wish", (
            r"\b(?:i want|i'?d like|i would like|i'?m going to|i'?m gon ?na|we'?re gon ?na|"
            r"we'?re going to|i wan ?na)\b"
        )),
        ("ahead", r"\bgo ahead\b|\balso\b"),
        ("if", r"\b(?:if|unless|in case|depending)\b"),
        ("only_maybe",
            r"\b(?:may|might|could) (?:\w+ )?(?:need|have|want|look|consider|think)\b(?:(?!\b(?:we|"
            r"i)(?: are|'re|'m| am)? (?:going|gon)\b)[^.?]){0,60}$"),
        ("taking", (
            r"\b(?:you(?:'re| are| were)(?: currently| still| already| also)? (?:on|taking|using)|"
            r"have you on(?: the)?|you take|(?:are|were) you(?: currently| still| already| also)? (?:on|taking|using)|"
            r"do you(?: still| ever)? (?:take|use)|you (?:mentioned|tried|said you))\b"
            r"(?:(?!\b(?:increase|stop|add|start|prescribe|give|refill|change|switch)\b)[^.?]){0,70}$"
        )),
        ("stopped", (
            r"\b(?:stop(?:ping)?|discontinu\w+|hold(?:ing)?|com(?:e|ing) off|(?:get|take|wean) (?:you )?off|quit|"
            r"no more)\b"
            r"(?:(?!\b(?:start|prescribe|give|switch|change|instead|put|but|only)\b)[^.?]){0,70}$"
        )),
        ("watched",
            r"\b(?:watch|monitor|track|record|log|keep (?:an eye|a log|a diary|"
            r"track))(?:ing)?(?: \w+){0,4} $"),
        ("might", (
            r"\b(?:might|may|could|would(?!(?: \w+)? like)|possibl[ye]|potentially|maybe|eventually|consider\w*|"
            r"down the (?:road|line)|later on)\b"
        )),
        ("past", (
            r"\b(?:was|were|had|did|took|taken|given|gave|last (?:year|time|visit|month|week)|already|"
            r"previous\w*|ago|been|used to|came back|showed|prescribed|(?<!i've )(?<!i have )ordered|you'?ve|"
            r"(?:we|i|they|he|she) (?:changed|increased|decreased|started|switched|added|put))\b"
        )),
        ("current", (
            r"\b(?:you'?re (?:on|taking|using)|you are (?:on|taking)|are you|still (?:on|taking)|"
            r"currently|you(?:'re| are) already|you take|been (?:on|taking)|takes)\b"
        )),
        ("question", (
            r"\b(?:do you|are you|have you (?:been|had|ever|tried)|did you|is it|how (?:is|are|about)|"
            r"what about|any)\b"
        )),
        ("negative", r"(?:\b(?:not|no|never|without|avoid|allerg\w+|instead of|rather than|off)|n't)\b"),
        ("and", r"(?:\band|,|\bor)(?: (?:a|an|some|the|your|also|then))? $"),
        ("your", r"\b(?:your|the|that|those|this|his|her)(?: \w+)? $"),
        ("some", r"\b(?:some|a|an|another)(?: \w+){0,2} $"),
        ("dose_of", r"\bdose of\b"),
        ("problem", (
            r"\b(?:for|regarding|about) (?:your|the) (?:first|second|third|fourth|next|last|other)\b|"
            r"\b(?:first|second|third|next|last) (?:problem|issue|concern)|standpoint|in terms of"
        )),
        ("patient_i", r"\b(?:i'?m|i am|i'?ve been|i) (?:on|taking|using|take|took)\b[^.?]{0,30}$"),
        ("reviewed", r"\blook(?:ing|ed)? at (?:your|the|our|those|that|these)(?: \w+)? $"),
        ("here_for",
            r"\bhere (?:today )?(?:for|to)\b[^.?]{0,20}$|\b(?:you'?re|you are|you were|you'?ve been)(?: just)? $"),
        ("advised", (
            r"\b(?:i'?d|i would|i'?ll|we'?d|we would|i)"
            r"(?: (?:also|just|certainly|definitely|probably|highly|strongly))? "
            r"(?:recommend|suggest|advise|try)\b[^.?]{0,60}$|\bwhat i'?d (?:recommend|suggest|advise)\b[^.?]{0,60}$|"
            r"\byou can(?: also| just| certainly| always)? (?:get|buy|pick up|take|use|try)\b"
            r"(?![^.?]{0,40}\b(?:effects?|rash|reactions?|sick|symptoms?|infections?)\b)[^.?]{0,50}$|"
            r"\bimportant (?:to|that we) (?:get|do|have|check|take|send)\b[^.?]{0,40}$|"
            r"\b(?:want|like|need) you to (?:take|use|try|start)\b[^.?]{0,40}$|"
            r"\bworth (?:you |us |just )?(?:having|getting|doing|taking|trying|using|covering)\b[^.?]{0,60}$"
        )),
        ("we_can", (
            r"\b(?:we|i) can(?: try to| also| just| go ahead and)* (?:start|put|prescribe|give|get|add|increase)\b"
        )),
        ("ordered", r"\b(?:i've|i have)(?: just| also)? (?:ordered|prescribed|sent off|requested)\b[^.?]{0,50}$"),
        ("they", (
            r"\b(?:they|the (?:hospital|clinic|specialist|consultant|surgeon|team|\w+ologist))"
            r"(?:'ll|'re|'d| will| would| are| can| usually|,)*\b[^.?]{0,40}$"
        )),
        ("wished", r"\b(?:have you|(?:want|like|need|ask) you to)(?: please| just| also)? $"),
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
            r"^[^.?]{0,30}(?<!and )\bif (?:that|it|this|things|symptoms|you|your|the|"
            r"there)\b[^.?]{0,40}(?:\b(?:not|still|worse\w*|"
            r"persists?|positive|negative|abnormal|fails?|continues?)|n't)\b"
        )),
        ("then:unless_better", (
            r"^(?:(?!\b(?:sooner|earlier|before)\b)[^.?]){0,60}(?<!and )\bif (?!there|it's ok|that's ok)"
            r"(?![^.?]{0,90}\bthen (?:we|i)\b)[^.?]{0,40}"
            r"(?:n't|\b(?:not|still|worse\w*|any\w*|problems?|concerns?|changes?))\b"
        )),
        ("then:symptom", (
            r"^(?:(?!\b(?:sooner|earlier|before)\b)[^.?]){0,40}(?<!and )\bif you(?:'re| are)? "
            r"(?:get|have|develop|notice|start|feel|experience|worried|concerned)\b"
        )),
        ("then:emergency", r"^[^.?]{0,60}\b(?:a and e|a ?& ?e|emergency|999|911|nine nine nine)\b"),
        ("then:given", (
            r"^,? (?:(?:that|which) )?(?:i|we)(?:'ll| can| will|'m happy to| am happy to) (?:give|prescribe|send|get)\b"
        )),
        ("then:otc",
            r"^[^.?]{0,65}\b(?:over the counter|(?:from|at) (?:the|your|a|any) (?:local )?(?:pharmac|chemist))"),
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
    r"(?:^|[.!?;:,] ?|\b(?:let's|straight away|and|so|then|please|also|now|just|okay|alright|right) )(?:please |just |"
    r"also |then |\W)*"
)
_IMPERATIVE = re.compile(
    rf"{_OPENING}(?:(?:pop|come|drop|go)(?: \w+)? (?:in |down |along )?for|"
    rf"(?:drop|bring|give|provide|hand)(?: in| us)?|take|use|start|increase|reduce|apply|try|order|book|schedule) "
    rf"(?!you|a look|any|to\b)(?:\S{{1,30}} ){{0,5}}$"
)
_IMPERATIVE_AGAIN = re.compile(rf"{_OPENING}$")
_AGAIN = re.compile(r"(?:come|return|see me|see us|follow|book|schedule|make)\b")
_CONDITION = re.compile(
    r"\b(?:if|unless|in case|depending (?:up)?on)\b(?! ?\.\.)(?! (?:i|we) (?:send|give|prescribe|arrange|put|book)\b)"
    r"(?! (?:you'?re|you are|that'?s|it'?s) (?:happy|willing|okay|ok|"
    r"all right|agreeable))"
    r"(?P<what>(?:(?!\b(?:and|so|but|now) (?:i|we|let|for)\b).){0,300})$"
)
_DECLINED = re.compile(
    r"(?:\b(?:not|no need|never|no reason|instead of|rather than|avoid(?:ing)?|stay away from|hold off(?: on)?)|n't)\b"
    r"(?! (?:only|forget))"
    r"(?:(?!\b(?:and|so|but|now|then) (?:i|we|let|for)\b|\bbut\b)[^.,;]){0,45}$"
)
_AS_NEEDED = re.compile(
    r"^ ?(?:you(?:'re| are)?|the|it|your|there)\b[^.?]{0,30}\b(?:feel\w*|pain\w*|fever\w*|hot|ach\w+|"
    r"hurts?|itch\w*|"
    r"sick|nause\w+|headaches?|breathless|wheez\w*|flare)\b"
)
_NOT_BETTER = re.compile(r"(?:\b(?:not|still|worse\w*|persist\w*|fails?|continues?)|n't)\b")
NEVER = frozenset(
    {"conditional", "declined", "only_maybe", "taking", "stopped", "patient_i", "then:corrected", "show_me"}
)
"""Signs with which nothing is an order: a condition not met yet, a refusal, a mere chance, a slip of the tongue."""
NEVER_AGAIN = NEVER | {"then:unless_better", "then:symptom", "then:emergency", "untimed", "here_for", "they"}
"""The same for meeting again: "come back if it is not better" is a safety net, "see you" a farewell."""
NEVER_TESTED = NEVER | {"then:conditional", "watched", "reviewed", "they"}
"""The same for tests: "an MRI if it is still not better"; a medicine said so is taken as needed."""


def _conditions(before: str) -> set[str]:
    """ "If that does not work", "I do not think you need"; and what only says when: "if you feel feverish"."""
    signs = {"declined"} if _DECLINED.search(before[-120:]) else set()
    *_, found = (None, *_CONDITION.finditer(before))
    if found is not None:
        needed = _AS_NEEDED.match(found["what"]) and not _NOT_BETTER.search(found["what"])
        signs.add("as_needed" if needed else "conditional")
    return signs


_FILLER = re.compile(r"(?:(?: ,|,)? ?\b(?:um+|uh+|erm?|you know)\b,?)+ ")
_PROPOSED = re.compile(
    r"\bwhy (?:don't|do n't|do not) (?:we|i|you)\b|"
    r"\b(?:could|can|would) you(?: please| just| also)*(?= (?:drop|bring|give|provide|hand|pop|send|do)\b)"
)
_FRESH = re.compile(
    r"\b(?:\w+ )?(?:i'm(?! sorry)|i am(?! sorry)|i'd|i wan|i want|i will|i'll|i would|i do (?:want|wan)|we'll|we will|"
    r"we are|we're|we can|"
    r"let's|let us|let me|you can|you should|you need|you're|you are|do you|hey)\b"
)


def _clause(before: str) -> str:
    """The part of what was said before that belongs to the thing: from where the speaker last began anew."""
    *_, fresh = (None, *_FRESH.finditer(before))
    return before[fresh.start() :] if fresh else before


def _begun(text: str, begin: int, first: int) -> int:
    """Where the sentence began as it was punctuated: it is cut into thoughts, and a condition holds through them."""
    if not any(stop in text[first : first + _REACH] for stop in ".?!"):
        return begin  # nobody punctuated this: an "if" long ago tells nothing
    reach = max(first - _REACH, 0)
    return min(begin, max(reach, *(text.rfind(stop, reach, begin) + 1 for stop in ".?!")))


@remembered
def signs_around(text: str, sentence: Sentence, first: int, last: int) -> frozenset[str]:
    """What stands around the words [first, last) of a turn, by name."""
    begin = max(sentence.start, first - _REACH, 0)
    before = _clause(_FILLER.sub(" ", _PROPOSED.sub("let's", text[begin:first]))[-_BEFORE:])
    after = text[last : min(sentence.start + len(sentence.text) + 60, last + _AFTER)]
    signs = {name for name, pattern in _SIGNS_BEFORE if pattern.search(before)}
    signs |= {name for name, pattern in _SIGNS_AFTER if pattern.search(after)}
    signs |= _conditions(_PROPOSED.sub("let's", text[_begun(text, begin, first) : first]))
    verbs = [str(found.lastgroup) for found in _VERB.finditer(before)]
    signs |= {f"nearest:{verbs[-1]}", *(f"verb:{verb}" for verb in verbs)} if verbs else {"nearest:none"}
    if sentence.is_question and not before.startswith("let's"):
        signs.add("asked")
    if _is_imperative(text, first, last, before) and not signs & _NO_ACT:
        signs.add("imperative")
    if signs & _ACT and signs & {"intent", "wish", "dragon", "ordered"} and not signs & _NO_ACT:
        signs.add("act")
    return frozenset(signs)


def _is_imperative(text: str, first: int, last: int, before: str) -> bool:
    own = _AGAIN.match(text, first, last) and _IMPERATIVE_AGAIN.search(before)
    return bool(own or _IMPERATIVE.search(before))
