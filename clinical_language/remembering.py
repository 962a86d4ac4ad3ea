"""What was computed of a sentence is kept for the next draft of the same talk: bounded, in this process's memory only.

A live draft is made anew with each utterance; all but the last have been read before. Only pure functions are kept, so
that a draft is the same with or without. What is kept is clinical text: `forget` drops it all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ANSWERS = 2048  # of one function: some hours of talk
LONGEST = 6_000  # characters; what is longer is computed anew, so that the bound on entries bounds the memory
_drops: list[Callable[[], None]] = []


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """The pure function with its last `ANSWERS` answers kept. Its arguments must be hashable."""
    kept = lru_cache(maxsize=ANSWERS)(function)
    _drops.append(kept.cache_clear)

    def answer(*args: P.args, **named: P.kwargs) -> T:
        for value in args:
            if value.__class__ is str and len(value) > LONGEST:
                return function(*args, **named)
        return kept(*args, **named)  # type: ignore[arg-type]  # hashable: see above

    return answer


def forget() -> None:
    """Drop whatever this process remembers of what was said."""
    for drop in _drops:
        drop()
