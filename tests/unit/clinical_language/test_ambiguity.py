"""Wordings of two concepts, and words of every day: what is deliberate is listed, anything new fails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from clinical_language.concepts import concepts, patterns
from clinical_language.patterns import wordings
from clinical_language.pipeline import _spoken

_FOLDER = Path(__file__).parent
_EVERYDAY = frozenset((_FOLDER / "everyday.txt").read_text(encoding="utf-8").split())
_ALLERGEN = "allergen."  # the same words as food or medicine: read only where allergy is spoken of


@cache
def _meanings() -> dict[str, set[str]]:
    """Folded wording to the concepts that have it, the one that is read first among them."""
    found: dict[str, set[str]] = {}
    for id_, pattern in patterns():
        if not id_.startswith(_ALLERGEN):
            for wording in wordings(pattern):
                spoken = " ".join(word for written in wording.split() for word in _spoken(written))
                found.setdefault(spoken, set()).add(id_)
    return found


def _shared() -> Iterator[str]:
    for ids in _meanings().values():
        if len(ids) > 1:
            yield " / ".join(sorted(ids))


def test_no_new_pair_of_concepts_shares_a_wording() -> None:
    listed = (_FOLDER / "ambiguous.txt").read_text(encoding="utf-8").splitlines()

    assert sorted(set(_shared()) - set(listed)) == []


def test_listed_concepts_exist() -> None:
    listed = (_FOLDER / "ambiguous.txt").read_text(encoding="utf-8").splitlines()

    assert [id_ for line in listed for id_ in line.split(" / ") if id_ not in concepts()] == []


def test_an_everyday_word_names_no_concept() -> None:
    assert len(_EVERYDAY) >= 300
    assert sorted(_EVERYDAY & set(_meanings())) == []
