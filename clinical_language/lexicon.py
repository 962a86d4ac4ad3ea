"""Longest-match lookup of many wordings in running speech, tolerant of the small words people put between.

A graph of folded words that follows the table's patterns without writing them out. Between the words of a wording,
determiners, sides, softeners and hesitations may stand ("pain in, um, my left chest" is "pain in chest"); a wording's
own words are never skipped, and neither is a negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from clinical_language.patterns import Pattern

_SMALL = frozenset(
    "a an the my your his her their our its this that these those some any left right both lower upper "
    "really very quite so pretty fairly rather slightly bit little kind sort just always constantly still also "
    "actually basically almost already sometimes often suddenly recently - \" '".split()
)
_HESITATION = frozenset("um uh er erm uhm hm hmm mm ah like you know i mean".split())
_LINKED = {"of": frozenset({"kind", "sort"}), "a": frozenset({"bit"})}
_MOST = 4  # words skipped inside one wording: bounds the work at each place

Fold = Callable[[str], Sequence[str]]
"""A table's word as the words it is in speech ("x-ray" -> x, ray)."""


class _Node:
    """A place in wordings, reached by certain words: what may follow, and whose wordings end here."""

    __slots__ = ("_here", "free", "labels", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.free: list[_Node] = []  # places that whoever is here is at, too: the end of a choice
        self.labels: list[str] = []
        self._here: tuple[_Node, ...] = ()

    def here(self) -> tuple[_Node, ...]:
        """This place and all that it is free to be."""
        if not self._here:
            found = {self: None}
            waiting = list(self.free)
            while waiting:
                node = waiting.pop()
                if node not in found:
                    found[node] = None
                    waiting += node.free
            self._here = tuple(node for node in found if node.next or node.labels or node is self)
        return self._here


class Lexicon:
    """Wordings with their labels; `find` is linear in the text for a given table."""

    def __init__(self, wordings: Iterable[tuple[str, Pattern]], fold: Fold) -> None:
        root = _Node()
        for label, pattern in wordings:
            end = _follow(pattern, root, fold)
            if label not in end.labels:
                end.labels.append(label)
        self._begins: dict[str, list[_Node]] = {}
        for node in root.here():
            for word, following in node.next.items():
                self._begins.setdefault(word, []).append(following)

    def find(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """(label, first, last) of every wording that stands in the words; overlapping ones included."""
        for first, word in enumerate(words):
            begun = self._begins.get(word)
            if begun is not None:
                yield from ((label, first, last) for label, last in _ends(begun, words, first + 1))


def _follow(pattern: Pattern, node: _Node, fold: Fold) -> _Node:
    """The place at which the pattern ends that begins at `node`."""
    for item in pattern:
        if isinstance(item, str):
            for word in fold(item):
                begun, node = node, node.next.setdefault(word, _Node())
                if word == "is":
                    begun.next["'s"] = node  # "my heart's racing"
            continue
        end = _Node()
        for option in item:
            _follow(option, node, fold).free.append(end)
        node = end
    return node


def _ends(begun: Sequence[_Node], words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
    """Labels of the wordings that go on from these places, each with the index after its last word."""
    open_ = [(node, at, _MOST) for node in begun]
    seen: set[tuple[_Node, int]] = set()
    while open_:
        node, at, skips = open_.pop()
        if (node, at) in seen:
            continue
        seen.add((node, at))
        here = node.here()
        yield from ((label, at) for place in here for label in place.labels)
        while at < len(words):
            word = words[at]
            at += 1
            open_ += [(place.next[word], at, skips) for place in here if word in place.next]
            if not skips or not _small(words, at - 1):
                break
            skips -= 1


def _small(words: Sequence[str], at: int) -> bool:
    word = words[at]
    if word in _SMALL or word in _HESITATION:
        return True
    if word == ",":
        return words[at - 1] in _HESITATION or (at + 1 < len(words) and words[at + 1] in _HESITATION)
    return words[at - 1] in _LINKED.get(word, ())
