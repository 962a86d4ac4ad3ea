"""In which state a mention stands: present, absent, uncertain, hypothetical, resolved, historical, family.

Written for patients' speech. A negation reaches a mention only over words that may stand in a denied list
("no fever, chills or any cough"): "no change in the cough", "I can't sleep because of the chest pain" and
"never had a headache like this" deny nothing. When in doubt a finding is present (a lost one is an under-triage).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language.model import Kind, Mention, Sentence, State
from clinical_language.wording import last_match

_DENIERS = frozenset(
    "no not never without denies deny denied denying neither nor none negative nothing".split()
)
_LIST = frozenset(
    "any a an the my your of or and , nor significant recent real other major particular obvious "
    "more further such like been have "
    "had having has got getting get feel feeling felt notice noticed noticing experience "
    "experienced experiencing really "
    "actually see seen seeing um uh er at all in much lot kind sort type sign signs symptoms "
    "symptom history issues issue "
    "problems trouble with there is are was were be to specifically also either necessarily "
    "currently now severe bad new known "
    "evidence complaints complaint describe suffer suffered suffering from even feelings said had's / - associated "
    "today recently ever yet that this think say believe call it 's complaining reports report "
    "endorse endorses develop "
    "take taking taken use using used developed as far i've your you exactly one coming on active "
    "acute left right side lower upper both visible".split()
)
_NAMING = frozenset({"no", "without", "denies", "deny", "denied"})
# "no relief from the pain": the word after "no" is what is missing, not the pain.
_NO_ITEM = frozenset(
    "relief change changes improvement doubt idea effect response help helping difference reason "
    "way matter longer need warning cure "
    "explanation better worse luck sleep energy rest break matter question i we he she they you it "
    "in from to for because with when "
    "about if but as by than then so like do does did will would can could should just only please "
    "thanks actually am going on my the "
    "yeah yes well okay stop stopped come came comes started start came being get gets medication "
    "medicine tablets further use point "
    "time where why what how who which".split()
)
_AFTER_NOT = frozenset("i we he she they".split())  # "I don't think I have a fever"
_OPENERS = frozenset("think say believe know mean that".split())
_BREAKS = frozenset("but however although though except apart because so since while".split())
_ARTICLE = frozenset("a an some my the i".split())
_RELATIVES = {
    "mother": "mother", "mum": "mother", "mom": "mother", "father": "father", "dad": "father", "sister": "sister",
    "sisters": "sister", "brother": "brother", "brothers": "brother",
    "grandmother": "grandmother", "grandma": "grandmother",
    "gran": "grandmother", "grandfather": "grandfather", "grandad": "grandfather", "grandpa": "grandfather",
    "aunt": "aunt", "uncle": "uncle", "cousin": "cousin", "parents": "parent", "grandparents": "grandparent",
    "son": "son", "daughter": "daughter", "wife": "wife", "husband": "husband", "partner": "partner",
    "girlfriend": "partner", "boyfriend": "partner", "friend": "friend", "colleague": "colleague",
    "flatmate": "flatmate", "child": "child", "children": "children", "kids": "children", "kid": "child",
    "baby": "child", "mom's": "mother", "niece": "niece", "nephew": "nephew", "siblings": "sibling",
}  # fmt: skip
_CHILDREN = frozenset({"son", "daughter", "child", "children"})
CONTACTS = frozenset({"wife", "husband", "partner", "friend", "colleague", "flatmate"})
_WITNESS = frozenset(
    "noticed saw says said thinks thought told found worried mentioned recommended suggested gave".split()
)

_UNCERTAIN = re.compile(
    r"\b(?:may|might|could|can)(?: (?:just|also|well|possibly|actually|maybe))? (?:be|have|"
    r"'ve)\b|\bmaybe\b|\bpossibl[ye]\b|\bperhaps\b|"
    r"\bnot sure (?:if|whether)\b|\bdo not know (?:if|whether)\b|\bwonder(?:ing|ed)? (?:if|"
    r"whether)\b|\brule out\b|"
    r"\bi (?:think|thought|guess|suspect) (?:i|it|that|this|he|she|the)\b|\bprobably\b|"
    r"\bsuspect|\bworried (?:it|this|that i)\b|"
    r"\blikely\b|\bconcerned (?:about|for)\b|\bpossibility of\b|\bpotential(?:ly)?\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|in case|unless|should you|watch (?:out )?for|look out for|keep an eye|"
    r"make sure you do not|lead to|prevent|risk of|"
    r"to avoid|can cause|could cause|may cause|might cause|side effects?|such as if|would be|"
    r"otherwise|worsening)\b"
)
_RESOLVED_BEFORE = re.compile(
    r"\b(?:used to (?:have|get|be|suffer|take)?|stopped|quit|gave up|given up|came off|"
    r"no longer (?:have|has|having|get|getting)?|got over|recovered from|"
    r"got rid of|over (?:the|my))\s*(?:the |my |any |having |being |getting |taking |using )*$"
)
_RESOLVED_AFTER = re.compile(
    r"^\W*(?:(?:is|was|are|were|have|has|had|'s|it|that|they|all|now|then|just|already|"
    r"pretty much|completely|since|kind of)\s)*"
    r"(?:(?:is |are )?not there any ?more|gone(?: away| now)?\b(?! (?:to|into|down|on))|"
    r"went(?: away)|go(?:ne)? away|resolved|cleared(?: up)?|disappeared|"
    r"settled(?: down)?|stopped|passed|subsided|went down|better now)"
)
_NOT_NOW = re.compile(r"\bnot (?:now|any ?more|today|at the moment)\b|\b(?:any ?more|no longer)\b")
_HISTORICAL = re.compile(
    r"\b(?:years? ago|last year|as a (?:child|kid|baby|teenager)|when i was|in (?:19|20)\d\d|"
    r"in the past|history of|"
    r"history significant for|previously|years? back|in my (?:teens|twenties|thirties)|back in|"
    r"long time ago|decades? ago)\b"
)
_AFTER_NO = re.compile(
    r"^\s*(?:is |are |was |were )?(?:[-:,]\s*)?(?:no|denie[sd]|deny|negative|none|absent|nope|"
    r"not (?:present|really|at all))\s*[.,!]?\s*$"
)
_NO_CHANGE = re.compile(r"\b(?:not|no|never)\b[^.]{0,25}\b(?:like this|like that|this bad|as bad|before)\b")


def _denier_reach(sentence: Sentence, at: int, mention: Mention, covered: set[int]) -> bool:
    """Whether the denial at word `at` reaches the mention over words of a denied list alone."""
    words = sentence.words
    denier = words[at]
    if denier in {"no", "nothing"} and at + 1 < len(words) and words[at + 1] in {",", "."}:
        return False  # an answer particle: "No, I have chest pain right now"
    if denier == "not" and at and words[at - 1] in {"can", "could"} and "rule" in words[at + 1 : at + 2]:
        return False
    if denier == "not" and words[at + 1 : at + 2] in (("just",), ("only",), ("getting",)):
        return False
    strange = 0  # words of an item no table knows: "no recent head trauma", "no oral ulcers"
    for index in range(at + 1, mention.first):
        word = words[index]
        if word in {"or", ",", "and", "nor", "/"}:
            strange = 0
        if index in covered or word in _LIST:
            joined = words[index - 1] == "and"
            if (joined and word in _ARTICLE and denier != "not") or (
                word in {"my", "the"} and denier == "no"
            ):
                return False
        elif word in _AFTER_NOT and (words[index - 1] in _OPENERS or denier == "never"):
            continue
        elif denier in _NAMING and word.isalpha() and word not in _NO_ITEM and strange < 2:
            strange += 1
        else:
            return False
    return True


def _denied(sentence: Sentence, mention: Mention, covered: set[int]) -> bool:
    words = sentence.words
    for at in range(mention.first - 1, max(-1, mention.first - 26), -1):
        word = words[at]
        if word in _BREAKS:
            return False
        if word == "without" and mention.concept.kind is Kind.MEDICINE:
            continue
        if word in _DENIERS and _denier_reach(sentence, at, mention, covered):
            return not _NO_CHANGE.search(" ".join(words[at:]))
    return False


def _before(sentence: Sentence, mention: Mention) -> str:
    """The words of the mention's clause before it."""
    words = sentence.words[: mention.first]
    for at in range(len(words) - 1, -1, -1):
        if words[at] in {"but", "however", "although", "though", ";"}:
            return " ".join(words[at + 1 :])
    return " ".join(words)


def relation(words: Sequence[str], first: int, *, proxy: bool) -> str:
    """Whose finding it is when not the patient's: "mother", "wife", "family"; "" for the patient's own."""
    for at in range(first - 1, max(-1, first - 14), -1):
        word = words[at]
        if word in {"i", "am", "me"} or (word == "my" and at + 1 < first and words[at + 1] not in _RELATIVES):
            return ""
        if word in _RELATIVES:
            who = _RELATIVES[word]
            owner = words[at - 1] if at else ""
            if owner not in {"my", "his", "her", "their", "your", "and", "the", "one", ","} and at:
                return ""
            if (proxy and who in _CHILDREN) or any(w in _WITNESS for w in words[at + 1 : first]):
                return ""
            return who
    text = " ".join(words)
    if re.search(
        r"family history (?:of|for)|in (?:my|the|your) family (?:has|have|had|with)|family (?:has|had|have)",
        text,
    ):
        return "family" if " ".join(words[:first]).find("family") >= 0 else ""
    return ""


def _runs_in_family(sentence: Sentence, mention: Mention) -> bool:
    return bool(
        re.match(
            r"^(?:do |does )?run(?:s|ning)? in (?:my|the) family", " ".join(sentence.words[mention.last :])
        )
    )


def _hypothetical(before: str, after: str, speaker: str) -> bool:
    found = last_match(_HYPOTHETICAL, before)
    if found is None:
        return False
    gap = before[found.end() :].split()
    if found[0] == "if" and speaker != "doctor":
        known = gap[-1:] in (["the"], ["my"], ["this"]) and re.match(
            r"^\W*(?:gets|get|is|keeps|does)\b", after
        )
        return not known and len(gap) <= 5
    return len(gap) <= 14


def state_of(
    sentence: Sentence, mention: Mention, *, speaker: str, proxy: bool = False
) -> tuple[State, float, str]:
    """State, confidence 0..1 and whose (see `relation`). `proxy`: the speaker talks for a child who is the patient."""
    words = sentence.words
    covered = {i for m in sentence.mentions for i in range(m.first, m.last)}
    before, after = _before(sentence, mention), " ".join(words[mention.last :])
    who = "family" if _runs_in_family(sentence, mention) else relation(words, mention.first, proxy=proxy)
    if re.search(r"\b(?:can|could) not rule out\b", before):
        return State.UNCERTAIN, 0.8, who
    denied = _denied(sentence, mention, covered) or bool(_AFTER_NO.match(after))
    if denied and _NOT_NOW.search(after) and "no" not in words[mention.first - 1 : mention.first]:
        return State.RESOLVED, 0.8, who
    if denied:
        return State.ABSENT, 0.9, who
    if who:
        return State.FAMILY, 0.8, who
    return *_timed(before, after, speaker), who


def _timed(before: str, after: str, speaker: str) -> tuple[State, float]:
    if _hypothetical(before, after, speaker):
        return State.HYPOTHETICAL, 0.8
    if _RESOLVED_BEFORE.search(before) or _RESOLVED_AFTER.match(after + " "):
        return State.RESOLVED, 0.8
    past = _HISTORICAL.search(before) or _HISTORICAL.search(after)
    if past and _NOT_NOW.search(after):
        return State.RESOLVED, 0.8
    if past and not re.search(r"\b(?:since|start|began|still|now|diagnosed)", before + " " + after):
        return State.HISTORICAL, 0.8
    if re.match(r"^.{0,60}\bbut not (?:now|any ?more|today)\b", after):
        return State.RESOLVED, 0.8
    found = last_match(_UNCERTAIN, before)
    if found is not None and len(before[found.end() :].split()) <= 6:
        return State.UNCERTAIN, 0.7
    return State.PRESENT, 0.9
