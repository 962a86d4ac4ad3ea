"""The concept table keeps its rules: valid codes, one concept to a code, labels and places that are unique."""

from __future__ import annotations

import re
import warnings
from collections import Counter

import pytest

from clinical_language.concepts import body_parts, concepts, patterns
from clinical_language.model import Kind
from clinical_language.patterns import shortest

_DIHEDRAL = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(code: str) -> bool:
    """Whether the last digit checks the others, as SNOMED CT requires."""
    check = 0
    for position, digit in enumerate(reversed(code)):
        value = int(digit)
        for _ in range(position % 8):
            value = _PERMUTATION[value]
        check = _DIHEDRAL[check][value]
    return check == 0


def _codes(system: str) -> list[tuple[str, str]]:
    return [(c.id, c.codes[system]) for c in concepts().values() if system in c.codes]


def test_verhoeff_knows_a_wrong_digit() -> None:
    assert verhoeff("386661006")
    assert not verhoeff("386661007")


def test_snomed_codes_have_their_check_digit() -> None:
    assert [pair for pair in _codes("snomed") if not pair[1].isdigit() or not verhoeff(pair[1])] == []


def test_hpo_codes_have_their_form() -> None:
    assert [pair for pair in _codes("hpo") if not re.fullmatch(r"HP:\d{7}", pair[1])] == []


def test_icd_10_cm_codes_are_valid() -> None:
    with warnings.catch_warnings():  # the library reads its own list by a deprecated call
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm

    assert [pair for pair in _codes("icd10cm") if not simple_icd_10_cm.is_valid_item(pair[1])] == []


@pytest.mark.parametrize("system", ["snomed", "hpo"])
def test_a_code_names_one_concept_of_a_kind(system: str) -> None:
    counted = Counter((id_.split(".")[0], code) for id_, code in _codes(system))

    assert [pair for pair, count in counted.items() if count > 1] == []


def test_table_has_its_size() -> None:
    kinds = Counter(concept.kind for concept in concepts().values())

    assert kinds[Kind.FINDING] >= 600
    assert kinds[Kind.CONDITION] >= 350
    assert kinds[Kind.MEDICINE] >= 400
    assert kinds[Kind.PROCEDURE] >= 120
    assert kinds[Kind.TEST] >= 150


def test_every_surface_reads_and_says_something() -> None:
    assert [id_ for id_, pattern in patterns() if shortest(pattern) == 0] == []


def test_labels_and_places_are_unique() -> None:
    labels = Counter((concept.kind, concept.label.lower()) for concept in concepts().values())

    assert [label for label, count in labels.items() if count > 1] == []
    places = Counter(surface for part in body_parts().values() for surface in part.surfaces)
    assert [surface for surface, count in places.items() if count > 1] == []
