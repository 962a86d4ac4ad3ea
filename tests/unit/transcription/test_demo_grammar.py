"""The demo model's grammar: it covers the demo consult, and what is measured was never trained on."""

import pytest

from tools.demo_model.grammar import demo_sentences, expansions, forms, held_out, sentences, ways
from tools.demo_model.speak import HELD_OUT, TRAINING

LARGEST_FORM = 2_000


@pytest.fixture(scope="module")
def sayable() -> set[str]:
    return {text for form in forms() if ways(form) <= LARGEST_FORM for text in expansions(form)}


@pytest.mark.parametrize("text", sorted(set(demo_sentences())))
def test_every_sentence_of_the_demo_consult_is_in_the_grammar(text: str, sayable: set[str]) -> None:
    assert text in sayable


def test_training_and_held_out_sentences_never_meet() -> None:
    trained, unseen = set(sentences(3_000, seed=1)), set(sentences(200, seed=2, unseen=True))
    assert not trained & unseen
    assert all(held_out(text) for text in unseen)
    assert not any(text in unseen for text in demo_sentences())


def test_held_out_voices_are_no_training_voices() -> None:
    assert not {name for _, name, _ in TRAINING} & {name for _, name in HELD_OUT}


def test_the_same_seed_draws_the_same_sentences() -> None:
    assert sentences(50, seed=3) == sentences(50, seed=3) != sentences(50, seed=4)


def test_no_slot_is_left_open() -> None:
    assert not any(set("{}|") & set(text) for text in sentences(500, seed=5))
