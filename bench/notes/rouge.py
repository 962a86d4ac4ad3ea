"""ROUGE-1 F as ACI-Bench computes it: the `rouge_score` library, no stemmer, mean over notes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cache

from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenizers import DefaultTokenizer

EMPTY = "#####EMPTY#####"  # ACI-Bench writes this where a division is missing, in both notes: silence on silence is 1


@cache
def _scorer() -> RougeScorer:
    return RougeScorer(["rouge1"], use_stemmer=False)


@cache
def _tokenizer() -> DefaultTokenizer:
    return DefaultTokenizer(use_stemmer=False)


def tokens(text: str) -> list[str]:
    """The words ROUGE counts."""
    return list(_tokenizer().tokenize(text))


def rouge1(reference: str, ours: str) -> float:
    """F in 0..100."""
    return 100 * float(_scorer().score(reference.strip() or EMPTY, ours.strip() or EMPTY)["rouge1"].fmeasure)


def mean(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F of (reference, ours); NaN of none."""
    return statistics.fmean(rouge1(*pair) for pair in pairs) if pairs else float("nan")
