"""How alike names sound and look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.sounding import alike, sounds

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("heard", "meant", "other"),
    [
        ("buzoprolol", "bisoprolol", "metoprolol"),
        ("felodapine", "felodipine", "amlodipine"),
        ("simbastan", "simvastatin", "atorvastatin"),
        ("fenitoyn", "phenytoin", "penicillin"),
        ("setirazeen", "cetirizine", "sertraline"),
    ],
)
def test_a_name_spelt_as_it_was_heard_is_nearer_to_what_was_meant(heard: str, meant: str, other: str) -> None:
    assert alike(heard, meant) > 0.7
    assert alike(heard, meant) > alike(heard, other) + 0.05


def test_spellings_of_one_sound_fall_together() -> None:
    assert sounds("phenytoin")[0] == sounds("fenytoin")[0]
    assert sounds("xanax") == sounds("zanax")


@given(NAMES, NAMES)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1
    assert alike(one, other) == pytest.approx(alike(other, one))
    assert alike(one, one) == 1


@given(NAMES, NAMES, st.floats(0, 1))
def test_what_cannot_reach_the_least_is_nothing_and_all_else_the_same(
    one: str, other: str, least: float
) -> None:
    assert alike(one, other, least) in (0.0, alike(one, other))
    assert alike(one, other) < least or alike(one, other, least) == alike(one, other)
