"""Clauses of a cleaned spoken sentence, and whether one can stand alone in writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from soap.register.person import ADVERBS
from soap.register.sentence import ends_whole
from soap.register.verbs import bases, is_past, thirds

SUBJECTS = frozenset("i it he she they we there".split())
_AUXILIARY = frozenset(
    "is are was were has have had am do does did can could will would should might may must".split()
)
_LEFT_OFF = frozenset(
    "am was is did do have a the to of in my still very it are had also been so would".split()
)
# Before a new "i" these words say that it belongs to what was said, or to a subordinate clause.
_HOLDS = frozenset(
    """that because if when think thought know what how where whenever time and like way hope guess thing everything
before after until since as so but , which who anything something feel felt than then said say says told while though
although unless once whatever wherever wish the every do did does have am are was is or believe assume noticed notice
realize figured""".split()
)
_SUBORDINATE = frozenset({"when", "if", "every", "whenever", "as", "since", "besides", "after", "before"})
_NO_SUBJECT_AFTER = frozenset(
    """is am are was were has have had did does a an the to of in on at with my or very for been be i he she
they we it
not their his her""".split()
)
_NO_OBJECT_AFTER = frozenset(
    "is am are was were a an the my very been i he she they we their his her".split()
)
_NO_FUNCTION_AFTER = frozenset("a an the my their his her i to".split())
_FUNCTION = frozenset("a an the so and but is was to in on of because are or if when".split())
_FOLLOW = frozenset({("to", "a"), ("to", "an"), ("to", "the"), ("i", "was")})
_TALK = re.compile(
    r"^(?:not (?:that|at|yet|really|no)\b|thank|thanks|hello|hi\b|hey|bye|good (?:morning|afternoon|evening)|"
    r"sounds? good|"
    r"that (?:sounds|would be|is (?:great|fine|good|okay|it|all|right|correct|true|why|what))|"
    r"i (?:see|understand|agree|will(?: do)?|hope|appreciate|wonder|do|do not|have|have not|am|did|did not|"
    r"am sorry|know|"
    r"do not know|think so|do not think so|can|can not|am not sure|guess)$|"
    r"i (?:was wondering|wanted to (?:ask|know|see)|would like to know|hope|appreciate|am sorry|understand|"
    r"promise|bet|mean|"
    r"see)\b|let me|it is (?:okay|fine|good|nice|great)$|no problem|never mind|absolutely|perfect|okay|nice to|"
    r"there you go|here)"
)


def _is_verb(word: str) -> bool:
    return word in _AUXILIARY or is_past(word) or (word.endswith("s") and word in thirds())


def _has_clause(words: Sequence[str]) -> bool:
    """A subject with a finite verb somewhere after it."""
    for at, word in enumerate(words[1:], start=1):
        plain = word in bases() and (
            words[at - 1] in {"i", "they", "we"} | ADVERBS or words[at - 1].endswith("s")
        )
        noun = words[at - 1] in {"the", "my", "a", "on", "in", "right", "their", "to", "with"}
        if plain or (_is_verb(word) and not noun):
            return True
    return False


def _begins(words: Sequence[str], at: int, piece: Sequence[str]) -> int:
    """1: a conjunction joins a new clause here; -1: one begins with nothing between; 0: neither."""
    if len(piece) < 4 or at + 2 >= len(words):
        return 0
    word, after = words[at], words[at + 1]
    verb = words[at + 3] if at + 3 < len(words) else ""
    if word in {"and", "but", "so", ","} and (
        after in SUBJECTS or (after in {"my", "the", "that"} and _is_verb(verb))
    ):
        return 1
    return -1 if word == "i" and words[at - 1] not in _HOLDS and not set(piece[:2]) & _SUBORDINATE else 0


def clauses(words: Sequence[str]) -> Iterator[list[str]]:
    """Clauses joined by "and", "but", "so", or by nothing, before a new subject; what is subordinate stays."""
    piece: list[str] = []
    for at, word in enumerate(words):
        last = next((w for w in reversed(piece) if w != ","), "")
        if word == "i" and piece and len(piece) <= 6 and last in _LEFT_OFF:
            piece = []  # the speaker begins again: "i am still i am on it"
        joint = _begins(words, at, piece)
        if joint:
            yield piece
            piece = []
        if joint <= 0:
            piece.append(word)
    if piece:
        yield piece


_STARTED = frozenset(
    """went had took tried got felt did started stopped woke saw ate fell came have am do feel think take use noticed
used""".split()
)


def with_subject(words: list[str]) -> list[str]:
    """ "went to the doctor": the patient leaves "i" out."""
    if words and words[0] == "been":
        return ["i", "have", *words]
    return ["i", *words] if words and words[0] in _STARTED else words


def restarted(words: Sequence[str]) -> list[str]:
    """ "I do not I wanted to ask": what was said after the speaker began again."""
    plain = [at for at, word in enumerate(words) if word != ","]
    last = next(
        (b for a, b in reversed(list(pairwise(plain))) if words[b] == "i" and words[a] in _NO_SUBJECT_AFTER),
        0,
    )
    return list(words[last:])


def _broken(words: Sequence[str]) -> bool:
    """A subject after a verb or article that takes none: the speaker began again, and what is meant is not known."""
    plain = [w for w in words if w != ","]
    if any(w.startswith("'") or w.endswith("-") for w in plain):
        return True
    for before, word in pairwise(plain):
        if word in {"i", "he", "she", "they", "we"} and before in _NO_SUBJECT_AFTER:
            return True
        if (
            word in {"it", "my", "there"}
            and before in _NO_OBJECT_AFTER
            and (word != "my" or before in _NO_FUNCTION_AFTER - {"to"})
        ):
            return True
        if word in _FUNCTION and before in _NO_FUNCTION_AFTER and (before, word) not in _FOLLOW:
            return True
    return False


_NO_START = frozenset(
    """of on in at with from by about to than and or but so which who whom whose because not been being just only mostly
probably also like fever chills pain around job well hmm excuse""".split()
)


_TIMES = frozenset(
    """when if since every whenever after before as last this next yesterday today tonight sometimes usually normally
recently initially currently now then at in on by about around other than besides apart from over during for
the past night morning evening time week month year day days weeks months years ago first occasionally once""".split()
)
_DETERMINED = frozenset(
    "my the a an his her their our no some all both one two most everything nothing nobody no-one".split()
)
_IDENTITY = re.compile(
    r"\b(?:address|postcode|zip|date of birth|birthday|phone|mobile|e-?mail|surname|my name|first name|full name)\b"
)


def _starts(words: Sequence[str]) -> bool:
    """Whether a subject opens it, or a time and then a subject."""
    if words[0] in _NO_START and not set(words[1:7]) & (SUBJECTS | {"my"}):
        return False
    if words[0] in SUBJECTS | {"that", "this", "those", "these"}:
        return True
    subject = next((at for at, w in enumerate(words) if w in SUBJECTS), None)
    if (
        subject is not None
        and (words[0] in _TIMES or words[0].isdigit())
        and words[subject - 1] not in _RELATIVE
    ):
        return True
    if words[0] in _DETERMINED or words[0] in bases():
        return any(_is_verb(w) for w in words[2:7])
    return False


_MAY_CLOSE = frozenset(
    "today yesterday now again daily regularly suddenly gradually constantly frequently before once".split()
)
_RELATIVE = frozenset("everything anything something what thing way that which who".split())


def whole(words: Sequence[str], *, dictated: bool = False) -> bool:
    """Whether the words are one statement about the patient that can be written: a clause, finished, no talk.

    `dictated`: said for the note, where a name may open it.
    """
    return (
        3 <= len(words) <= 40
        and (dictated or _starts(words))
        and ends_whole(words)
        and words[-1] not in ADVERBS - _MAY_CLOSE
        and not _IDENTITY.search(" ".join(words))
        and not _TALK.match(" ".join(words))
        and not {"you", "your", "yours", "yourself", "?"} & set(words)
        and _has_clause(words)
        and not _broken(words)
    )
