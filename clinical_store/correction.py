"""A doctor's words laid over the heard ones: which words stayed, which are new, and when each was said.

Pure. Words are aligned by difflib (Ratcliff and Obershelp), told apart without case and punctuation.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from clinical_store.transcript_model import HeardText, HeardWord, SuggestionView, WrittenSpan

Written = Callable[[Sequence[str], str | None], Sequence[WrittenSpan]]
"""How spoken words of a language (ISO 639-1, None where unknown) are written: the numbers and units among them."""

MOST_COMPARED = 40_000
"""Words before times words after. Half a minute of speech is a tenth of it; what difflib needs grows with the cube, and
a line of two thousand one-letter words would hold up everybody's call for seconds."""

_EDGES = ".,;:!?\"'()[]…«»“”‘’-–—"


def nothing_written(words: Sequence[str], language: str | None) -> tuple[WrittenSpan, ...]:
    """A `Written` that knows no number."""
    return ()


def changed_words(live: Sequence[str], shown: Sequence[str]) -> tuple[int, ...]:
    """Indexes of the shown words that differ from those heard live. Where live words are gone and none came in their
    place, the word after them counts, at the end the one before: a lost "not" must not go unseen."""
    pairs = [_Pair(-1, -1), *_kept(live, shown), _Pair(len(live), len(shown))]
    last = len(shown) - 1
    lost = {min(b.new, last) for a, b in pairwise(pairs) if b.new == a.new + 1 and b.old > a.old + 1}
    kept = {pair.new for pair in pairs} - lost
    return tuple(index for index in range(len(shown)) if index not in kept)


def corrected(heard: HeardText, text: str, written: Written) -> HeardText:
    """`heard` as a doctor wants it to read: unchanged words keep time and confidence, new ones get the time of the
    words they replace and no confidence.

    Equal text means that it was said like this: doubts and suggestions go.
    """
    words = text.split()
    if words == [word.text for word in heard.spoken]:
        return _confirmed(heard)
    pairs = _kept([word.text for word in heard.spoken], words)
    return HeardText(
        text=" ".join(words),
        words=tuple(_laid_over(heard.spoken, words, pairs)),
        written=tuple(written(words, heard.language)),
        suggestions=tuple(_still_open(heard.suggestions, pairs)),
        language=heard.language,
    )


def same_words(one: str, other: str) -> bool:
    """Equal but for case and punctuation."""
    return [_told_by(word) for word in one.split()] == [_told_by(word) for word in other.split()]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same word before and after."""

    old: int
    new: int


def _kept(old: Sequence[str], new: Sequence[str]) -> list[_Pair]:
    before, after = [_told_by(word) for word in old], [_told_by(word) for word in new]
    if len(before) * len(after) > MOST_COMPARED:
        return _around(before, after)
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return [_Pair(block.a + step, block.b + step) for block in blocks for step in range(block.size)]


def _around(before: Sequence[str], after: Sequence[str]) -> list[_Pair]:
    """The words that stayed at the beginning and at the end: enough where a long line was changed in one place."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if before[-1 - at] != after[-1 - at]), left)
    ends = (_Pair(len(before) - at, len(after) - at) for at in range(tail, 0, -1))
    return [*(_Pair(at, at) for at in range(head)), *ends]


def _told_by(word: str) -> str:
    folded = word.casefold()
    plain = folded.strip(_EDGES)
    minus = plain[:1].isdigit() and folded.partition(plain)[0].endswith(("-", "–"))
    return f"-{plain}" if minus else plain or word


def _confirmed(heard: HeardText) -> HeardText:
    words = tuple(word.model_copy(update={"confidence": None}) for word in heard.spoken)
    return heard.model_copy(
        update={
            "text": " ".join(word.text for word in words),
            "words": words,
            "suggestions": (),
            "warnings": (),
            "confidence": None,
        }
    )


def _laid_over(old: Sequence[HeardWord], new: Sequence[str], pairs: Sequence[_Pair]) -> Iterator[HeardWord]:
    bounds = [_Pair(-1, -1), *pairs, _Pair(len(old), len(new))]
    for before, after in pairwise(bounds):
        begin, end = _span(old, before.old + 1, after.old)
        yield from _spread(new[before.new + 1 : after.new], begin, end)
        if after.new < len(new):
            yield old[after.old].model_copy(update={"text": new[after.new]})


def _span(old: Sequence[HeardWord], first: int, stop: int) -> tuple[float | None, float | None]:
    """When the words `first` to before `stop` were said; where there are none, the moment between their neighbours."""
    if first < stop:
        return old[first].start, old[stop - 1].end
    begin = old[first - 1].end if first > 0 else None
    end = old[stop].start if stop < len(old) else None
    return (end if begin is None else begin), (begin if end is None else end)


def _spread(words: Sequence[str], begin: float | None, end: float | None) -> Iterator[HeardWord]:
    """The time shared out by the length of the words."""
    letters, passed = sum(map(len, words)), 0
    for word in words:
        start = _part(begin, end, passed, letters)
        passed += len(word)
        yield HeardWord(text=word, start=start, end=_part(begin, end, passed, letters))


def _part(begin: float | None, end: float | None, passed: int, letters: int) -> float | None:
    return None if begin is None or end is None else begin + max(0.0, end - begin) * passed / letters


def _still_open(suggestions: Sequence[SuggestionView], pairs: Sequence[_Pair]) -> Iterator[SuggestionView]:
    """Suggestions for words that nobody touched, at their new places."""
    place = {pair.old: pair.new for pair in pairs}
    for suggestion in suggestions:
        places = [place.get(index, -1) for index in range(suggestion.first, suggestion.last + 1)]
        if places[0] >= 0 and all(after == before + 1 for before, after in pairwise(places)):
            yield suggestion.model_copy(update={"first": places[0], "last": places[-1]})
