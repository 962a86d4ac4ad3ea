"""In which state a mention stands: present, absent, uncertain, hypothetical, resolved, historical, family.

Written for patients' speech; whether a denial reaches the mention is `negation`, whose finding it is `relatives`.
When in doubt a finding is present (a lost one is an under-triage).
"""

from __future__ import annotations

import re

from clinical_language.model import Kind, Mention, Sentence, State
from clinical_language.negation import denial_of
from clinical_language.relatives import NOBODY, OTHERS, of_another, whose
from clinical_language.remembering import remembered
from clinical_language.wording import last_match

_UNCERTAIN = re.compile(
    r"\b(?:may|might|could|can)(?: (?:just|also|well|possibly|actually|maybe))? (?:be|have|'ve|has)\b|"
    r"\bmaybe\b(?! (?:like |about |around |just )*(?:\d|one|two|three|four|five|six|a couple|a few|once|twice))|"
    r"\bpossibl[ye]\b|\bperhaps\b|"
    r"\b(?:not (?:really |quite |even |too )?(?:sure|certain|know)|unsure|uncertain) (?:about|if|whether|that)\b|"
    r"(?<!no )\bwonder(?:ing|ed|s)?\b|\brule out\b|"
    r"\bi (?:think|thought|guess|suspect) (?:i|it|that|this|he|she|the)\b(?! (?:have|has|'ve) had\b)|\bprobably\b|"
    r"\bsuspect|\bsuspicious\b|\b(?:worried|afraid|scared) (?:that )?(?:it|this|that|i)\b|"
    r"\blikely\b|\bconcerned (?:about|for)\b|\bpossibility of\b|\bpotential(?:ly)?\b|\bquestion of\b|"
    r"\b(?:feel|feels|felt|seems?|sounds?) (?:a bit |kind of )?like "
    r"(?:i (?:have|had|(?:am|was) (?:having|getting)|might)|it (?:is|could))\b"
)
_HEDGED = re.compile(r"(?:could|might|may) be\b")
_RESEMBLES = re.compile(  # said of conditions only: "it seems like a migraine", "my mother thinks I have pneumonia"
    r"\b(?:seems?|looks?|sounds?|feels?) (?:a bit |kind of |to be )?(?:like )?(?:a|an|the|it 's|maybe)(?: \w+)?$|"
    r"\b(?:thinks?|thought|believes?|suspects?|guess(?:es)?) (?:that )?(?:i|it|this|he|she|we)(?: \w+){0,3}$|"
    r"\b(?:worr(?:y|ied|ies|ying)|nervous|scared|afraid|anxious|panick\w+) (?:about|of|that|it)(?: (?!my\b)\w+){0,3}$"
)
_EMBEDDED = re.compile(
    r"\b(?:sure|(?<!let me )(?<!let us )know|wonder(?:ing|ed)?|certain|tell|see|check(?:ed)?|ask(?:ed)?) "
    r"(?:about )?(?:if|whether)\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|in case|unless|should you|watch (?:out )?for|look out for|keep an eye|"
    r"make sure you do not|lead to|prevent|prevents|risk of|(?:scared|afraid|worried|fear|frightened) (?:of|about) "
    r"(?:getting|having|catching|developing|another)|"
    r"to avoid|want to avoid|avoid getting|can cause|could cause|may cause|might cause|side effects?|such as if|"
    r"would be|otherwise|worsening)\b"
)
_NOW_TRUE = re.compile(r"^\W*(?:gets?|is|keeps?|does(?: not)?|continues|comes back|persists)\b")
_STILL = re.compile(r"\b(?:i|he|she) still (?:have|has|do|does|get|gets|smokes?|drinks?|uses?)\b")
_RESOLVED_BEFORE = re.compile(
    r"\b(?:used to (?:have|get|be|suffer(?: from| with)?|take|do)?|stopped|quit|gave up|given up|came off|"
    r"no longer(?: (?:have|has|having|get|getting|feel|feeling|am|is|take|taking))?|got over|gotten over|"
    r"recovered from|(?:am|is|'s|finally|all) over(?: the| my)?|"
    r"got rid of|over (?:the|my))\s*(?:the |my |any |having |being |getting |taking |using |a |so |really )*$|"
    r"\b(?:stopped|quit|came off|no longer) (?:taking|using|on) (?:the |my |any )?(?:\w+ ){0,2}$|"
    r"\b(?:had|decided|chose|was told|told (?:me|him|her)|made me) (?:me )?to (?:stop|quit|come off) "
    r"(?:taking |using )?(?:the |my |that )?$"
)
_GONE = (
    r"(?:(?:is |are )?not there any ?more|gone(?: away| now| completely)?\b(?! (?:to|into|down|on|up))|"
    r"went (?:away|down)|(?:gone|did go) away|resolved|cleared(?: up)?|disappeared|vanished|dried up|"
    r"settled(?: down)?|stopped|passed|subsided|eased off completely|better now|broke|healed(?: up)?|"
    r"all better|over now|no longer (?:there|present|an issue|a problem))"
)
_RESOLVED_AFTER = re.compile(
    r"^\W*(?:(?:is|was|are|were|have|has|had|'s|it|that|they|all|now|then|just|already|"
    r"pretty much|completely|since|kind of|finally|both|i had|that i had|i was having|in my \w+|on my \w+)\s)*"
    + _GONE
)
_RESOLVED_LATER = re.compile(
    r"^[^.]{0,60}\b(?:but|and|then|now|until)\b[^.]{0,20}?\b(?:" + _GONE + r"|they 've passed)\b|"
    r"^[^.,]{0,25},? (?:they|it) (?:have|has|'s|'ve) (?:all |now |since )?(?:passed|gone|stopped|cleared)|"
    r"^[^.]{0,30}\buntil (?:yesterday|last|this morning|\w+ (?:days?|weeks?|hours?) ago)|"
    r"^[^.]{0,60}\b(?:that|it|they) (?:'s|is|are|got|has got|have got) (?:all |now |much )?better\b(?! (?:than|"
    r"when|after|with|if))|"
    r"^.{0,60}\bbut not (?:now|any ?more|today)\b"
)
_RETURNS = re.compile(
    r"\bcomes? back|\bcame back|\breturn|\bgo(?:es)? away (?:at|when|if|with|after|for)|\bthen comes|"
    r"\bnot (?:gone|stopped|resolved|settled|passed|cleared|go)|\bhas not\b|\bdoes not go"
)
_WAS = re.compile(r"\b(?:had|was|were|got|came|lasted|eased|is gone|'s gone)\b")
_NOT_NOW = re.compile(r"\bnot (?:now|any ?more|today|at the moment)\b|\b(?:any ?more|no longer)\b")
_STILL_BEARS = re.compile(r"\b(?:can|could) not (?:even |really )?(?:take|stand|bear|deal|cope|handle)\b")
_HISTORICAL = re.compile(
    r"\b(?:years? ago|last year|as a (?:child|kid|baby|teenager)|when i was(?! (?:telling|saying|having|feeling)\b)|"
    r"in (?:19|20)\d\d|"
    r"in the past|history of|"
    r"history significant for|previously|years? back|in my (?:teens|twenties|thirties|forties)|"
    r"back in (?:high school|school|college|my)\b|"
    r"long time ago|decades? ago|past medical history)\b"
)
_GOES_ON = re.compile(
    r"\b(?:since|start|began|begin|still|now|diagnosed|ever since|for (?:the )?(?:past|last))"
)
_AFTER_NO = re.compile(
    r"^\s*(?:is |are |was |were )?(?:[-:,]\s*)?(?:no|denie[sd]|deny|negative|none|absent|nope|nah|"
    r"not (?:present|really|at all))\s*(?:[.,!]|$)"
)
_DEFINITE = re.compile(r"\b(?:the|my|this|that)(?: \w+)?$")
_VERB = re.compile(
    r"^\W*(?:is|was|are|has|have|had|started|began|got|gets|came|comes|went|goes|might have|may have)\b"
)
_WHEN = re.compile(
    r"\b(?:for (?:about |at least |the )?(?:last |past )?(?:\d+|a|\w+ (?:days|weeks|months|years))\b|started|began|"
    r"earlier|ago\b|since)"
)
_ONCE = re.compile(r"\b(?:used to|(?:was|were)(?: an?)?(?: \w+)?)$")
_CAUSED_BY = re.compile(r"\b(?:cause|because|due|from) (?:of |to )?(?:my|the|this|that)(?: \w+)?$")
_FREE = re.compile(r"^(?:- )?free\b")
_SUBJECT = re.compile(r"\b(?:i|it|my|he|she|they|there)\b")


@remembered
def state_of(
    sentence: Sentence,
    mention: Mention,
    *,
    speaker: str,
    patients: frozenset[str] = frozenset(),
    before: str = "",
) -> tuple[State, float, str]:
    """State, confidence 0..1 and whose finding it is; `patients` and `before` as `relatives.whose` takes them."""
    words = sentence.words
    clause, after = _clause(sentence, mention), " ".join(words[mention.last :])
    who = whose(sentence, mention, patients=patients, before=before)
    if not who and speaker == "patient" and not patients and of_another(sentence, mention):
        who = before or OTHERS
    if re.search(r"\b(?:can|could) not rule out\b", clause):
        return State.UNCERTAIN, 0.8, who
    denial = denial_of(sentence, mention)
    if denial == "turned":
        return State.UNCERTAIN, 0.6, who
    ends_no = bool(_AFTER_NO.match(after)) and not re.match(r"^\s*,? ?no \w", after)
    if (who and NOBODY.search(clause)) or NOBODY.match(mention.text.lower()):
        return State.ABSENT, 0.9, who
    if _FREE.match(after):
        return (State.RESOLVED if mention.concept.kind is Kind.HABIT else State.ABSENT), 0.9, who
    if denial or ends_no:
        gone = _NOT_NOW.search(after) and "no" not in words[max(0, mention.first - 1) : mention.first]
        if gone and _STILL_BEARS.search(clause) and mention.concept.kind is not Kind.HABIT:
            return State.PRESENT, 0.8, who
        return (State.RESOLVED, 0.8, who) if gone else (State.ABSENT, 0.9, who)
    if who:
        return State.FAMILY, 0.8, who
    if _STILL_BEARS.search(clause):  # "I can't stand the pain", but not "I can't stand smoke"
        return (State.ABSENT, 0.7, who) if mention.concept.kind is Kind.HABIT else (State.PRESENT, 0.9, who)
    return *_timed(clause, after, mention, speaker), who


def _clause(sentence: Sentence, mention: Mention) -> str:
    """The words of the mention's clause before it."""
    words = sentence.words[: mention.first]
    for at in range(len(words) - 1, -1, -1):
        if words[at] in {"but", "however", "although", "though", ";"}:
            return " ".join(words[at + 1 :])
    return " ".join(words)


def _hypothetical(before: str, after: str, speaker: str) -> bool:
    found = last_match(_HYPOTHETICAL, before)
    if found is None:
        return False
    rest = before[found.end() :]
    gap = rest.split()
    if found[0] == "if" and speaker != "doctor":
        known = gap[-1:] in (["the"], ["my"], ["this"]) and _NOW_TRUE.match(after)
        main = "," in gap or len(_SUBJECT.findall(rest)) > 1
        return not known and not main and len(gap) <= 5
    return len(gap) <= 14


def _resolved(before: str, after: str, said: str) -> bool:
    if _RETURNS.search(re.split(r"\bbut\b", after)[0]):
        return False
    if _RESOLVED_BEFORE.search(before + " ") or _RESOLVED_AFTER.match(after + " "):
        return True
    return bool(_RESOLVED_LATER.match(after)) and bool(_WAS.search(f"{before} {said} {after[:30]}"))


def _timed(before: str, after: str, mention: Mention, speaker: str) -> tuple[State, float]:
    if hedged(mention):
        return State.UNCERTAIN, 0.7
    embedded = last_match(_EMBEDDED, before)
    if embedded is not None and len(before[embedded.end() :].split()) <= 6:
        return State.UNCERTAIN, 0.7
    if _hypothetical(before, after, speaker):
        return State.HYPOTHETICAL, 0.8
    gone = _resolved(before, after, mention.text.lower()) or (
        mention.concept.kind is Kind.HABIT and _ONCE.search(before)
    )
    if gone and not _STILL.search(after):
        return State.RESOLVED, 0.8
    past = _HISTORICAL.search(before) or _HISTORICAL.search(after)
    if past and _NOT_NOW.search(after):
        return State.RESOLVED, 0.8
    if past and not _GOES_ON.search(before + " " + after):
        return State.HISTORICAL, 0.8
    if mention.concept.kind is Kind.CONDITION and _RESEMBLES.search(before):
        return State.UNCERTAIN, 0.7
    found = last_match(_UNCERTAIN, before)
    if (
        found is not None
        and len(before[found.end() :].split()) <= 6
        and not _known(found[0], before, after, mention)
    ):
        return State.UNCERTAIN, 0.7
    return State.PRESENT, 0.9


def hedged(mention: Mention) -> bool:
    """Whether the wording itself is in doubt: "could be pregnant"."""
    return bool(_HEDGED.match(mention.text.lower()))


def _known(doubt: str, before: str, after: str, mention: Mention) -> bool:
    """ "I think the cough has got worse": the cough is sure; "probably two drinks a week": so is the habit."""
    if mention.concept.kind is Kind.HABIT:
        return True
    if _WHEN.search(before[before.rfind(doubt) + len(doubt) :] + " " + after[:50]):
        return True  # "probably had it for ten years", "maybe started coughing earlier": when is in doubt
    if _CAUSED_BY.search(before):
        return True  # "it's probably because of my shortness of breath": the cause is in doubt, the symptom is not
    return "think" in doubt and bool(_DEFINITE.search(before)) and bool(_VERB.match(after))
