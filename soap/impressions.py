"""What the doctor takes it to be, and how sure: "it sounds like ...", "it might well be ...", "we need to exclude ...".

How sure stays as it was said: "could be", "i wonder whether" and "i am concerned about" are possible, "i think it is
probably" and "sounds like" likely, what "we need to rule out" is for ruling out. What illnesses do in general is talk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical_language import Kind, Mention, State
from clinical_language.wording import last_match
from soap.clauses import Clause
from soap.phrasing import capital
from soap.problem_names import conditions, split_at

_HEDGE = r"(?:(?:,|just|also|well|possibly|probably|potentially|perhaps|maybe|quite|most likely) )*"
_TALK = re.compile(
    r"\b(?:you (?:have|'ve) been|problems with|you (?:said|mentioned|told me|were|had|'ve had)|"
    r"have you|history of|if you (?:have|get|had)|for people|some people|sometimes|usually|"
    r"often|caused by|causes?|because of|to (?:prevent|avoid|treat|help)|risk of|"
    r"make sure|(?<!early )signs? of|evidence of|your (?:\w+ )?concerns? about|"
    r"you (?:are|were|'re|get|be) (?:\w+ )?(?:concerned|worried) about|worry about|not have|"
    r"i know (?:that )?you|not (?:saying|suggesting)|it says|how|"
    r"(?:having|been|were|was) (?:\w+ )?diagnosed|check(?:ing)? for|test(?:ing)? for|you (?:did )?indicate|given that|"
    r"would have|"
    r"likely to (?:get|have|develop)|(?<!wonder )(?<!wondering )whether)\b"
)
_IMPRESSION = re.compile(
    r"\b(?:i (?:really )?(?:do not )?(?:think|feel)(?: that)?|(?:sounds?|looks?|seems?)(?: (?:quite|very|more|a bit|"
    r"to me|much|a lot))* (?:like|to be)|consistent with|"
    r"this is(?: a| an| most| more| probably)?|it is (?:just )?(?:a|an|most|probably|likely|more)|"
    r"it 's (?:just )?(?:a|an|most|probably|likely|more)|that 's (?:a|an|most|probably|likely)|likely|"
    r"probably|suspect|suspicious|you (?:do |essentially )?have (?:a|an|some|got|what|is)\b|you 've got|"
    rf"diagnos\w+|(?:could|might|may) {_HEDGE}(?:be|have)|my impression|impression is|suggestive of|"
    r"concern(?:ed)? (?:about|for|of|that)|worried about|seem to have|appears? to|possibility|called|you have|"
    r"going through|suffering from)\b"
)
_LIKELY = re.compile(
    r"\b(?:likely|(?:probably|most likely)(?! ,?(?: maybe)? ?worth)|suspect|suspicious|"
    r"(?:sounds?|looks?)(?: \w+){0,3}? like|seems?|consistent with|suggestive|appears?|presumptive|working diagnosis)\b"
)
_POSSIBLE = re.compile(
    r"\b(?:could|might|may|maybe|perhaps|possib\w+|concerns?|concerned|worried|wonder\w*)\b"
)
_EXCLUDE = re.compile(
    r"\b(?:need|want|have|like|important|priority) (?:for us )?to (?:\w+ )?(?P<how>exclude|rule out|think about)"
    r"(?: (?:things|something|anything) like)? (?:an? |any |the )?$"
)
_TO_DO = {"exclude": "Exclude", "rule out": "Rule out", "think about": "Consider"}
_CALLED = re.compile(r"\b(?:something|what (?:is|'s|we)) (?:call|called) (?:a |an )?$")
_BE_IT = re.compile(rf"\b(?:it|this|that) (?:could|may|might) {_HEDGE}be (?:an? |some |simple )*$")
_OR = re.compile(
    r"^[ ,]*(?:or|and) (?:maybe|perhaps|possibly|even|a|an|some)?|^[ ,]*(?:maybe|perhaps|possibly)\b"
)
_DOUBTED = re.compile(r"^,? (?:perhaps|maybe|possibly)(?: ?,|$)|.*\byou (?:can|could|may|might) get\b")
_NOT_SO = re.compile(
    r"\bnot (?:be |too |very |overly |that |really )*(?:(?:concerned|worried) (?:about|for)|consistent with|"
    r"suggestive of)\b"
)
_NEAR = 9  # words between what opens an impression and the condition
_BETWEEN = 6  # words from one condition to the next that is another possibility


@dataclass(frozen=True, slots=True)
class Impression:
    """A condition with the words that say how sure the doctor is."""

    mention: Mention
    before: str


def impressions(clause: Clause) -> Iterator[Impression]:
    """The conditions the doctor takes it to be: the first, and those told in the same breath as other possibilities."""
    end, told, first = -1, set[str](), ""
    for mention in conditions(clause):
        if mention.concept.id in told:
            continue
        before, after = split_at(clause.text, mention)
        if _DOUBTED.match(after):
            before = f"perhaps {before}"
        between = before[end:] if end >= 0 else ""
        if between and _OR.match(between) and len(between.split()) <= _BETWEEN and not _TALK.search(between):
            yield Impression(mention, between if _POSSIBLE.search(between) else f"{first}{between}")
        elif end >= 0:
            continue
        elif _EXCLUDE.search(before) or _is_impression(mention, before, clause):
            yield Impression(mention, before)
        else:
            continue
        told.add(mention.concept.id)
        first = first or before
        end = len(before) + len(mention.text)


def _is_impression(mention: Mention, before: str, clause: Clause) -> bool:
    found = last_match(_IMPRESSION, before)
    if found is None or _TALK.search(before) or len(before[found.end() :].split()) > _NEAR:
        return False
    if mention.concept.kind is Kind.CONDITION:
        return True
    if _BE_IT.search(before):
        return not any(m.concept.kind is Kind.CONDITION for m in clause.mentions)
    return bool(_CALLED.search(before)) and not _POSSIBLE.search(
        before
    )  # called so, a finding is a diagnosis too


def heading(name: str, told: Impression, state: State) -> tuple[str, State]:
    """The name with how sure the doctor is, and the state that is."""
    before = told.before
    if state is State.ABSENT or _NOT_SO.search(before):
        return f"{capital(name)} considered unlikely", State.ABSENT
    if excluding := _EXCLUDE.search(before):
        return f"{_TO_DO[excluding['how']]} {name}", State.UNCERTAIN
    flares = name.startswith(("flare", "exacerbation", "small exacerbation", "acute"))
    if re.search(r"\byour (?:\w+ ){0,2}$", before) and not flares:
        return capital(name), State.PRESENT
    if _POSSIBLE.search(before):
        return f"Possible {name}", State.UNCERTAIN
    if _LIKELY.search(before):
        return f"Likely {name}", State.UNCERTAIN
    return capital(name), State.PRESENT


_UNKNOWN = re.compile(
    r"\b(?:(?:diagnosis|impression)(?: here| for you)? (?:of|is)|consistent with|what (?:we|"
    r"i)(?: would)? call|you have (?:a|an) condition called|"
    r"i (?:do )?(?:think|believe) (?:that )?(?:this|it|that) is|i (?:do )?(?:think|"
    r"believe) (?:that )?you (?:do )?have|(?:is|are) (?:most )?(?:likely )?due to) "
    r"(?:an? |the |some |your )?(?P<what>[a-z][a-z' -]+)"
)
_ENDS = re.compile(
    r" (?:and|which|that|so|because|where|when|but|or|i|we|you|it|of the|on|in|with|for|is|are|"
    r"just|causing|due|from|based|what|then|here|there)\b.*$"
)


def named_diagnosis(clause: Clause) -> str:
    """A diagnosis in words that no table knows ("what we call hallux rigidus"), "" when none is named."""
    found = _UNKNOWN.search(clause.words)
    if (
        found is None
        or any(True for _ in conditions(clause))
        or _TALK.search(clause.words[: found.end("what")])
    ):
        return ""
    what = _ENDS.sub("", found["what"]).strip()
    return what if 2 <= len(what.split()) <= 6 and not _VAGUE.search(what) else ""


_VAGUE = re.compile(
    r"\b(?:good|great|best|better|thing|lot|little|bit|going|something|anything|all|muscular pain|panel|urinalysis|"
    r"time|plan|job|idea|fine|doing|reason|normal|"
    r"questions?|point|way|right|just|really|stuff|kind|sort|more|where|part|one)\b"
)
