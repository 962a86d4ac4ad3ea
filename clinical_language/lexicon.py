"""Longest-match lookup of many wordings in running speech, tolerant of the small words people put between.

A trie over folded words. Between the words of a wording, determiners, sides, softeners and hesitations may stand
("pain in, um, my left chest" is "pain in chest"); a wording's own words are never skipped, and neither is a negation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_SMALL = frozenset(
    "a an the my your his her their our its this that these those some any left right both lower upper "
    "really very quite so pretty fairly rather slightly bit little kind sort just always constantly still also "
    "actually basically almost already sometimes often suddenly recently - \" '".split()
)
_HESITATION = frozenset("um uh er erm uhm hm hmm mm ah like you know i mean".split())
_LINKED = {"of": frozenset({"kind", "sort"}), "a": frozenset({"bit"})}
_MOST = 4  # words skipped inside one wording: bounds the work at each place
_END = ""  # key of a trie node's labels; no word is empty

_Node = dict[str, Any]


class Lexicon:
    """Wordings (folded words) with their labels; `find` is linear in the text for a given table."""

    def __init__(self, wordings: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._root: _Node = {}
        for label, words in wordings:
            node = self._root
            for word in words:
                node = node.setdefault(word, {})
            labels: list[str] = node.setdefault(_END, [])
            if label not in labels:
                labels.append(label)

    def find(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """(label, first, last) of every wording that stands in the words; overlapping ones included."""
        for first, word in enumerate(words):
            node = self._root.get(word)
            if node is not None:
                yield from _ends(node, words, first)


def _ends(node: _Node, words: Sequence[str], first: int) -> Iterator[tuple[str, int, int]]:
    yield from ((label, first, first + 1) for label in node.get(_END, ()))
    open_ = [(node, first + 1, 0)]
    while open_:
        node, at, skipped = open_.pop()
        if at >= len(words):
            continue
        following = node.get(words[at])
        if following is not None:
            yield from ((label, first, at + 1) for label in following.get(_END, ()))
            open_.append((following, at + 1, skipped))
        if skipped < _MOST and len(node) > (_END in node) and _small(words, at):
            open_.append((node, at + 1, skipped + 1))


def _small(words: Sequence[str], at: int) -> bool:
    word = words[at]
    if word in _SMALL or word in _HESITATION:
        return True
    if word == ",":
        return words[at - 1] in _HESITATION or (at + 1 < len(words) and words[at + 1] in _HESITATION)
    return words[at - 1] in _LINKED.get(word, ())
