"""What a doctor's sentence does: asks openly, asks for yes or no, states something to the patient, dictates, or none.

A dictated history ("Martha is a 50-year-old with heart failure") is a fact by itself, a statement ("so you have had
a cough since Monday") when the patient does not object, a question never.
"""

from __future__ import annotations

import re
from typing import Literal

from clinical_language import questions
from clinical_language.model import Sentence
from clinical_language.remembering import remembered

Form = Literal["polar", "open", "statement"]


_OPENING = (
    r"^(?:(?:so|okay|ok|k|and|but|right|um|uh|uhm|er|sorry|,|\.|just|yeah|yes|no|oh|well|to|recap|confirm|"
    r"summarize|sum|"
    r"up|now|alright|all right|good|great|fine|hmm|then|i see|for the last [a-z0-9 ]{2,20} ,|in summary)\s)*"
)
_PERSON = r"(?:you|he|she|they)"
_IS = (
    r"(?:have|has|are|is|had|were|was|feel|feels|get|gets|also|still|do|does|did|said|stopped|started|'ve|'re|"
    r"take|takes)"
)
_DICTATION = re.compile(
    r"year - old|years? old (?:male|female|man|woman)|chief complaint|\bpresents? (?:for|with|today|here)|"
    r"past medical history|\bhere (?:today )?(?:for|with|to)\b|\bhistory of\b|history significant|"
    r"\bi know (?:that )?you\b|\byou mentioned\b|\bi see (?:here )?(?:that )?(?:you|he|she)\b|"
    r"\bi (?:hear|understand|heard) (?:that )?you\b|nurse (?:told|said|mentioned)|\byou were endorsing|"
    r"\b(?:he|she) (?:is|has|was|reports|denies|takes)\b|\bwe have you on\b|\byou are (?:currently |"
    r"still )?(?:on|taking)\b|"
    r"\b(?:looks|sounds|seems) like (?:you|he|she) (?:have|has|are|is|hurt|injured|had|were|was)\b|"
    rf"\b{_PERSON} (?:are|is|have|has|were) (?:\w+ )?(?:coming|come|came|here|in) (?:in |here |today |to see me )*"
    r"(?:for|with|because|due to)\b"
)
_STATEMENT = re.compile(
    _OPENING
    + rf"(?:that )?(?:(?:{_PERSON}) {_IS}\b|(?:the|this) (?:\w+ ){{1,3}}(?:started|began|has been|have been|"
    rf"came on)\b|"
    r"been \w+|have (?:been|had)\b|feeling |having |"
    r"(?:no|not) \w)|"
    r"\byou (?:\w+ )?(?:mentioned|said|told me)\b|\b(?:looks|sounds|seems) like (?:you|he|she)\b|"
    r"\bi see (?:here )?(?:that )?(?:you|he|she)\b|\bjust to (?:\w+ ){0,2}(?:confirm|recap|summari[sz]e)\b"
)
_TAG = re.compile(
    r"(?:[,.]|\b)\s?(?:right|correct|yeah|yes|is that (?:right|correct|so|true)|am i right|"
    r"have i got that (?:all )?right|"
    r"is it|is it not|does that sound right|did you say|you said right)\s?\?$"
)
_INVERTED = re.compile(
    r"\b(?:do|does|did|have|has|had|are|is|was|were|can|could|would|will) (?:you|he|she|it|they|there|that|this|"
    r"the|your|"
    r"any\w*)\b(?! (?:right|correct)\b)|\b(?:what|how|when|where|which|why|who)\b|^(?:\W*\w+\W+){0,3}any\b"
)
_NOT_HISTORY = re.compile(
    r"\b(?:i think|i am going|i (?:will|would)|we (?:will|can|should|need)|let 's|let us|"
    rf"(?:sounds|looks) like(?! {_PERSON} (?:have|has|are|is|were|was|been|'ve|hurt|injured)\b)|"
    r"consistent with|could be|might be|need to|should|if you|want you|recommend|suggest|likely|please|"
    r"on (?:your )?exam|"
    r"i (?:hear|see|feel|appreciate)(?! (?:here )?(?:that )?(?:you|he|she|we have you)\b)|shows?|going to|order|"
    r"refer)\b"
)


_BARE_TAG = re.compile(
    r"^(?:(?:so|and|,|um|uh)\s)*(?:is that (?:right|correct|so|true|all right)|am i right|"
    r"have i got that (?:all )?right|"
    r"right|correct|yeah|yes|does that sound right|did i get that right)\s*[?.]?$"
)


def is_bare_tag(sentence: Sentence) -> bool:
    """ "Is that right?": asks to confirm the sentence before."""
    return bool(_BARE_TAG.match(" ".join(sentence.words)))


@remembered
def act_of(sentence: Sentence) -> Form | Literal["dictation", ""]:
    """What the sentence does."""
    text = " ".join(sentence.words)
    told = bool(_STATEMENT.search(text))
    if sentence.is_question:
        if told and (_TAG.search(text) or not _INVERTED.search(text)):
            return "statement"
        return "open" if questions.is_open(sentence) else "polar"
    if _NOT_HISTORY.search(text):
        return ""
    if _DICTATION.search(text) and not (told and questions.is_negative(sentence)):
        return "dictation"
    if told:
        return "statement"
    if not questions.is_fragment(sentence):
        return ""
    given = all(questions.is_given(sentence, mention) for mention in sentence.mentions)
    return "statement" if given else "polar"  # "and the cough, is it worse at night?" asks not for the cough
