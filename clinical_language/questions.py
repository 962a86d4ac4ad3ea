"""What a doctor's question asks for, and how an answer opens."""

from __future__ import annotations

import re

from clinical_language.model import Sentence

_SLOTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (slot, re.compile(pattern))
    for slot, pattern in (
        ("complaint", r"what (?:brings|brought|has brought) you|(?:can|may) (?:i|we) (?:help|do for) you|"
            r"what seems to be|what 's going on|"
                      r"what 's (?:the|been the) (?:problem|matter|trouble)|what is (?:the|wrong|going on)|"
            r"why are you here|reason for your visit|"
                      r"what 's happening|what 's been (?:going on|happening)|what can i do|tell me (?:what|why|"
            r"about what)|how can i help"),
        ("allergies", r"\ballerg"),
        ("severity", r"how (?:bad|severe|strong|intense|painful)|\bscale\b|out of 10|\brate\b (?:the|your|it|"
            r"that)"),
        ("onset", r"how long|when did|since when|how many (?:days|weeks|months)|when was (?:this|it)|"
            r"start(?:ed)?\b.*\bwhen"),
        ("frequency", r"how often|how many times|how frequent|how much"),
        ("smoking", r"\bsmok|\bcigarette|\btobacco|\bvap(?:e|ing)"),
        ("alcohol", r"\balcohol|\bdo you drink\b(?! (?:enough|plenty|a lot of (?:water|fluid)|water|coffee|"
            r"any (?:water|coffee)))|\bdrinker\b"),
        ("drugs", r"(?:recreational|illicit|illegal|street) drugs?|\bmarijuana\b|\bcannabis\b"),
        ("medicines", r"\bmedic(?:ine|ation|ations|ines)\b|\btablets\b|\bprescri|\bmeds\b|over the counter|"
            r"\binhalers?\b"),
        ("family", r"\bfamily\b.*\b(?:history|have|had|has|problem|condition|disease|suffer|run)|"
            r"runs? in (?:the|your) family|family history|family members"),
        ("history", r"medical (?:history|problem|condition|issue)|(?:past|previous) (?:history|medical)|"
            r"health (?:problem|condition|issue)|"
                    r"(?:operations?|surger(?:y|ies))\b|fit and well|long term (?:condition|illness)"),
        ("work", r"for a living|for work|what (?:is|'s) your (?:job|work|occupation)|\boccupation\b|"
            r"do you work\b|are you (?:currently )?working|what do you do"),
        ("living", r"do you live|who (?:is|'s|do|else|lives).*\b(?:home|live|house)|live alone|live with"),
        ("place", r"\bwhere\b|whereabouts|which (?:side|arm|leg|knee|part)|what side"),
        ("quality", r"describe|what (?:does|is|'s) .*\blike\b|what (?:kind|sort|type) of (?:pain|feeling)|"
            r"what does it feel|how does it feel"),
    )
)  # fmt: skip
_NO = re.compile(
    r"^(?:(?:um|uh|er|erm|well|oh|hmm|,|\.|so|i mean|ah|sorry|-|no thank|honestly|actually)\s)*"
    r"(?:no|nope|nah|none|never|not (?:really|that|at all|at the moment|currently|now|any|"
    r"anymore|as|particularly|usually|yet|recently|lately|so far|too|much|to)|"
    r"negative|nothing|neither|i (?:do|have|am|did|was|would|can|could) not(?! know| sure)|"
    r"(?:do|have|am|did) not|i deny|mm - mm|nuh uh|i never)\b"
)
_YES = re.compile(
    r"^(?:(?:um|uh|er|erm|well|oh|hmm|,|\.|so|i mean|ah|-|honestly|actually)\s)*"
    r"(?:yes|yeah|yep|yup|yea|correct|right|that 's (?:right|correct|true)|exactly|definitely|"
    r"absolutely|sometimes|a (?:little|bit)|"
    r"a little bit|i (?:do|have|am|did)(?! not| n't)(?:$| ,| \.| have\b)|mm - hmm|mm hmm|mhm|"
    r"uh - huh|uh huh|of course|sure|occasionally|quite a bit|i think so|indeed|it (?:does|"
    r"is) (?:,|\.|$)|ja\b)"
)
_UNSURE = re.compile(
    r"\b(?:not sure|do not know|no idea|could not tell you|can not (?:say|remember)|"
    r"have not (?:checked|measured))\b"
)
_AFFIRMED_NEGATIVE = re.compile(r"^(?:um |uh |, )*(?:that 's (?:right|correct)|correct|exactly|right)\b")
BACKCHANNEL = re.compile(
    r"^(?:(?:okay|ok|right|all right|alright|mm - hmm|mm hmm|mhm|uh huh|uh - huh|yeah|yes|yep|"
    r"sure|i see|hmm|um|uh|great|good|fine|thank you|thanks|hi|hello)"
    r"[\s,.!]*)+$"
)  # fmt: skip


def slot_of(sentence: Sentence) -> str:
    """What the question asks for beside its concepts: "complaint", "onset", "allergies", ...; "" for none."""
    text = sentence.plain
    return next((slot for slot, pattern in _SLOTS if pattern.search(text)), "")


def is_open(sentence: Sentence) -> bool:
    """A wh-question: its concepts are the theme, and "no" denies none of them."""
    return bool(
        re.search(
            r"\b(?:what|when|where|whereabouts|how|which|why|who|describe|tell me)\b",
            " ".join(sentence.words[:12]),
        )
    ) and not re.search(
        r"^(?:\W*\w+\W+){0,3}(?:do|does|have|are|is|any)\b[^?]*\b(?:when|where)\b", " ".join(sentence.words)
    )


def is_negative(sentence: Sentence) -> bool:
    """A question that expects "no": "no fever?", "you don't have a cough?", "no blood or anything?"."""
    return bool(re.match(r"^(?:(?:okay|so|and|um|uh|,|but|right|all right)\s)*(?:no\b(?! ,)|you (?:do|have|"
            r"are) not\b|there 's no\b|not\b)",
                         " ".join(sentence.words)))  # fmt: skip


def polarity(words: str) -> str:
    """How an answer opens: "yes", "no", "unsure" or ""."""
    if _UNSURE.search(words[:60]):
        return "unsure"
    if _NO.match(words):
        return "no"
    return "yes" if _YES.match(words) else ""


def affirms_negative(words: str) -> bool:
    """ "That's right" to "no fever?" means no fever; "yeah" may mean either."""
    return bool(_AFFIRMED_NEGATIVE.match(words))
