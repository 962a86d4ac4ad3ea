"""The doctor's speech cut into clauses: one thought each, punctuated or not, fillers and stutters out.

Transcripts of some engines and corpora run for a page without a full stop ("... lungs are clear okay so i want to get
an x-ray and i'm also going to ..."). A clause is what one statement of the note can rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clinical_language import Consult, Mention, Sentence
from clinical_language.remembering import remembered
from soap.order_candidates import clinicians

LONGEST = 60  # words of a clause, whatever is fed in
_FAR = 4_000  # characters of a stretch without a full stop, before it is taken in parts
_STOPS = frozenset(".?!;\u2026")
_ASKS = re.compile(
    r"^(?:do|does|did|are|is|was|were|have|has|can|could|would|any|what|where|when|how|which|who|"
    r"why)(?: not| about)? "
    r"(?:you|it|that|there|he|she|your|the|this|any|other|much|many|long|often|kind|is|are|do|"
    r"does|did|has|have|'s|"
    r"about)\b"
)
_TELLS = re.compile(
    r"^what (?:you|i|we)\b.{1,60}? (?:is|'s|could be|may be|might be|would be|sounds like) \S"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thought of one turn. `words` as said (lower case, digits); `text` the same without fillers and stutters."""

    turn: int
    place: int  # position among the clauses of its turn
    words: str
    text: str
    asked: bool
    heard: tuple[tuple[Mention, Sentence], ...]  # concepts named, each with the sentence it was read in

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Concepts named in it."""
        return tuple(mention for mention, _ in self.heard)

    def sentence_of(self, mention: Mention) -> Sentence:
        """The sentence a mention was read in."""
        return next(sentence for heard, sentence in self.heard if heard is mention)


_MARKERS = frozenset("okay alright ok so now but anyway well anyways otherwise".split())
_PRAISE = frozenset("great good perfect excellent".split())
_SUBJECTS = frozenset("i we you it he she they there this that these those".split())
_AUXILIARY = frozenset(
    "am is are was were will would 'd can could should do does did have has had may might want need "
    "think see hear feel appreciate notice recommend know like also just still certainly definitely would "
    "guess believe encourage advise suggest "
    "prescribe hope saw noted noticed found understand reviewed looked looks shows showed sounds "
    "seems appears mean "
    "means".split()
)
_HOLDS = frozenset(
    "that sure if when because which what how whether as than where who while since until before "
    "after once unless "
    "and or the a an to of for with your my so like though although cause where whenever do does "
    "did is are have can "
    "could should would will not let say said think".split()
)
_OPENERS = (
    ("let", "'s"), ("let", "me"), ("let", "us"), ("hey", "dragon"), ("hey", ","), ("please",),
    ("on", "examination"), ("on", "exam"), ("in", "terms"), ("as", "far"),
    ("with", "regards"), ("regarding",), ("make", "sure"), ("listen", "to"), ("listening", "to"), ("looking", "at"),
    ("from", "a"), ("at", "this"), ("in", "the", "meantime"), ("sounds", "like"), ("looks", "like"),
)  # fmt: skip
_NO_MARKER_AFTER = frozenset(
    "a the is are looks not very really pretty feel feels do so as looking all sounds sound your "
    "was on doing much and "
    "to of been in nice".split()
)
_BODY = frozenset(
    "lungs heart abdomen belly neck throat eyes ears skin reflexes pupils tonsils thyroid blood "
    "vitals vital temperature "
    "pulse oxygen strength sensation gait back knee ankle shoulder wrist elbow hip extremities "
    "legs cranial bowel chest "
    "symptoms labs hemoglobin kidney white x-ray ekg ecg echo echocardiogram weight heartbeat "
    "breathing lung".split()
)
_COPULA = frozenset(
    "is are has looks look sounds sound feels feel seem seems was were 's appears have i it they "
    "there no".split()
)
_BEFORE_PLACE = frozenset("on in at of to with for from over see check".split())
_AUX_QUESTION = frozenset("do does did are is have can could would how what".split())
_ASKED_OF = frozenset("you it there".split())
_AFTER_BODY = frozenset("it there i you no they".split())
_BEFORE_WHAT = frozenset(
    "see know is that about to of on let let's based and exactly with 's tell show remember".split()
)
_BEFORE_GOING = frozenset(
    "am are is was were 's 're 'm be not i we you also just still been a it and or so then".split()
)
_OWNERS = frozenset("your the his her this that".split())


def _at(words: Sequence[str], at: int, opener: Sequence[str]) -> bool:
    return tuple(words[at : at + len(opener)]) == tuple(opener)


def _heard_before(words: Sequence[str], at: int) -> str:
    """The word before, over the breath in "it looks like , it is viral"."""
    breath = words[at - 1] == "," and at > 1 and words[at - 2] == "like"
    return words[at - 2] if breath else words[at - 1]


def _opens(words: Sequence[str], at: int) -> bool:
    """Whether a new thought begins at word `at`."""
    word, before = words[at], _heard_before(words, at)
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _MARKERS and before not in _NO_MARKER_AFTER:
        after = words[at + 2] if at + 2 < len(words) else ""
        purpose = following in {"much", "many"} or (
            following == "that" and after not in {"'s", "is", "means", "looks"}
        )
        return word != "so" or not purpose
    if word in _PRAISE:
        return before not in _HOLDS and (following in _MARKERS | _PRAISE or _starts(words, at + 1))
    if word in {"and", "but", "then"}:
        if following in _CONDITION:
            return True
        rest = 1 if following not in {"then", "also", "again", "just", "so", "like"} else 2
        return at + rest < len(words) and _starts(words, at + rest)
    if word == "on" and following in {"exam", "examination"}:
        return True
    if word in _AUX_QUESTION and following in _ASKED_OF and before not in _HOLDS | _SUBJECTS:
        return True
    if word == "what" and following in {"i", "we"}:
        named = words[at + 2] in {"say", "call"} if at + 2 < len(words) else False
        return before not in _BEFORE_WHAT and not named
    if word == "going" and following == "to":
        return before not in _BEFORE_GOING
    if before in _HOLDS:
        return False
    return _starts(words, at) and before not in {"and", "but", "then", "also", "it", "um", "uhm", "uh"}


def _starts(words: Sequence[str], at: int) -> bool:
    if at >= len(words):
        return False
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in {"you", "y'know"} and following == "know":
        return False
    if word in _SUBJECTS and (following in _AUXILIARY or following.startswith("'")):
        return not _relative(words, at)
    if word == "your" and words[at - 1] not in _BEFORE_PLACE:
        ahead = words[at + 1 : at + 6]
        return bool(
            (following in _BODY and _COPULA & set(ahead))
            or (_BODY & set(ahead[1:2]) and _COPULA & set(ahead[2:3]))
        )
    if word == "on" and {"exam", "examination"} & set(words[at + 1 : at + 4]):
        return True
    if word in {"on", "for"} and following in _OWNERS:
        return _announces(words[at + 2 : at + 11], word)
    return any(_at(words, at, opener) for opener in _OPENERS)


def _relative(words: Sequence[str], at: int) -> bool:
    """Whether "you can get from the pharmacy" describes what was named before it."""
    tail = tuple(words[at + 1 : at + 4])
    return (
        tail[:1] in {("can",), ("could",)}
        and tail[1:2] in {("get",), ("buy",)}
        and tail[2:3] in {("from",), ("over",)}
    )


def _announces(ahead: Sequence[str], word: str) -> bool:
    """Whether "on your ..." opens an examination, "for your ..." a problem ("for your diabetes i want to")."""
    if word == "on":
        body = any(a in _BODY for a in ahead[:3]) and bool(_AFTER_BODY & set(ahead[1:5]))
        return body or bool({"exam", "examination"} & set(ahead[:6]))
    return bool({"problem", "issue", "concern"} & set(ahead[:5])) or any(
        a in {"i", "we", "let", "you"} and b in _AUXILIARY | {"'s", "'m", "are"}
        for a, b in pairwise(ahead[1:])
    )


_MODALS = frozenset("should can could may need must will 'll".split())
_STILL_CONDITION = frozenset("you your it they the he she this that or and but".split()) | _MARKERS


def _follows(words: Sequence[str], at: int) -> bool:
    """Whether the consequence of a condition begins here ("we will ...", "you should ...", "please ...")."""
    return words[at] not in _STILL_CONDITION or (words[at] == "you" and words[at + 1] in _MODALS)


def _cuts(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Word ranges of the clauses of one sentence."""
    start = 0
    held = _conditional(words, 0)  # a condition keeps what follows from it: those cuts are passed over
    for at in range(1, len(words)):
        if at - start < 2 or len(words) - at < 2 or not (_opens(words, at) or at - start >= LONGEST):
            continue
        if held and at - start < LONGEST:
            held = not _follows(words, at)
            continue
        yield start, at
        start, held = at, _conditional(words, at)
    if start < len(words):
        yield start, len(words)


_CONDITION = frozenset("if when unless once until whenever depending since because".split())


_BEFORE_CONDITION = frozenset(
    "so and but or um uh , i 'll will 'd would admit say think guess mean obviously then".split()
)


def _conditional(words: Sequence[str], at: int) -> bool:
    """Whether the clause from `at` opens with a condition or reason ("and if your symptoms ...")."""
    last = min(len(words), at + 7)
    while at < last and words[at] in _BEFORE_CONDITION:
        at += 1
    return at < len(words) and words[at] in _CONDITION


_FILLERS = re.compile(
    r"(?:^|(?<=\s))(?:u+h*m+|uh+|eh|er+m?|hmm+|mm-hmm|you know|what we (?:say|call)(?= [a-z])|"
    r"i mean|sort of|kind of|kinda|basically|"
    r"obviously|okay|ok|alright|all right|"
    r"y'know|yeah|^well|actually|just|really|like i said|as i said|right now now|go ahead and|"
    r"of course|honestly|certainly|definitely)(?=\s|$)"
)
_STUTTER = re.compile(r"\b(\w+(?:'\w+)?(?: \w+(?:'\w+)?){0,3})(?:(?: ,| \.\.\.| -)? \1\b)+")
_BROKEN = re.compile(r"(?:^|(?<=\s))\w{1,6}-(?=\s|$)")
_HESITATION = re.compile(
    r"(?: ,)? \b(to|of|and|or|like|the|a|an|in|on|with|for|at|my|your|is|was|it 's|about|that|"
    r"have|take|be|something|i|we|you) ,(?= [a-z0-9])"
)
_POINT = re.compile(r"(?<=\d) (?:\.|point) (?=\d)")
_LEAD = re.compile(
    r"^(?:(?:so|and|but|then|now|also|again|right(?= (?:so|and|i|we|now|let)\b)|(?:great|good|"
    r"perfect|excellent)(?= (?:so|and|i|we|you|let|okay|now)\b|$)|yes|no(?= (?:so|i|you|we)\b)|oh|"
    r"because|cause|anyway|anyways|sorry|sure|"
    r"that 's (?:good|great|fine)(?: news)?|like|,|\.|;|-|\u2026)(?=\s|$)\s*)+"
)
_DANGLING = frozenset(
    "otherwise hopefully possibly for any some even so and but or okay then because um uh the a an is to what that "
    "which i we of with at my your if when like also where how as from this was".split()
)


def ended(text: str) -> str:
    """Without what was begun and not said ("... and then i")."""
    words = text.split()
    while words and (words[-1] in _DANGLING or not any(c.isalnum() or c == "%" for c in words[-1])):
        words.pop()
    return " ".join(words).rstrip(" ,.;?!-\u2026")


def spoken_clean(words: str) -> str:
    """Clause without fillers, stutters, opening and closing particles; content words and order as said."""
    text = _POINT.sub(".", words).replace("lem me", "let me")
    text = _BROKEN.sub("", text).replace("...", " ")
    for _ in range(2):
        text = " ".join(_FILLERS.sub(" ", text).split())
        text = re.sub(r"(?:^|\s)(?:, )+,?", " , ", text).strip()
        text = _STUTTER.sub(r"\1", _HESITATION.sub(r" \1", text))
    text = re.sub(r"\s+([,;]|\.(?! ?\d))", r"\1", _LEAD.sub("", text))
    text = re.sub(r"[,.;]+(?=[,.;])", "", text)
    return ended(re.sub(r"^[\s,.;]+", "", text))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Speech between two full stops; of speech without them, a whole turn. `heard`: each mention with its place."""

    plain: str
    heard: tuple[tuple[int, Mention, Sentence], ...]
    asked: bool


def _stretches(sentences: Sequence[Sentence]) -> Iterator[_Stretch]:
    """Sentences joined where the reading cut them without a full stop."""
    plain: list[str] = []
    heard: list[tuple[int, Mention, Sentence]] = []
    length = 0
    for sentence in sentences:
        heard += [(length + sentence.offsets[m.first], m, sentence) for m in sentence.mentions]
        plain.append(sentence.plain)
        length += len(sentence.plain) + 1
        if sentence.text.rstrip()[-1:] in _STOPS or length > _FAR:
            yield _Stretch(" ".join(plain), tuple(heard), sentence.text.rstrip().endswith("?"))
            plain, heard, length = [], [], 0
    if plain:
        yield _Stretch(" ".join(plain), tuple(heard), asked=False)


_WORD = re.compile(r"\S+")


@remembered
def _pieces(plain: str) -> tuple[tuple[int, int, str], ...]:
    """Each clause's range of characters with its text."""
    found = list(_WORD.finditer(plain))
    places = ((found[first].start(), found[last - 1].end()) for first, last in _cuts([m[0] for m in found]))
    return tuple((begin, end, spoken_clean(plain[begin:end])) for begin, end in places)


def _is_question(text: str) -> bool:
    """Whether it asks; "what you are describing might be ..." tells."""
    return bool(_ASKS.match(text)) and not _TELLS.match(text)


def _clauses_of(turn: int, stretch: _Stretch, place: int) -> Iterator[Clause]:
    pieces = _pieces(stretch.plain)
    for number, (begin, end, text) in enumerate(pieces):
        if text:
            heard = tuple((m, s) for at, m, s in stretch.heard if begin <= at < end)
            asked = (stretch.asked and number == len(pieces) - 1) or _is_question(text)
            yield Clause(turn, place + number, stretch.plain[begin:end], text, asked, heard)


def doctor_clauses(consult: Consult) -> list[Clause]:
    """Every clause of the doctor, in order; of both sides where the labels of a transcript are mixed up."""
    found: list[Clause] = []
    speakers = clinicians(consult)
    for turn, sentences in enumerate(consult.sentences):
        if consult.turns[turn].speaker in speakers:
            found += _clauses_of_turn(turn, sentences)
    return found


@remembered
def _clauses_of_turn(turn: int, sentences: tuple[Sentence, ...]) -> tuple[Clause, ...]:
    found: list[Clause] = []
    place = 0
    for stretch in _stretches(sentences):
        made = list(_clauses_of(turn, stretch, place))
        place += len(made) + 1
        found += made
    return tuple(found)
