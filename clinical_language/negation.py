"""Whether a denial reaches a mention: only over words that may stand in a denied list.

"No fever, chills or any cough" denies each; "no change in the cough", "I can't sleep because of the chest pain",
"never had a headache like this" and "not a day goes by without a headache" deny nothing. In doubt a finding is
present: a lost one is an under-triage.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from clinical_language.model import Kind, Mention, Sentence

_DENIERS = frozenset(
    "no not never without denies deny denied denying neither nor none negative nothing aint "
    "zero lack lacks lacking".split()
)
_LIST = frozenset(
    "any a an the my your of or and , nor significant recent real other major particular obvious "
    "more further such like been have "
    "had having has got getting get feel feeling felt notice noticed noticing experience "
    "hear heard produce producing bringing "
    "experienced experiencing really "
    "actually see seen seeing um uh er at all in much lot kind sort type sign signs symptoms "
    "symptom history issues issue "
    "problems trouble with there is are was were be to specifically also either necessarily "
    "currently now severe bad new known "
    "evidence complaints complaint describe suffer suffered suffering from even feelings said had's / - associated "
    "today recently ever yet that this think say believe call it 's complaining reports report "
    "endorse endorses develop i've "
    "take taking taken try tried trying touched use using used developed as far your you exactly one coming on active "
    "acute left right side lower upper both visible anything going gon gonna na actual".split()
)
_NAMING = frozenset({"no", "without", "denies", "deny", "denied", "zero", "lack", "lacks", "lacking"})
# "no relief from the pain": the word after "no" is what is missing, not the pain.
_NO_ITEM = frozenset(
    "relief change changes improvement doubt idea effect response help helping difference reason "
    "way matter longer need warning cure "
    "explanation better worse luck sleep energy rest break question i we he she they you it "
    "in from to for because with when "
    "about if but as by than then so like do does did will would can could should just only please "
    "thanks actually am going on my the "
    "yeah yes well okay stop stopped come came comes started start came being get gets medication "
    "medicine tablets further use point end ordinary wonder sooner stranger "
    "time where why what how who which".split()
)
_PSEUDO_AFTER_NO = frozenset({"ordinary", "wonder", "doubt", "sooner", "stranger", "longer"})
_UNABLE = frozenset("rule take stand bear shake ignore stop lose".split())  # "can't shake the headache"
_BESIDE = frozenset("in on with from during after".split())
_TROUBLE = frozenset(
    "problem problems issue issues trouble difficulty difficulties pain symptoms come comes".split()
)
_AFTER_NOT = frozenset("i we he she they".split())  # "I don't think I have a fever"
_OPENERS = frozenset("think say believe know mean that".split())
_BREAKS = frozenset("but however although though except apart because so since while".split())
_ARTICLE = frozenset("a an some my the i".split())
_CLAUSE = re.compile(r"^(?:it|that|there) (?:'s|is|was)\b")
_NO_CHANGE = re.compile(
    r"\b(?:not|no|never)\b[^.]{0,60}\b(?:"
    r"(?<!anything )(?<!nothing )like (?:this|that)|this bad|as bad)\b"
)
_NOT_BEFORE = re.compile(r"\b(?:not|no|never)\b[^.]{0,60}\b(?<!day )(?<!night )(?<!week )before\b")
_GOES_ON = re.compile(r"^\W*(?:is|was|are|has|have|will|would|gets?|goes|going)\b(?! (?:there|present|real))")
_ECHO = re.compile(r"^(?:is|are|was|were|has|have|does|did) (?:the|my|this)\b")
_INNER = frozenset({"no", "not", "never", "without"})
_HAD_BEFORE = "finding.similar_symptoms_before"  # "this has never happened before"
_DEFINITE = frozenset({"the", "my", "this", "that"})
_REACH = 26  # words


def _pseudo(words: Sequence[str], at: int) -> bool:
    """Denial words that deny nothing: "No, I have ...", "not just", "can't rule out", "no wonder"."""
    denier, following = words[at], words[at + 1] if at + 1 < len(words) else ""
    if denier in {"no", "nothing"} and following in {",", "."}:
        return True  # an answer particle: "No, I have chest pain right now"
    if denier == "not":
        if tuple(words[at + 1 : at + 3]) == ("really", ","):
            return True  # "not really, I drink now and then"
        if at and words[at - 1] in {"try", "trying", "tried"}:
            return True
        unable = at > 0 and words[at - 1] in {"can", "could"}
        kind = words[at + 1 : at + 4]  # "not the kind of headache that ...": there is a headache
        of_a_kind = (
            kind[:1] == ("the",) and kind[1:2] in (("kind",), ("sort",), ("type",)) and kind[2:] == ("of",)
        )
        return of_a_kind or following in {"just", "only", "getting"} or (unable and following in _UNABLE)
    if denier == "neither":  # "the pain is no better and neither is the nausea"
        return bool(_ECHO.match(" ".join(words[at + 1 : at + 3])))
    if denier == "without":  # "not a day goes by without a headache"
        doing = following.endswith("ing") and following not in _LIST  # "without sounding rude, diarrhea"
        return doing or any(word in {"not", "never"} for word in words[max(0, at - 7) : at])
    return denier == "no" and following in _PSEUDO_AFTER_NO


def _place_of_denied(words: Sequence[str], at: int, mention: Mention) -> bool:
    """ "No blood in the vomit", "no fever with the cough": the vomit and the cough are not what is denied."""
    before = mention.first - 1
    while before > at and words[before] in {"the", "my", "your", "his", "her", "this", "that"}:
        before -= 1
    if before <= at + 1 or words[before] not in _BESIDE or before == mention.first - 1:
        return False
    return words[before - 1] not in _TROUBLE


def _passes(words: Sequence[str], index: int, denier: str) -> bool:
    """Words a denial reaches over though no list holds them: "I don't think I have", "negative for", "comes with"."""
    word, previous = words[index], words[index - 1]
    if previous == "like" and word in _AFTER_NOT:
        feel = words[index - 2] in {"feel", "feeling", "felt"}  # "I don't feel like I'm feverish"
        return words[index - 3 if feel else index - 2] in _DENIERS  # "not like I'm going to faint"
    if word in _AFTER_NOT:
        return previous in _OPENERS or denier in {"never", "aint"}
    if word in {"remember", "recall"}:
        return words[index + 1] in {"any", "having", "seeing", "getting", "feeling"}
    if (previous, word) == ("i", "am"):
        return True
    comes_with = word in {"come", "comes"} and words[index + 1 : index + 2] == ("with",)
    return comes_with or (previous, word) in {("negative", "for"), ("aint", "no")}


def _reaches(sentence: Sentence, at: int, mention: Mention, covered: Collection[int]) -> bool:
    """Whether the denial at word `at` reaches the mention over words of a denied list alone."""
    words = sentence.words
    denier = words[at]
    if _pseudo(words, at) or _place_of_denied(words, at, mention):
        return False
    strange = 0  # words of an item no table knows: "no recent head trauma", "no oral ulcers"
    for index in range(at + 1, mention.first):
        word, previous = words[index], words[index - 1]
        if not word.strip():
            continue
        if word in {"or", ",", "and", "nor", "/"}:
            strange = 0
        if previous == "," and _CLAUSE.match(" ".join(words[index : index + 2])):
            return False  # "it isn't my head, it's chest pain"
        if index in covered or word in _LIST:
            joined = previous == "and"
            if (joined and word in _ARTICLE and denier != "not" and words[at + 1] != "more") or (
                word in {"my", "the"} and denier == "no"
            ):
                return False
        elif _passes(words, index, denier):
            continue
        elif denier in _NAMING and word.isalpha() and word not in _NO_ITEM and strange < 2:
            strange += 1
        else:
            return False
    return True


def _outer(words: Sequence[str], at: int) -> str:
    """The verb of a "not" that turns the denial at `at` round: "wouldn't say I have no fever", "not that I haven't"."""
    if words[at] in _INNER:
        for index in range(at - 1, max(-1, at - 7), -1):
            if words[index] in {"not", "never"} and words[index + 1 : index + 2] in (
                ("say",),
                ("saying",),
                ("that",),
            ):
                return words[index + 1]
    return ""


def denial_of(sentence: Sentence, mention: Mention) -> str:
    """ "denied", "turned" (a denial denied: open), or "" when no denial reaches the mention."""
    words = sentence.words
    covered = {i for m in sentence.mentions for i in range(m.first, m.last)}
    for at in range(mention.first - 1, max(-1, mention.first - _REACH), -1):
        word = words[at]
        if word in _BREAKS:
            return ""
        if word == "without" and mention.concept.kind is Kind.MEDICINE:
            continue
        if at in covered:
            continue  # "can't breathe", "no appetite": a finding of its own
        if word in _DENIERS and _reaches(sentence, at, mention, covered):
            if _unlike_before(" ".join(words[at:]), mention) or _thought_to_go_on(words, at, mention):
                return ""
            outer = _outer(words, at)
            return "" if outer == "that" else "turned" if outer else "denied"
    return ""


def _unlike_before(rest: str, mention: Mention) -> bool:
    """ "Never had a headache like this", "never had this pain before": it is there, and new. What one does, has had
    done or has for life is denied by the same words ("I haven't smoked before").
    """
    if mention.concept.id == _HAD_BEFORE:
        return False
    felt = mention.concept.kind is Kind.FINDING
    return bool(_NO_CHANGE.search(rest) or (felt and _NOT_BEFORE.search(rest)))


def _thought_to_go_on(words: Sequence[str], at: int, mention: Mention) -> bool:
    """ "I don't think the fever is going down": the fever stands, what is thought of it does not."""
    thought = words[at + 1 : at + 2] in (("think",), ("believe",))
    definite = words[mention.first - 1] in _DEFINITE
    return thought and definite and bool(_GOES_ON.match(" ".join(words[mention.last :])))
