"""What a doctor's sentence does to the patient: asks openly, asks for yes or no, states, dictates, or none of these.

A mention in a question is either asked for ("any cough?") or its theme ("does the cough wake you?"): "no" denies what
is asked for, and an answer of any kind grants the theme.
"""

from __future__ import annotations

import re

from clinical_language.model import Kind, Mention, Sentence
from clinical_language.remembering import remembered

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
        ("alcohol", r"\balcohol|\b(?:do|does) (?:you|he|she) (?:\w+ ){0,2}?drink\b(?! "
            r"(?:enough|plenty|a lot of (?:water|fluid)|water|coffee|"
            r"any (?:water|coffee)))|\bdrinker\b|"
            r"\b(?:smok\w+|smoke),? (?:or|and|,) drink|\bdrinking\b(?= [,?.]| (?:or|and) (?:smok|drug))"),
        ("drugs", r"(?:recreational|illicit|illegal|street) drugs?|\bmarijuana\b|\bcannabis\b"),
        ("medicines", r"\bmedic(?:ine|ation|ations|ines)\b|\btablets\b|\bprescri|\bmeds\b|over the counter|"
            r"\binhalers?\b"),
        ("family", r"\bfamily\b.*\b(?:history|have|had|has|problem|condition|disease|suffer|run)|"
            r"\bin (?:the|your|his|her) (?:immediate )?family\b|family history|family members"),
        ("history", r"medical (?:history|problem|condition|issue)|(?:past|previous) (?:history|medical)|"
            r"health (?:problem|condition|issue)|"
                    r"(?:operations?|surger(?:y|ies))\b|fit and well|long term (?:condition|illness)"),
        ("work", r"for a living|for work|what (?:is|'s) your (?:job|work|occupation)|\boccupation\b|"
            r"do you work\b|are you (?:currently )?working|what do you do"),
        ("living", r"do you live|who (?:is|'s|do|else|lives).*\b(?:home|live|house)|live alone|live with"),
        ("place", r"\bwhere\b|whereabouts|which (?:side|arm|leg|knee|part)|what side"),
        ("quality", r"describe|what (?:does|is|'s) .*\blike\b|what (?:kind|sort|type) of (?:pain|feeling)|"
            r"what does it feel|how does it feel"),
        ("effect", r"\b(?:did|does|has|have|do|is|are) (?:it|that|those|they|this|the \w+|any of (?:that|those|"
        r"them|these)) (?:\w+ ){0,2}?"
            r"(?:help|helped|helping|work|worked|working)\b|any (?:relief|improvement) with"),
        ("worse", r"\b(?:makes?|made|making)\b.{0,40}\bworse\b|\bbrings? (?:it|this|that|the \w+|them) on|"
        "\btriggers?\b|\baggravat|"
            r"\bworse (?:with|when|after)"),
        ("better", r"\b(?:makes?|made|making)\b.{0,40}\bbetter\b|\banything (?:\w+ ){0,3}?(?:helps?|helped|"
        "relieves?|eases?)|\brelieve|"
            r"\bwhat helps|\bbetter (?:with|when|after)"),
        ("radiation", r"\b(?:radiat|spread)\w*|\b(?:move|moves|travel|travels|go|goes|shoot|shoots) (?:anywhere|"
        "to|down|into|up|somewhere)|"
            r"\banywhere else\b|\bone (?:spot|place)\b"),
        ("course", r"(?:getting|gotten|got|become) (?:any )?(?:better|worse)|come and go|comes and goes|"
        "\bconstant\b|\bcame? on (?:suddenly|"
            r"gradually)|\bsudden\w*\b|\bchanged\b"),
    )
)  # fmt: skip
_OPEN = re.compile(
    r"(?<!know )(?<!sure )\b(?:what|how|which|why|(?<!one )(?<!body )(?<!people )who|"
    r"whereabouts|describe|tell me|rate)\b(?! about\b)(?! something)|"
    r"(?:^|[,.?] |\b(?:and|so|but|okay|ok|then|um|uh|or|right|well|exactly) )(?:when|where)\b"
)
_WHERE_INSIDE = re.compile(r"^(?:\W*\w+\W+){0,3}(?:do|does|have|are|is|any)\b[^?]*\b(?:when|where)\b")
_NEGATIVE = re.compile(
    r"^(?:(?:okay|ok|uhm|so|and|um|uh|,|\.|but|right|all right|alright|well|now|then|good|great)\s)*(?:no\b(?! ,)|"
    r"(?:and )?(?:he|she|you|it|they) (?:do|does|have|has|are|is|did|was|were) (?:not|never)\b|never\b|there 's no\b|"
    r"there (?:is|are) no\b|not\b|none\b|without\b)"
)
_GRANTING = re.compile(
    r"\bwhen (?:did|was|were|is|does)\b|\bhow (?:long|bad|severe|strong|intense|painful|often|frequent\w*|many|"
    r"much)\b|"
    r"\bsince when\b|\b(?:describe|rate)\b|\bwhat (?:kind|sort|type|does|is|makes|brings|helps|about)\b|"
    r"\bwhere(?:abouts)?\b|\bwhich (?:side|part)\b|\btell me (?:a (?:little|bit)|more|about)|\bhow (?:is|are|'s|"
    r"was|has)\b|"
    r"\bscale\b|\b1 to 10\b|\bwhat side\b|\bwhen you (?:say|said|mentioned)\b|\brate (?:your|this|the|that)\b"
)
_RATING = re.compile(
    r"\brate (?:your|this|the|that)\b|\bscale (?:of|from)\b|\bout of (?:10|ten)\b|\bone to ten\b"
)
_NOT_GRANTED = re.compile(r"\b(?:if|any|ever|anyone|anybody|last|would|should|could|or|risk|know)\b")
_EXAMINES = re.compile(
    r"\bwhen (?:i|we) (?:press|push|touch|move|bend|tap|squeeze|lift|pull|turn|feel|palpate)|\bif i (?:press|"
    r"push|touch|"
    r"move|bend|tap|squeeze|lift|pull|turn|palpate)|\b(?:push|pull|squeeze|press|resist)\w* (?:against|down|up|"
    r"on|my|me)\b|"
    r"\b(?:over|right|in) here\b|\bwhen you (?:push|pull|bend|flex|extend|lift) (?:it|that|this|up|down|your)\b|"
    r"\b(?:does|do) (?:that|this) (?:hurt|feel)|\bpronation|\bsupination|\bdeviation|\bpalpation|\bflexion\b|"
    r"\bextension\b"
)
_WHEN_ALREADY = re.compile(  # "when you had your heart attack", "since the surgery": taken for true
    r"(?<!time )(?<!times )\b(?:when|after|before|since|while|until|once)"
    r"(?: (?!any\b|or\b|and\b|some\b|an?\b)[a-z']+){0,5} $"
)
_DETERMINER = frozenset(
    "the this that these those your his her their my a an any some bad severe sharp kind of sort like um uh new same "
    "other more such recent either particular further previous or and , / current dry left right lower upper little "
    "bit of".split()
)
_BETWEEN = frozenset(
    "okay so then also well right alright all no . ? yeah good great what how about in ok uhm now oh at recently "
    "lately anything".split()
)
_DEFINITE = frozenset("the this that these those your his her their".split())
_INDEFINITE = frozenset({"any", "some", "a", "an"})
_BESIDE = frozenset("for during since besides than after before despite because by towards from".split())
_OBJECT_OF = frozenset(  # "do you suffer from anxiety?" asks for it
    (verb, link)
    for verb, link in (
        ("treated", "for"), ("suffer", "from"), ("suffered", "from"), ("suffering", "from"), ("suffers", "from"),
    )
)  # fmt: skip
_WORKING = frozenset(
    "make makes making made help helps helped helping relieve relieves relieved trigger triggers triggered worsen "
    "worsens cause causes caused bring brings brought affect affects provoked provoke aggravate aggravates".split()
)
_AUXILIARY = frozenset("is was are were does did do has have had will would can 's".split())
_SUBJECTS = frozenset("you he she they i we it anyone anybody family patient mother father".split())
_COMPARED = re.compile(r"\b(?:worse|more|less)\b")
_TROUBLE = frozenset("problem problems issue issues trouble difficulty difficulties troubles".split())
_CONTINUES = re.compile(
    r"\b(?:like that|of (?:that|those|these)|at all|that something|sort of thing|(?:any|anything|"
    r"any other) (?:other|else)|"
    r"of the sort|along those lines)\b|"
    r"\b(?:that|it|them|any|those)(?: (?:recently|lately|before|now|in any form|in the past))* ?\?$"
)
_MORE = re.compile(
    r"\b(?:any|anything|anyone|something) (?:\w+ )?(?:other|else)\b|\bother (?:symptoms|problems|concerns|"
    r"issues)|\bis that (?:all|it)\b"
)
_ASKED_STILL = re.compile(r"^(?:still |there |present |going on |around |a problem |an issue |gone |\W)*$")


@remembered
def slot_of(sentence: Sentence) -> str:
    """What the question asks for beside its concepts: "complaint", "onset", "allergies", ...; "" for none."""
    text = sentence.plain
    return next((slot for slot, pattern in _SLOTS if pattern.search(text)), "")


@remembered
def slots_of(sentence: Sentence) -> tuple[str, ...]:
    """All it asks for: "do you smoke or drink?" is smoking and alcohol."""
    return tuple(slot for slot, pattern in _SLOTS if pattern.search(sentence.plain))


def is_open(sentence: Sentence) -> bool:
    """A wh-question: its concepts are the theme, and "no" denies none of them. "How about a cough?" is none."""
    words = " ".join(sentence.words)
    return bool(_OPEN.search(" ".join(sentence.words[:40]))) and not _WHERE_INSIDE.search(words)


def is_negative(sentence: Sentence) -> bool:
    """A question or statement that expects "no": "no fever?", "you don't have a cough", "no blood or anything?"."""
    return bool(_NEGATIVE.match(" ".join(sentence.words)))


def is_examination(sentence: Sentence) -> bool:
    """ "Does it hurt when I press here?": a finding of the examination, not of the history."""
    return bool(_EXAMINES.search(" ".join(sentence.words)))


@remembered
def grants_theme(sentence: Sentence) -> bool:
    """An open question that takes its theme for true: "how long have you had the cough?"."""
    words = " ".join(sentence.words)
    return bool(_RATING.search(words)) or (bool(_GRANTING.search(words)) and not _NOT_GRANTED.search(words))


def is_theme(sentence: Sentence, mention: Mention) -> bool:
    """Whether a yes-or-no question is about the mention rather than for it: "does the cough wake you?"."""
    words = sentence.words
    if _COMPARED.search(mention.text.lower()):
        return False  # "is the cough worse at night?" asks for just that
    if mention.text.lower().startswith("cough") and words[mention.last : mention.last + 1] == ("up",):
        return True  # "are you coughing anything up?" asks for sputum
    return in_time_clause(sentence, mention) or _is_theme_of(sentence, mention)


def in_time_clause(sentence: Sentence, mention: Mention) -> bool:
    """ "When you had your heart attack", "since the surgery"."""
    return bool(_WHEN_ALREADY.search(" ".join(sentence.words[: mention.first]) + " "))


def _is_theme_of(sentence: Sentence, mention: Mention) -> bool:
    words = sentence.words
    if _is_of_another(sentence, mention):
        return True
    at, passed = _governor(sentence, mention)
    if at < 0:
        return False
    governor, before, definite = words[at], words[max(0, at - 2) : at], bool(_DEFINITE & set(passed))
    if (*before[-1:], governor) in _OBJECT_OF:
        return False
    if governor in _WORKING and not definite and _INDEFINITE & set(passed):
        return False  # "does it cause any chest pain?" asks for the pain, "what causes the pain?" does not
    if governor not in _DETERMINER and passed[-1:] == ["of"] and definite:
        return True  # "any flare-ups of your asthma?"
    if governor in _BESIDE or governor in _WORKING or "when" in before[-1:] or governor in {"when", "while"}:
        return True
    if governor == "with":
        lasting = mention.concept.kind in {Kind.CONDITION, Kind.MEDICINE}
        return definite and (lasting or not (_TROUBLE & set(before)))
    if governor == "about":
        return definite and before[-1:] not in (("how",), ("what",))
    own_verb = bool(before) and before[-1] in _SUBJECTS  # "you have", "you are", not "have the headaches"
    holds = own_verb or (governor in {"have", "has", "had", "do"} and not definite)
    subject = governor in _AUXILIARY and not holds and (definite or mention.first == at + 1)
    return subject and not _ASKED_STILL.match(" ".join(words[mention.last :]))


def _is_of_another(sentence: Sentence, mention: Mention) -> bool:
    """ "Any flare-ups of your asthma?" asks for the one and takes the other for known."""
    at = mention.first - 1
    while at > 0 and sentence.words[at] in _DEFINITE:
        at -= 1
    of = at < mention.first - 1 and sentence.words[at] == "of"
    return of and any(other.last == at for other in sentence.mentions)


def _governor(sentence: Sentence, mention: Mention) -> tuple[int, list[str]]:
    """Index of the word that governs a mention, -1 for none, and the words passed on the way to it."""
    at, passed = mention.first - 1, []
    covered = {i for m in sentence.mentions for i in range(m.first, m.last)}
    while at >= 0 and (sentence.words[at] in _DETERMINER or at in covered):
        if at not in covered:
            passed.append(sentence.words[at])
        at -= 1
    return at, passed


def is_given(sentence: Sentence, mention: Mention) -> bool:
    """ "The cough", "your headaches": spoken of as known, so that an answer of any kind grants it."""
    at = mention.first - 1
    while at >= 0 and sentence.words[at] in _DETERMINER:
        if sentence.words[at] in _DEFINITE:
            return True
        at -= 1
    return False


def asks_for_more(sentence: Sentence) -> bool:
    """ "Any other symptoms?", "anything else?": "no" to it leaves standing what was said before."""
    return bool(_MORE.search(" ".join(sentence.words)))


def continues(sentence: Sentence) -> bool:
    """A question that goes on with the one before: "anything like that?", "or any rash?"."""
    return bool(sentence.mentions) or bool(_CONTINUES.search(" ".join(sentence.words)))


def is_fragment(sentence: Sentence) -> bool:
    """ "And any headaches", "fever or chills": an item of a list, asked without a question mark."""
    covered = {i for m in sentence.mentions for i in range(m.first, m.last)}
    return bool(covered) and all(
        i in covered or word in _DETERMINER or word in _BETWEEN for i, word in enumerate(sentence.words)
    )
