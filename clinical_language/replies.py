"""How a reply opens: yes, no, not sure, or none of these; and whether it asks to hear the question again."""

from __future__ import annotations

import re

from clinical_language.remembering import remembered

_FILL = (
    r"^(?:(?:u+h*m*|u+h+|h+m+|eh|gosh|e+r+m*|well|o+h+|ugh|a+h+|,|\.+|\?|so|i mean|-|honestly|actually|like|"
    r"okay|ok|you know|to be (?:honest|fair)|thankfully|luckily|fortunately|as far as i know)\s)*"
)
_SUBJECT = r"(?:i|it|he|she|they|we|that|there|this)"
_AUX = r"(?:do|does|did|have|has|had|am|is|are|was|were|would|can|could|will)"
_NO = re.compile(
    _FILL + r"(?:sorry\s)?(?:(?:yes|yeah|yep|okay|mm+)[\s,.]+)*(?:not (?:at the )?, )*"
    r"(?:no|nope|nah|none|never|not (?:, )?(?:really|that|at all|at the moment|currently|now|any|right now|in|"
    r"anymore|as|particularly|usually|yet|recently|lately|so far|too|much|to|necessarily|today|for|since|so|"
    r"especially|quite|myself|those|as such|a lot|anything|something|since|more|specifically|personally|normally|"
    r"typically|generally|very)|"
    r"negative|nothing|neither|nobody|"
    r"(?:absolutely|definitely|certainly|probably|of course) not|"
    rf"{_SUBJECT} {_AUX} not(?! (?:know|sure|remember|feel|feeling|well|good|great|right))|"
    rf"{_SUBJECT} (?:never|neither)|"
    rf"{_AUX} not(?! (?:know|sure|remember))|(?:i|he|she|we|they) used to|"
    r"i deny|mm - mm|nuh uh|uh - uh|i would not say so)\b"
)
_YES = re.compile(
    _FILL + r"(?:yes|yeah|yep|yup|yea|yah|aye|ja|correct|right|that 's (?:right|correct|true|it)|exactly|"
    r"(?:definitely|absolutely|certainly|of course)(?! not)|both|all of (?:them|those|that|the above)|"
    r"indeed|sure|for sure|"
    r"mm - hmm|mm hmm|mhm|mm|uh - huh|uh huh|"
    r"sometimes|occasionally|(?:very )?rarely|often|usually|frequently|quite a bit|quite often|a lot|always|"
    r"(?:maybe |just |only |probably |yeah |like )*(?:a (?:little|tiny|wee|slight|bit)|slightly|mildly|"
    r"kind of|kinda|sort of|every (?:day|night|now and then|once|other|so often|time|morning|evening|week)|"
    r"once in a while|"
    r"from time to time|now and (?:then|again)|here and there|on and off|off and on|most (?:days|nights|of the time)|"
    r"socially|all the time|constantly|on (?:the )?weekends?)|"
    rf"{_SUBJECT} {_AUX}(?! not| n't| never)(?= $|$| ,| \.| have\b| actually| but\b| a (?:little|bit)\b| ?!)|"
    r"(?:it|that) (?:'s|is) both|"
    r"i (?:think|believe|guess|suppose|would say|'d say) so|i would say (?:so|yes)|it 's possible)\b"
)
_YES_LATER = re.compile(
    rf"[,.] {_SUBJECT} {_AUX} ?(?:\.|$)|\bthen yes\b|\bi (?:think|believe|would say) so\b"
)
_UNSURE = re.compile(
    r"\b(?:not sure|not certain|unsure|do not know|no idea|could not tell you|can not (?:say|remember|recall)|"
    r"do not remember|have not (?:checked|measured)|hard to say|hard to tell|difficult to say)\b"
)
_CANNOT_SAY = re.compile(_FILL + r"(?:i )?(?:can|could) not say (?:that )?i (?:have|do|did|am)\b")
_FIRM = re.compile(_FILL + r"(?:no|nope|nah|none)\b(?! idea)(?! ?,? i (?:am|do) not (?:sure|know)\b)")
_PERHAPS = re.compile(
    _FILL + r"(?:maybe|possibly|perhaps|could be|might be|it (?:could|might)|potentially)\b"
)
_THINKS_NOT = re.compile(
    r"\bdo not (?:think|believe) so\b|\bnot that i (?:(?:have|can|could|'ve) )?"
    r"(?:know|noticed|recall|remember|can think|think|find|see|aware)\b"
)
_AFFIRMED_NEGATIVE = re.compile(
    _FILL + r"(?:(?:yeah|yes|yep|mm - hmm)[\s,.]+)*"
    r"(?:that 's (?:right|correct|true)|that is (?:right|correct)|correct|exactly|right|absolutely)\b"
)
_AGAIN = re.compile(
    r"\b(?:can|could|would|will) you (?:please |just )*(?:say|repeat|ask) (?:that|it|the question)\b|"
    r"\b(?:say|ask) (?:that|it) (?:again|once more)\b|\brepeat (?:that|it|the question)\b|"
    r"\b(?:did not|could not|can not) (?:quite |really )?(?:hear|catch|get) (?:that|you|what)\b"
    r"(?: ?[.,?]| (?:there|sorry|you said|just|last)\b| ?$)|"
    r"^(?:um |uh |, )*(?:sorry|pardon|what|excuse me|come again)[\s?.,!]*$|what (?:do|did) you (?:mean|say)"
)
_NO_MORE = re.compile(r"^(?:(?:um|uh|,)\s)*no\b[\s,.]*(?:yeah|yes|yep)\b[\s,.]*(?:i|it|he|she|they) ")
_YES_CANNOT = re.compile(  # "do you drink?" - "yes, I cannot stop myself"
    _FILL + r"(?:yes|yeah|yep|yup)\b[\s,.]+(?:(?:and|well|um|uh|,)\s)*(?:i|he|she|they) (?:just |really )?"
    r"(?:can|could) not\b"
)
_NOTHING_NEW = re.compile(r"\bbut (?:nothing|not|none) (?:recent(?:ly)?|new|lately|since|at the moment)\b")
_TAKEN_BACK = re.compile(
    _FILL + r"no\b[\s,.]*(?:(?:um|uh|er|,|\.)\s)*(?:well|actually|i mean)[\s,]+(?:(?:um|uh|er|,)\s)*"
    r"(?:yeah|yes|yep|maybe|sometimes|a (?:bit|little))\b"
)
EACH = re.compile(r"\b(?:both|all (?:of )?(?:them|those|that|three|the above)|everything)\b")
"""A yes to a list that means each of its members."""
BACKCHANNEL = re.compile(
    r"^(?:(?:okay|ok|right|all right|alright|mm - hmm|mm hmm|mhm|uh huh|uh - huh|yeah|yes|yep|"
    r"sure|i see|hmm|um|uh|great|good|fine|thank you|thanks|hi|hello)"
    r"[\s,.!]*)+$"
)
_COUNT = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple|a few|couple|few|several|"
    r"one or two)"
)
_AMOUNT = re.compile(
    rf"\b{_COUNT} (?:of )?(?:times|hours?|days?|nights?|weeks?|months?|years?|glass(?:es)?|drinks?|beers?|"
    rf"cigarettes?|"
    r"packs?|cups?|pints?|units?|shots?|joints?|a (?:day|week|month))\b|"
    r"\b(?:times|once|twice|pack) (?:a|per|every) (?:day|week|month|year|night)\b|"
    r"\bevery (?:day|night|week|weekend|morning|now|once|so often|time)\b|\bon (?:the )?weekends?\b|"
    r"\b(?:yesterday|last night|this morning|at night|in the mornings?|since|recently|when i|socially)\b"
)
_POSITIVE = re.compile(
    r"^(?:yes|yeah|yep|mm - hmm)[\s,.]+(?:actually |well |i mean |, )*"
    r"(?:(?:i|he|she|it|they) (?:do|does|have|has|am|is|are|get|gets|did|had)\b(?! not)|a (?:little|bit|few)|"
    r"some\b|sometimes|there is|quite)"
)
_OPENING = 160  # characters of a reply that are read as its opening


@remembered
def polarity(words: str) -> str:
    """How a reply opens: "yes", "no", "unsure" or "". `words`: lower case, contractions opened."""
    opening = words[:_OPENING]
    if _THINKS_NOT.search(opening[:80]):
        return "no"
    if _CANNOT_SAY.match(opening):
        return "no"
    if _UNSURE.search(opening[:60]) and not _FIRM.match(opening):
        return "unsure"
    if _NO_MORE.match(opening) or _YES_CANNOT.match(opening):
        return "yes"
    if _TAKEN_BACK.match(opening):
        return ""
    if _NO.match(opening):
        return "no"
    if _YES.match(opening):
        return "yes"
    if _PERHAPS.match(opening):
        return "unsure"
    if _NOTHING_NEW.search(opening):
        return "no"
    return "yes" if _YES_LATER.search(opening) else ""


def affirms_negative(words: str) -> bool:
    """ "That's right" to "no fever?" means no fever; "yeah" may mean either."""
    return bool(_AFFIRMED_NEGATIVE.match(words[:_OPENING]))


def asks_again(words: str) -> bool:
    """The question was not heard or not understood: it stays asked."""
    return len(words) < _OPENING and bool(_AGAIN.search(words))


def tells_amount(words: str) -> bool:
    """ "A couple of times a week": grants what a yes-or-no question asked for without a yes."""
    return bool(_AMOUNT.search(words[:_OPENING])) and not re.search(r"\b(?:no|not|never)\b", words[:_OPENING])


def contradicts_negative(words: str) -> bool:
    """ "Yes. I do." to "no dizziness?"."""
    return bool(_POSITIVE.match(words[:_OPENING]))
