"""What a doctor asks for that the table does not list: a finding without a code, named by the words that were said.

Only in a yes-or-no question, and only where findings alone can stand: beside other findings of a list ("any cough,
fever or malodour?"), as the object of "any changes in", "any problems with", or with a head that names a complaint
("any itchy patches?"). What is asked of the visit, the family, the treatment or daily life is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clinical_language.ailments import organ_named
from clinical_language.concepts import rows
from clinical_language.model import Concept, Kind, Mention, Sentence, Turn
from clinical_language.remembering import remembered
from clinical_language.wording import fold


def _words(role: str) -> frozenset[str]:
    """Words by what they do in a question (data/question_words.tsv): lead, closes, never, naming."""
    return frozenset(next(row["words"] for row in rows("question_words.tsv") if row["role"] == role).split())


_LEAD = _words("lead")  # stand before the thing asked for
_CLOSES = _words("closes")  # with them it is over
_NONE = _words("never")  # name no complaint
_NAMING = _words("naming")  # heads that name one whatever stands before them
_FRAME = re.compile(
    r"\b(?:any|(?:do|does|did) (?:you|he|she) (?:\w+ly |ever |also )?(?:have|get|feel|experience|notice|suffer from)|"
    r"(?:have|has) (?:you|he|she) (?:\w+ly |ever |also )?(?:had|noticed|experienced|felt|been having|been getting|"
    r"suffered from)|(?:are|is) (?:you|he|she) (?:\w+ly |also )?(?:having|getting|experiencing|feeling)|"
    r"(?:how|what) about|history of|ever had)(?= )"
)
_NOTICED = re.compile(r"\b(?:notice|experienc|suffer)")  # of nothing but findings
_JOIN = frozenset({",", "or", "and", "/", "nor"})
_STOPS = _CLOSES | _JOIN | {"of", "in", "on", "around"}
_SUFFIX = re.compile(
    r"\w{3,}(?:itis|osis|oma|emia|aemia|algia|pathy|uria|rrhea|rrhoea|plegia|paresis|trophy|phobia|pnea|pnoea)s?$|"
    r"\w{4,}(?<!bus)(?<!wit)(?<!har)(?<!fit)(?<!dark)ness$"
)
_ADJECTIVE = re.compile(
    r"\w+(?:(?<!withdraw)al|ous|ic|ly|ed|ive|ary|ular|able|ible|ful|less|est|ant)$|"
    r"(?:acute|stuffy|runny|yellow|green|hot|cold|early|again|perhaps|including|saying|died|met|mucky|wet|dry|mucous|"
    r"unusual|sick|ill|tired|weak|numb|sore|tight|fuzzy|dizzy)$"
)
_LACKS = frozenset("loss lack decrease increase reduction shortness inability".split())
_OF = frozenset({"of", "in", "to"})
_LONGEST = 3  # words of a thing asked for
_SHORT = 3  # letters of a word that is no name
_FILLERS = frozenset({"uhm", "umm", "uh", "um", "err", "hmm"})
_MOST = 8  # things of one list

_ASKS = frozenset({Kind.FINDING, Kind.CONDITION})


@dataclass(frozen=True, slots=True)
class _Item:
    """Words [first, last) of a thing in a list, and whether the table knows it."""

    first: int
    last: int
    known: bool


def with_unlisted(turns: Sequence[Turn], read: Sequence[tuple[Sentence, ...]]) -> list[tuple[Sentence, ...]]:
    """The sentences of a transcript; the doctor's questions with what they ask for beside the table's concepts."""
    return [
        tuple(map(_completed, sentences)) if turn.speaker == "doctor" else sentences
        for turn, sentences in zip(turns, read, strict=True)
    ]


@remembered
def _completed(sentence: Sentence) -> Sentence:
    if not sentence.is_question:
        return sentence
    new = list(_unlisted(sentence))
    if not new:
        return sentence
    mentions = sorted((*sentence.mentions, *new), key=lambda m: (m.first, m.last))
    return replace(sentence, mentions=tuple(mentions))


def _unlisted(sentence: Sentence) -> Iterator[Mention]:
    taken = {i for m in sentence.mentions for i in range(m.first, m.last)}
    text = " ".join(sentence.words)
    for frame in _FRAME.finditer(text):
        start = text.count(" ", 0, frame.end()) + 1
        items = list(_items(sentence, start))
        sure = bool(_NOTICED.search(frame[0])) or any(item.known for item in items)
        for item in items:
            covered = set(range(item.first, item.last))
            if (
                not item.known
                and not covered & taken
                and _is_complaint(sentence.words[item.first : item.last], sure=sure)
            ):
                taken |= covered
                yield _mention(sentence, item)


def _items(sentence: Sentence, at: int) -> Iterator[_Item]:
    """The things of the list that begins at word `at`."""
    words = sentence.words
    known = {
        m.first: m for m in sentence.mentions if m.concept.kind in _ASKS and m.concept.group != "exposure"
    }
    for _ in range(_MOST):
        while at < len(words) and words[at] in _LEAD | _JOIN and at not in known:
            at += 1
        if (mention := known.get(at)) is not None:
            yield _Item(at, mention.last, known=True)
            at = mention.last
        else:
            last = _end(words, at, known)
            if last == at:
                return
            yield _Item(at, last, known=False)
            at = last
        if at >= len(words) or words[at] not in _JOIN:
            return


def _end(words: Sequence[str], at: int, known: dict[int, Mention]) -> int:
    """Index after the thing that begins at `at`; `at` where none does."""
    last = at
    while last < len(words) and last not in known and words[last].isalpha() and words[last] not in _STOPS:
        last += 1
    if not 0 < last - at <= _LONGEST:
        return at
    if words[last - 1] in _LACKS and words[last : last + 1] and words[last] in _OF:  # "any loss of sensation"
        first = last + 1 + (words[last + 1 : last + 2] in (("your",), ("the",)))
        end = _end(words, first, known)
        return end if end > first else last
    return last


def _is_complaint(words: Sequence[str], *, sure: bool) -> bool:
    """Whether words can name a complaint: by their head, or, where findings are asked for, whatever may be a noun."""
    head = fold(words[-1])
    if _LACKS & set(words[:-1]) and _OF & set(words):
        return True
    if head in _NONE or (len(words) == 1 and head in _LACKS) or organ_named(words):
        return False
    if head in _NAMING or _SUFFIX.match(head):
        return True
    return sure and len(head) > _SHORT and not _ADJECTIVE.match(words[-1]) and words[-1] not in _FILLERS


def _mention(sentence: Sentence, item: _Item) -> Mention:
    words = " ".join(sentence.words[item.first : item.last])
    start, end = _characters(sentence, item)
    concept = Concept(f"unlisted.{words.replace(' ', '_')}", Kind.FINDING, words, words, "general")
    return Mention(
        concept,
        item.first,
        item.last,
        start,
        end,
        sentence.text[start - sentence.start : end - sentence.start],
    )


def _characters(sentence: Sentence, item: _Item) -> tuple[int, int]:
    """Where the words stand in the turn's text."""
    lower = sentence.text.lower()
    start = end = 0
    for index, word in enumerate(sentence.words[: item.last]):
        found = lower.find(word, end)
        if found >= 0:  # a contraction is opened: "not" may not be written
            start, end = (start if index > item.first else found), found + len(word)
    return sentence.start + start, sentence.start + end
