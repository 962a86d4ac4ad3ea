"""Whether a line may stand in a note as a sentence: flaws that speech leaves when it was cut off, run together or half
turned into the third person.

Each flaw is a rule over small words and their order; what a line is about is never judged. A line with a flaw is not
written: what a doctor cannot read, a doctor cannot sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from clinical_language.remembering import remembered

_TOKEN = re.compile(r"\d+(?:[./:-]\d+)*%?|[a-z]+\d*(?:['-][a-z]+)*|[,.;:?!%()]")
_QUOTED = re.compile(r"\u201c[^\u201d]*\u201d")  # a patient's own words stay as they are
_LABEL = re.compile(r"^(?:[A-Z][\w ,/&-]{1,40}: )+")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9])")
_THEN = frozenset("then now sometimes still even also usually recently".split())
_FRAMES = frozenset(
    "even when if after at in on over since every for during then usually first now sometimes maybe especially with "
    "before once the while whenever".split()
)
_TIME_ENDS = frozenset(
    "ago today yesterday week weeks day days month months night morning evening years".split()
)
_CONDITION = 5  # words: "if next week the patient is ..." has its subject after a time
_WIDEST = 600  # characters; a longer line is a paragraph of speech

_SUBJECTS = frozenset("he she it they".split())
_FINITE = frozenset(
    """is are was were has have had does do did will would can could should may might must feels felt gets got goes went
started stopped began hurts comes came takes took says said thinks thought knows knew needs needed wants wanted makes
made seems looks gave gives keeps kept tried tries uses used works worked lives lived sees saw eats ate drinks drank
sleeps slept walks walked runs ran woke wakes fell falls put puts likes loves forgets forgot noticed notices denies
reports states endorses presents underwent stands suspects describes hurt""".split()
)
_INFLECTED = re.compile(r"(?!always|sometimes|perhaps|this|us\b)[a-z]{2,}(?:s|ed)")
_LICENCE = frozenset(
    """that if when because and but or while since as where which who how what whether than before after until till so
though although unless once like whenever wherever why says said thinks think thought feels felt believes knows know
knew hopes noticed notices noted reports reported states stated mentioned mentions wishes sure hoping denies saying
thinking time times day days moment way thing things everything something anything all much far long soon often place
only not , ; : ( same worse better longer more less is was does did do has had can could will would should may might"""
    .split()
)  # fmt: skip
_OPEN_ENDS = frozenset(
    """a an the and or but of to with for from at by than into is are was were be been has have had do does did will
would could can should might must his their its my our your that which who when if because so as about very really
quite he she they i pretty also some any not no every this these""".split()
)
_OPEN_PHRASES = (
    " and the patient",
    " after the patient",
    " when the patient",
    " based on",
    " and over",
    " and potentially",
    " most likely",
)
_AFTER_THAT = re.compile(r"\b(?:after|before|since|like|for|of|with|from|than|about|during|by) that$")
_ELLIPSES = (
    " if we need to",
    " if needed to",
    " if the patient needs to",
    " if he needs to",
    " if she needs to",
)
_LEFT_OVER = frozenset("of and so but because or than which who makes makes' being just then also".split())
_CLASHES = re.compile(
    r"\b(?:"
    r"(?:is|are|was|were) (?:is|are|was|were|has|have|had|does|did|and|or|he|she|they|the patient|been)"
    r"|(?:has|had|have) (?:because|if|that|and|or|is|are|was|were|the patient)"
    r"|(?:a|an|the|his|their|my) (?:and|or|of|is|was|are|were|to|that|when|if|it|he|she|they|the|a|an|last was)"
    r"|her (?:or|of|is|was|are|were|he|she)"
    r"|(?:of|to|with|for|in|at|by|from) (?:is|was|are|were|has|and|or|of|if|because|does|did)"
    r"|not no|did or|do or|to to|last was|patient do|he do|she do|they does|an [bcdfgjkpqtvwz]\w+"
    r"|the patient the|patient they|has positive|had positive|the since|that like|if any if|if when|"
    r"and do the|so on the|(?:can|will|could|should) not [a-z]+ (?:is|are|was)"
    r")\b"
)
_TURNED = re.compile(  # of "no one smokes", "no, she felt hot", "nothing like that, just tired"
    r"(?:not (?:he|she|it|they|the patient|patient|mostly|just|only|nothing|no|do|did|does|like)\b(?! one\b)"
    r"|one (?:is|was|has|had|[a-z]{3,}s)\b"
    r"|does not (?:is|was|are|has|the patient|patient|he|she|it)\b"
    r"|any[a-z]* (?:[a-z]+ ){0,2}(?:is|are|was|has|have) not\b"
    r"|(?:he|she|they) (?:died|passed away)\b"  # of whom it is not said
    r"|nothing (?:like that|else) (?!that\b)[a-z]+)"
)
_GARBLED = re.compile(  # a word that its neighbour cannot follow: a subject or a verb got lost between them
    r"\b(?:(?:hear[sd]|says?|said|saying|told|notice[sd]?)(?: that)?|thinks?|thought|hopes?|feels? like|felt like) "
    r"(?:was|were|is|has|had|have|should|could|would|can|will|do|does|did)\b"
    r"|\b(?:for|with|of|from|by|at) (?:to|that if|because|potentially|he|she|they|and|or)\b"
    r"|\b(?:to|the|a|an|my) (?:when|where|who|which|is|was|are|were|has|had|does|did)\b(?! (?:to|it)\b)"
    r"|\b(?:was|were|is|does not|did not|do not|has|had) (?:maybe |just |like |also )?"
    r"(?:patient|he|she|they|i) \w+(?:s|ed)\b"
    r"|\b(?:that after|that when|that because|that if|if if|when when|was is|is was|has is|had is|not like this|"
    r"be because|even than|to of|would would|not not|has have|it it|do not patient)\b"
    r"|\b(?:is|was|are|were|be|been|feels?|felt|seems?|seemed|becomes?|became|looks?|makes?|made)"
    r"(?: (?:sometimes|always|usually|often|then|just|so|very|also))?$"
    r"|\b(?:takes?|took|tried|used|uses|needs?|lets?|tells?|mentions?|likes|liking|called)$"
    r"|^(?:it|that|this|they|he|she) ,"
)
_HALF = re.compile(  # what a jotted line cannot be all of
    r"^(?:although|though|because|unless|until|of|than|which|who)\b(?!.*[,;])"
    r"|^(?:if|when|while|after|since|whenever)\b(?!.*,)(?!.*\b(?:is|has|gets?|feels?|hurts?|comes?|goes)\b)"
)
_AGAIN = re.compile(r"\b(?!had\b|that\b)([a-z]+(?: [a-z]+){0,4}) \1\b")
_TALK = re.compile(
    r"^(?:okay|ok)\b|\b(?:okay|ok)(?= (?:so|and|but|then|i|he|she|it)\b)|"
    r"\b(?:u+m|u+h+m*|mm+|hm+|oh+|yeah|yep|sorry|thanks|bye|hello|hi|you|your|yours|you're|i'm|let's|kinda|gonna|"
    r"dot|slash|guess|y'know|curiosity|excuse|go ahead|name is|e-?mail|date of birth|private place|confidential|"
    r"hear me|nice to|i see|i mean|how does that|for assessment|here is normal|next time|why do not we|"
    r"impression and plan|template|notate|whichever|whatnot|and stuff|so forth)\b"
)
_I = re.compile(
    r"\bi\b(?! (?:advised?|recommend(?:ed)?|encouraged?|suggest(?:ed)?|reviewed|discussed|explained|will|would|want|"
    r"do not|am|think|believe|suspect|prescribed|ordered|referred|instructed|counsell?ed|last saw|saw|review|"
    r"appreciate|need|"
    r"do appreciate|have (?:advised|recommended|suggested|encouraged|ordered|reviewed|discussed|explained|prescribed|"
    r"referred|had))\b)"
)
_SPAN = re.compile(
    r"(?:#|\bone|\bnext|\ba few|\ba couple of|\ba|\bseveral) (?:hours?|days?|weeks?|months?|years?|times?)|follow|"
    r"\bdoing (?:\w+ )?(?:well|better)\b"
)
_CONSEQUENCE = re.compile(
    r"\b(?:call|come|go|contact|let|we|i|then|should|can|may|will|would|need|seek|return|increase|take|stop|reach|see|"
    r"use|avoid|rest|is worse|is better|hurts?|gets?|feels?|has|becomes?|not)\b"
)
_SMALL = frozenset(
    """a about after again all almost also am an and any anything are around as at back be because been before being
better both but by came can come could did do does doing done down each else even ever every feel feeling feels
felt few first for from get gets getting go goes going got had has have having he her here him his how if in
into is it its just kind know last later least less like little look looks lot made make many may maybe might
mine more most much must my never new next no not nothing now of off often on once one only or other our out
over own patient people pretty put quite really right said same say says see seems she should since so some
something sometimes soon still such take takes than that the their them then there these they thing things think
thinks this those through till time to together too took try until up us use used uses very was way we well went
were what when where whether which while who why will with would yes yesterday yet day days week weeks month
months year years hour hours today ago probably there's it's times side working stopped started""".split()
)


def readable(text: str) -> str:
    """The line without its flawed sentences; "" when none may stand.

    >>> readable("Neurological: Good reflexes. Normal the exam is and.")
    'Neurological: Good reflexes.'
    """
    label, parts = _parts(text)
    kept = [part for part in map(_without_turned, parts) if part and not _flaws_of(part, bool(label))]
    return label + " ".join(kept) if kept else ""


def flaws(text: str) -> tuple[str, ...]:
    """Names of what is wrong with a line, none for one that may stand.

    >>> flaws("He thinks the sugar has been."), flaws("She takes 10 mg of lisinopril daily.")
    (('cut_off',), ())
    """
    label, parts = _parts(text)
    return tuple(dict.fromkeys(flaw for part in parts for flaw in _flaws_of(part, bool(label))))


def jot_flaws(text: str) -> tuple[str, ...]:
    """`flaws` of a line in the short form, which has no subject: what dangles in it counts, too.

    >>> jot_flaws("Heard that was ill."), jot_flaws("Gets ringing in left ear.")
    (('garbled',), ())
    """
    plain = _plain(text)
    broken = [name for name, pattern in (("garbled", _GARBLED), ("half", _HALF)) if pattern.search(plain)]
    return (*flaws(text), *broken)


def garbled(text: str) -> bool:
    """Whether words of a clause got lost between two others, wherever in a line it is to stand."""
    return bool(_GARBLED.search(_plain(text)) or {"run_on", "clash", "no_verb"} & set(flaws(text)))


def _plain(text: str) -> str:
    words = " ".join(_TOKEN.findall(text.lower().replace("\u2019", "'"))).rstrip(" .,;")
    return words.rpartition(" : ")[2]


def _without_turned(sentence: str) -> str:
    """Without the clauses of a jotted line that lost the word they were denied or affirmed by ("one smokes")."""
    clauses = sentence.split("; ")
    kept = [clause for clause in clauses if not _TURNED.match(clause.lower())]
    if len(kept) == len(clauses):
        return sentence
    line = "; ".join(kept)
    return f"{line[:1].upper()}{line[1:].rstrip('.')}." if line else ""


def _parts(text: str) -> tuple[str, list[str]]:
    """Its label ("Lungs: "), "" without, and its sentences."""
    label = _LABEL.match(text)
    end = label.end() if label else 0
    return text[:end], _SENTENCE.split(text[end:])


@remembered
def _flaws_of(sentence: str, labelled: bool) -> tuple[str, ...]:
    if len(sentence) > _WIDEST:
        return ("too_long",)
    low = _QUOTED.sub("\u201c\u201d", sentence).lower().replace("\u2019", "'")
    tokens = _TOKEN.findall(low)
    words = [token for token in tokens if token[0].isalnum()]
    if not words:
        return ()  # a quotation alone
    plain = " ".join(words)
    return tuple(name for name, broken in _CHECKS if broken(tokens, words, plain, labelled))


def _cut_off(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    open_end = words[-1] in _OPEN_ENDS and not plain.endswith(_ELLIPSES) and not _AFTER_THAT.search(plain)
    return open_end or plain.endswith(_OPEN_PHRASES)


def _left_over(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    return words[0] in _LEFT_OVER


def _run_on(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    """A second subject with its verb, and nothing before it that lets one begin."""
    return any(_begins_clause(tokens, at) and not _licensed(tokens, at) for at in range(3, len(tokens) - 1))


def _begins_clause(tokens: Sequence[str], at: int) -> bool:
    verb = at + 1 if tokens[at] in _SUBJECTS else at + 2 if tokens[at : at + 2] == ["the", "patient"] else 0
    return 0 < verb < len(tokens) and (tokens[verb] in _FINITE or bool(_INFLECTED.fullmatch(tokens[verb])))


def _licensed(tokens: Sequence[str], at: int) -> bool:
    """After a conjunction, a stop, a verb of saying; or as the relative clause of a noun ("the gel she uses")."""
    before = tokens[at - 1]
    if before in _LICENCE or not before[0].isalpha() or (tokens[0] == "if" and at <= _CONDITION):
        return True
    if (before in _TIME_ENDS or tokens[0] in _FRAMES) and not _FINITE & set(tokens[:at]):
        return True  # "five days ago she started", "when lying down it gets worse"
    if before in _THEN and {"and", "but", "so", "or", ","} & set(tokens[at - 3 : at - 1]):
        return True  # "..., and then she started coughing"
    if tokens[at] == "it" and before in {"get", "got", "getting", "have", "had"}:
        return True  # "to get it checked"
    if tokens[at] == "it" or before.endswith("ing") or before in {"ago", "now", "up", "down"}:
        return False
    return bool({"the", "a", "all", "what", "his", "her"} & set(tokens[max(0, at - 4) : at]))


def _no_verb(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    subject = 1 if words[0] in _SUBJECTS else 2 if words[:2] == ["the", "patient"] else 0
    if not subject or words[0] == "they":
        return False
    return not any(
        w in _FINITE or re.fullmatch(r"[a-z]{2,}(?:s|ed)", w) for w in words[subject : subject + 4]
    )


def _clash(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    return bool(_CLASHES.search(plain) or _AGAIN.search(plain))


def _talk(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    return bool(_TALK.search(plain) or _I.search(plain))


def _says_nothing(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    if labelled or any(word not in _SMALL and word[0].isalpha() for word in words):
        return False
    return not _SPAN.search(re.sub(r"\d+", "#", plain))


def _half_condition(tokens: Sequence[str], words: Sequence[str], plain: str, labelled: bool) -> bool:
    if words[0] not in {"if", "when", "after", "since", "because"}:
        return False
    half = max(4, len(words) // 3)
    return not _CONSEQUENCE.search(" ".join(words[half:]))


_Check = Callable[[Sequence[str], Sequence[str], str, bool], bool]
_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("cut_off", _cut_off),
    ("left_over", _left_over),
    ("run_on", _run_on),
    ("no_verb", _no_verb),
    ("clash", _clash),
    ("talk", _talk),
    ("says_nothing", _says_nothing),
    ("half_condition", _half_condition),
)
