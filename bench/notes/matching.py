"""Does a text say a fact? One lenient matcher for every text alike: a note, a GP's note, a transcript.

Independent of what it judges: it knows nothing of `clinical_language` or `soap`, only data/synonyms.tsv (written by
hand XX
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nltk.stem.snowball import SnowballStemmer

from clinical_language import Turn

_DATA = Path(__file__).parent / "data" / "synonyms.tsv"
_STEM = SnowballStemmer("english")
_TOKEN = re.compile(
    r"\d+/\d+(?=\s*(?:ago|history|hx|days?|of\b|,|\.|;|$))|\d+(?:\.\d+)?|[a-z]+(?:'[a-z]+)?|[.;!?,]"
)
_IRREGULAR = {
    form: verb
    for verb, forms in {
        "go": "went gone goes", "get": "got gotten", "feel": "felt", "think": "thought", "take": "took taken",
        "see": "saw seen", "break": "broke broken", "fall": "fell fallen", "wake": "woke woken", "lose": "lost loss",
        "sleep": "slept", "keep": "kept", "bring": "brought", "begin": "began begun", "give": "gave given",
        "come": "came", "eat": "ate eaten", "drink": "drank drunk", "run": "ran", "throw": "threw thrown",
        "bleed": "bled", "sting": "stung", "bite": "bit bitten", "hear": "heard", "find": "found", "buy": "bought",
        "tell": "told", "stand": "stood", "sit": "sat", "write": "wrote written", "drive": "drove driven",
        "grow": "grew grown", "speak": "spoke spoken", "hold": "held", "forget": "forgot forgotten", "catch": "caught",
        "calf": "calves", "foot": "feet", "tooth": "teeth", "wheeze": "wheezy wheezing wheezes",
    }.items()
    for form in forms.split()
}  # fmt: skip
# British spelling and American are one word: haematuria, diarrhoea, dyspnoea, oedema, tumour, laboured.
_BRITISH = re.compile(
    r"(?<=[hncklt])a(?=em)|(?<=[rp][hn])o(?=ea)|^o(?=edem|esoph)|(?<=[a-z]{2}o)u(?=r(?:s|ed|ation)?$)"
)
_UNITS = {"7": "day", "52": "week", "12": "month"}  # "3/7": 3 days, as British doctors write it
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "ninety": "90",
    "once": "1",
    "twice": "2",
    "half": "0.5",
}
_DENIALS = frozenset(
    "no not nil never none without denies deny denied denying neither nor negative non cannot nobody nothing nkda "
    "free absent".split()
)
# "Non-Hodgkin's", "non-small cell": names, no denials.
_NAMED_NON = re.compile(
    r"\bnon[- ](?=hodgkin|small|steroid|prescri|st\b|alcoholic|stick|insulin)", re.IGNORECASE
)
_CLAUSE = frozenset({".", ";", "!", "?", "but", "however", "although", "except", "apart"})
STOP = frozenset(
    """a an the of to in on at for with and or is was were are be been being has had have having do does did it its this
    that these those i me my you your he she they them his her their we our us as by from who which what when where how
    there here so then than just very really quite also too any all some if while about around up out over into more
    most much many other own same such only will would could can may might should shall am im ive patient pt reports
    reported report describes described states stated says said say complain complains get got gets getting going go
    goes feel feels feeling felt like bit little thing things something anything lot yeah yes okay ok um uh oh right now
    because since during after off mention mentioned noted note notes known well still kind sort know mean think see
    hx h/o c/o mr mrs ms dr take takes taking took use uses using used need needs needing want wants one ones
    both way day-to-day problem problems issue issues have's pmh dh sh fh associated mainly""".split()
)
_SLIP = 7  # letters of a stem from which on a slip of the pen is forgiven
_SPOKEN_REACH = 6  # words over which a spoken denial holds; a list renews it
_NEW_THOUGHT = frozenset(
    "so i i'm i've he she it it's they but and just we you that there my yeah yes like".split()
)
CARRIES_LITTLE = frozenset(
    """left right lower both mild severe better worse wors start stop normal day week month year hour today
    yesterday night few each frequency intermittent constant sudden gradual check problem condition
    change previously usually unsure family child mother father brother wife work lives doctor
    hospital medication eat drink sleep walk lie stairs continue increase decrease order recommend
    refer follow prescribe back head neck arm leg eye ear heart lung skin throat nose knee shoulder
    hip abdomen fluid rest habit""".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its stem, or "=" and the name of its synonyms; `said`: the words themselves.

    `denied`: True, False, or None where it was only asked.
    """

    stem: str
    denied: bool | None
    said: tuple[str, ...] = ()


Unit = tuple[Word, ...]


@cache
def _groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(name of a group, the stems of one of its wordings), in the order of the file; a name may come again."""
    lines = _DATA.read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    said = [(name, wording) for name, _, others in rows for wording in (name, *others.split(" | "))]
    found = (
        (name, tuple(stem(word) for word in re.findall(r"[a-z0-9&']+", wording))) for name, wording in said
    )
    return tuple((f"={name}", stems) for name, stems in found if stems)


@cache
def _synonyms() -> dict[str, dict[tuple[str, ...], str]]:
    """First stem -> stems of a wording -> the group's name (the first that has the wording)."""
    table: dict[str, dict[tuple[str, ...], str]] = {}
    for name, stems in _groups():
        table.setdefault(stems[0], {}).setdefault(stems, name)
    return table


@cache
def wordings(group: str) -> tuple[frozenset[str], ...]:
    """The stems of each wording of a group ("=dysuria"), also of those that another group has first."""
    return tuple(frozenset(stems) for name, stems in _groups() if name == group)


@cache
def stem(word: str) -> str:
    """The stem of one lower-case word; a number word is its digits."""
    word = word.removesuffix("'s")
    return _NUMBERS.get(word) or str(_STEM.stem(_BRITISH.sub("", _IRREGULAR.get(word, word))))


def raw_words(text: str) -> list[str]:
    """Lower-case words, numbers and sentence marks; contractions of "not" opened, "3/7" as "3 day"."""
    opened = re.sub(r"\bcan't\b|\bcant\b", "can not", text.lower().replace("\u2019", "'"))
    opened = re.sub(
        r"\b(?:gon|wan)(?: na|na)\b", lambda m: "go to" if m[0].startswith("g") else "want to", opened
    )
    opened = re.sub(r"\ban? (?=(?:day|week|month|year|hour|stone|pint|minute)\b)", "1 ", opened)
    opened = re.sub(r"n't\b|\bdont\b", " not", opened).replace(" n 't", " not").replace("-", " ")
    found = []
    for token in _TOKEN.findall(opened):
        count, _, unit = token.partition("/")
        found += [count, _UNITS[unit]] if unit in _UNITS else [count] if unit else [token]
    return found


def grouped(words: Sequence[str]) -> list[tuple[str, int]]:
    """(stem or "=group", words taken) left to right, the longest wording first; marks stay as they are."""
    table, stems = _synonyms(), [word if word in _CLAUSE else stem(word) for word in words]
    found, at = [], 0
    while at < len(stems):
        wording = max(
            (w for w in table.get(stems[at], ()) if tuple(stems[at : at + len(w)]) == w), key=len, default=()
        )
        found.append((table[stems[at]][wording] if wording else stems[at], len(wording) or 1))
        at += len(wording) or 1
    return found


def content(
    text: str, *, denied: bool | None = False, spoken: bool = False, within: int = _SPOKEN_REACH
) -> Unit:
    """Content words of a text. `denied`: what words outside a denial are (None: asked, not answered).

    A denial holds to the end of its clause; in speech ("No, I ...", "no one else, so my wife ...") not over a comma
    that begins a new thought. `within`: words over which a spoken denial holds.
    """
    words, found, at, last = raw_words(_NAMED_NON.sub("", text)), [], 0, -1
    reach = within if spoken else len(words)
    for name, length in grouped(words):
        said, at = tuple(words[at : at + length]), at + length
        after = words[at] if at < len(words) else ""
        scope = at <= last
        if said[0] in _CLAUSE or (spoken and said[0] == "," and after in _NEW_THOUGHT):
            last = -1
        elif spoken and said[0] in {",", "or", "and", "nor"}:
            last += reach if scope else 0  # a list goes on
        elif length == 1 and said[0] in _DENIALS and not name.startswith("="):
            new = after == "," or (said[0] == "no" and after in _NEW_THOUGHT)
            last = -1 if spoken and new else at + reach
        elif name.startswith("=") or (said[0] not in STOP and said[0].isalnum()):
            found.append(Word(name, True if scope or said == ("nkda",) else denied, said))
    return tuple(found)


def note_units(text: str) -> list[Unit]:
    """A written text in sentences, each with the one after it."""
    lines = [s for line in text.splitlines() for s in re.split(r"(?<=[.;])\s+", line) if s.strip()]
    return _neighbours([content(line) for line in lines])


_HUM = r"\W*(?:(?:u+h*m*|m+|mhm|a+h+|o+h+|e+r+m*|well|okay|ok|yeah|so|hm+|i mean|honestly),?\W+)*"
_NO = re.compile(
    rf"{_HUM}(?:no\b|nope|nah|not\b|never|none|nothing|neither|denies|absolutely not|"
    r"(?:i )*i (?:don't|haven't|didn't|do n't|did n't|do not|have not)\b|haven't\b|hasn't\b|"
    r"(?:i\W+|i'm trying to think\W+)+no\b|(?:absolutely|definitely|certainly|of course) not\b|"
    r"[^.?!]{0,60}\b(?:i don't think so|i do n't think so|not that i (?:know|noticed|recall|can think))\b|"
    r"(?:[a-z]+ ){0,2}[a-z]+, no\b(?! \w)|(?:he|she|it) (?:doesn't|hasn't|isn't))"
)
_YES = re.compile(
    rf"{_HUM}(?:yes|yeah|yep|yup|ya\b|sure|right|correct|(?:definitely|exactly|absolutely|of course)\b(?! not)|"
    r"that's right|"
    r"(?:actually,? )?i (?:do|did|have)\b(?! n't| not|n't)|both\b|every (?:now|so|day|once|week)|"
    r"(?:just |like,? |only |maybe |very |i'll |probably )*(?:rarely|seldom|socially|once (?:a|in)|when i|a couple|"
    r"on occasion|at parties|on (?:the )?weekends?|have a|smoke|drink)\b|"
    r"i (?:do|have|did|am|think so|believe so|guess)\b|probably\b|mm-?hmm?|uh-?huh|"
    r"a little|a bit|sometimes|some\b|maybe|occasionally|kind of|"
    r"it (?:is|does|has)\b)"
)
_OPENING = rf"{_HUM}(?:(?:and|alright|all right|now|then|also|but)\W+)*"
_ASKS = re.compile(
    rf"{_OPENING}(?:do|does|did|have|has|are|is|was|were|any|how about|what about|can|could|or)\b",
    re.IGNORECASE,
)
# Questions that take for granted what they are about, and statements with a tag.
_GRANTS = re.compile(
    rf"{_OPENING}(?:when|where|which|who|why|how(?:'s)?\b(?! about)|what\b(?! about))", re.IGNORECASE
)
_TAG = re.compile(r"\b(?:okay|ok|right|alright|correct|yeah|isn't it|is that right)\s*\?$", re.IGNORECASE)


def talk_units(turns: Sequence[Turn]) -> list[Unit]:
    """A transcript turn by turn, each with the one after it; a question is denied where the answer opens with no."""
    answers = [*(t.text for t in turns[1:]), ""]
    said = [turn_content(turn, answer) for turn, answer in zip(turns, answers, strict=False)]
    return _neighbours([tuple(word for word in unit if word.denied is not None) for unit in said])


def turn_content(turn: Turn, answer: str) -> Unit:
    """A turn's words. Those of a doctor's question are denied, affirmed or only asked, as what was said next opens."""
    opening = answer.lower().replace("\u2019", "'")
    answered = True if _NO.match(opening) else False if _YES.match(opening) else None
    found: list[Word] = []
    for sentence in re.split(r"(?<=[.?!])\s+", turn.text):
        asked = turn.speaker == "doctor" and _asks(sentence.strip())
        found += content(sentence, denied=answered if asked else False, spoken=True)
    return tuple(found)


def opens_with_no(answer: str) -> bool:
    """Whether an answer opens with a denial."""
    return bool(_NO.match(answer.lower().replace("\u2019", "'")))


def _asks(sentence: str) -> bool:
    if _ASKS.match(sentence):
        return True
    return sentence.endswith("?") and not _GRANTS.match(sentence) and not _TAG.search(sentence)


def _neighbours(units: Sequence[Unit]) -> list[Unit]:
    return [(*unit, *after) for unit, after in zip(units, [*units[1:], ()], strict=True)]


def says(fact: str, units: Iterable[Unit], share: float = 0.7) -> bool:
    """Whether one unit holds at least `share` of the fact's content words, the carrying ones denied as in the fact."""
    wanted = content(fact)
    if not wanted:
        return False
    return any(_weight(wanted, unit) >= share for unit in units)


def _weight(wanted: Unit, unit: Unit) -> float:
    """Share of the fact's words in the unit; nothing when a carrying word has the other polarity wherever it stands."""
    states: dict[str, set[bool | None]] = {}
    for word in unit:
        for name in {word.stem, *map(stem, word.said), *(single(w) for w in word.said)}:
            states.setdefault(name, set()).add(word.denied)
    found = 0.0
    for word in wanted:
        known = _known(word, states)
        if known is None:
            continue
        if word.stem.lstrip("=") not in CARRIES_LITTLE and word.denied not in known:
            return 0.0
        found += 1
    return found / len(wanted)


def _known(word: Word, states: Mapping[str, set[bool | None]]) -> set[bool | None] | None:
    """The polarities of a word in a unit: itself, a wording of its group in pieces, or a slip of the pen."""
    if word.stem in states:
        return states[word.stem]
    for wording in wordings(word.stem):
        if wording <= states.keys():
            return set.union(*(states[w] for w in wording))
    if len(word.stem) >= _SLIP and not word.stem.startswith("="):
        near = difflib.get_close_matches(word.stem, states, 1, 0.87)
        return states[near[0]] if near else None
    return None


@cache
def single(word: str) -> str:
    """The group of one word alone, or its stem."""
    return _synonyms().get(stem(word), {}).get((stem(word),), stem(word))
