"""The visit's words: what goes into the prompt, what is suggested, and what never is."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.model import Word
from transcription.vocabulary import (
    MOST_TERMS,
    Suggestion,
    Term,
    Vocabulary,
    ordinary_words,
    terms,
)

OWN = (
    *terms("medicine", ["metformin", "Bisoprolol", "amlodipine", "Microgynon 30"]),
    *terms("allergy", ["penicillin"]),
    *terms("problem", ["hypothyroidism"]),
    *terms("formulary", ["cetirizine", "co-codamol", "metformin"]),
)
VOCABULARY = Vocabulary(OWN, known=frozenset({"felodipine", "hyperthyroidism", "nifedipine"}))


def heard(said: str, confidence: float = 0.9) -> list[Word]:
    return [Word(word, confidence) for word in said.split()]


def suggested(said: str, confidence: float = 0.9, vocabulary: Vocabulary = VOCABULARY) -> dict[str, str]:
    words = said.split()
    found = vocabulary.suggestions(heard(said, confidence))
    return {" ".join(words[one.first : one.last + 1]): one.term for one in found}


@pytest.mark.parametrize(
    ("said", "wrong", "term"),
    [
        ("I take melformin, once a day", "melformin,", "metformin"),
        ("and buzoprolol.", "buzoprolol.", "Bisoprolol"),
        ("he has met formin at home", "met formin", "metformin"),
        ("allergic to penacilin", "penacilin", "penicillin"),
        ("do you take cetrazine", "cetrazine", "cetirizine"),
        (
            "she has hyperthyroidism",
            "hyperthyroidism",
            "hypothyroidism",
        ),  # a look-alike is always worth a look
    ],
)
def test_a_misheard_name_is_offered(said: str, wrong: str, term: str) -> None:
    assert suggested(said) == {wrong: term}


@pytest.mark.parametrize(
    "said",
    [
        "I take metformin and Bisoprolol's fine",
        "two co-codamol, or cocodamol",
        "the weather is fine and I am feeling better",
        "I take felodipine",  # another medicine, heard with confidence
        "five hundred 500 2.5 mg milligrams metformin",
        "it was met. Formin asked",  # a pause is no part of a name
        "",
        "- ... '",
    ],
)
def test_nothing_is_offered_for_what_is_right_or_ordinary(said: str) -> None:
    assert suggested(said) == {}


def test_an_ordinary_word_that_was_hardly_heard_may_have_been_a_name() -> None:
    vocabulary = Vocabulary(terms("medicine", ["Omeprazole"]))
    assert "problem" in ordinary_words()
    assert suggested("on a me prazol now", 0.9, vocabulary) == {}
    assert suggested("on oh me prazole now", 0.2, vocabulary) != {}


def test_a_number_is_never_part_of_a_suggestion() -> None:
    vocabulary = Vocabulary(terms("medicine", ["Microgynon thirty", "Fiften"]))
    assert suggested("take fifteen microginon thirty", 0.2, vocabulary) == {}


def test_a_name_with_a_figure_is_expected_but_never_offered() -> None:
    vocabulary = Vocabulary(terms("formulary", ["Microgynon 30"]))
    assert vocabulary.prompt == "Microgynon 30."
    assert suggested("take microginon daily", vocabulary=vocabulary) == {}


def test_one_and_several_of_a_thing_are_the_same_name() -> None:
    assert suggested("a migraine", 0.1, Vocabulary(terms("problem", ["migraines"]))) == {}


def test_of_two_terms_that_are_equally_near_none_is_offered() -> None:
    vocabulary = Vocabulary(terms("medicine", ["prednisolone", "prednisolane"]))
    assert suggested("prednisolune", vocabulary=vocabulary) == {}


def test_a_word_nearer_to_another_medical_one_is_left() -> None:
    assert suggested("felodapine") == {}


def test_only_english_is_compared_by_its_sounds() -> None:
    assert suggested("melformin", vocabulary=Vocabulary(OWN, "de")) == {}


def test_the_prompt_holds_each_name_once_the_most_important_last() -> None:
    assert VOCABULARY.prompt == (
        "co-codamol, cetirizine, hypothyroidism, penicillin, Microgynon 30, amlodipine, Bisoprolol, metformin."
    )


def test_the_prompt_is_bounded_and_keeps_what_matters_most() -> None:
    many = terms("medicine", [f"name{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(400)])
    prompt = Vocabulary(many).prompt
    assert len(prompt.split(", ")) == MOST_TERMS
    assert prompt.endswith("nameaa.")
    long = Vocabulary(terms("medicine", ["x" * 50 + chr(97 + at) for at in range(26)])).prompt
    assert len(long) <= 600


def test_a_model_without_prompts_gets_none_and_still_suggestions() -> None:
    vocabulary = Vocabulary(OWN, prompted=False)
    assert vocabulary.prompt == ""
    assert suggested("melformin", vocabulary=vocabulary) == {"melformin": "metformin"}


def test_no_terms_no_prompt_and_no_suggestion() -> None:
    assert Vocabulary().prompt == ""
    assert Vocabulary().suggestions(heard("melformin")) == ()
    assert terms("medicine", ["", "  ", "123", "abc"]) == (Term("medicine", "abc"),)


@given(st.lists(st.sampled_from("met formin. melformin buzo prolol a more dip in 5 penacilin the".split()), max_size=9),
       st.floats(0, 1))  # fmt: skip
def test_suggestions_lie_in_the_words_in_order_and_never_overlap(words: list[str], confidence: float) -> None:
    found = VOCABULARY.suggestions([Word(word, confidence) for word in words])
    assert all(0 <= one.first <= one.last < len(words) for one in found)
    assert all(one.last < other.first for one, other in itertools.pairwise(found))
    assert all("5" not in words[one.first : one.last + 1] for one in found)
    assert all(isinstance(one, Suggestion) and one.term in {term.text for term in OWN} for one in found)


def test_ordinary_words_hold_no_name_of_a_medicine() -> None:
    assert {"water", "hypertension", "the"} <= ordinary_words().keys()
    assert not {"metformin", "ibuprofen", "paracetamol", "amlodipine"} & ordinary_words().keys()
