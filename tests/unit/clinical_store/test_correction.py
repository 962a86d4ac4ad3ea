"""A doctor's words over the heard ones: what keeps its time and its doubt, and what does not."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clinical_store import HeardText, HeardWord, SuggestionView, WrittenSpan
from clinical_store.correction import changed_words, corrected, nothing_written

HEARD = HeardText(
    text="I take aproprofen twice a day",
    words=tuple(
        HeardWord(text=word, confidence=0.5, start=number * 0.5, end=number * 0.5 + 0.4)
        for number, word in enumerate("I take aproprofen twice a day".split())
    ),
    suggestions=(
        SuggestionView(first=2, last=2, term="ibuprofen", kind="medicine"),
        SuggestionView(first=4, last=5, term="today", kind="word"),
    ),
    warnings=("low_confidence",),
    confidence=0.5,
    language="en",
)


def fix(text: str) -> HeardText:
    return corrected(HEARD, text, nothing_written)


def test_unchanged_words_keep_time_and_confidence_and_the_new_one_has_none() -> None:
    now = fix("I take ibuprofen twice a day")
    assert [word.confidence for word in now.words] == [0.5, 0.5, None, 0.5, 0.5, 0.5]
    assert [(word.start, word.end) for word in now.words] == [(word.start, word.end) for word in HEARD.words]
    assert (now.text, now.confidence, now.warnings) == ("I take ibuprofen twice a day", None, ())
    assert now.language == "en"


def test_several_words_share_the_time_of_the_one_they_replace_by_their_length() -> None:
    now = fix("I take a leve twice a day")
    assert [(word.text, word.start, word.end) for word in now.words[2:4]] == [
        ("a", 1.0, pytest.approx(1.08)),
        ("leve", pytest.approx(1.08), 1.4),
    ]


def test_words_that_were_left_out_lie_between_their_neighbours() -> None:
    now = fix("Well I take aproprofen about twice a day now")
    times = {word.text: (word.start, word.end) for word in now.words}
    assert times["about"] == (1.4, 1.5)
    assert times["Well"] == (0.0, 0.0)
    assert times["now"] == (2.9, 2.9)


def test_punctuation_and_case_do_not_make_another_word() -> None:
    now = fix("I take aproprofen, twice a day.")
    assert [word.confidence for word in now.words] == [0.5] * 6
    assert [word.text for word in now.words][2] == "aproprofen,"


def test_equal_text_confirms_what_was_heard() -> None:
    now = fix("  I take  aproprofen twice a day ")
    assert [word.text for word in now.words] == [word.text for word in HEARD.words]
    assert {word.confidence for word in now.words} == {None}
    assert (now.suggestions, now.warnings, now.confidence) == ((), (), None)
    assert [word.start for word in now.words] == [word.start for word in HEARD.words]


def test_a_suggestion_stays_while_nobody_touched_its_words_and_moves_with_them() -> None:
    assert fix("I take ibuprofen twice a day").suggestions == (
        SuggestionView(first=4, last=5, term="today", kind="word"),
    )
    assert fix("Well I take ibuprofen twice a day").suggestions[0].first == 5
    assert fix("I take aproprofen twice a long day").suggestions == (
        SuggestionView(first=2, last=2, term="ibuprofen", kind="medicine"),
    )


def test_numbers_are_written_anew() -> None:
    def written(words: object, language: str | None) -> list[WrittenSpan]:
        assert (words, language) == (["five", "hundred", "milligrams"], "en")
        return [WrittenSpan(first=0, last=2, text="500 mg")]

    assert corrected(HEARD, "five hundred milligrams", written).written[0].text == "500 mg"


def test_a_struck_out_line_has_no_word() -> None:
    now = fix(" ")
    assert (now.text, now.words, now.suggestions) == ("", (), ())


def test_a_line_heard_without_words_gets_them() -> None:
    now = corrected(HeardText(text="of before versions"), "of before versions were kept", nothing_written)
    assert [word.text for word in now.words] == ["of", "before", "versions", "were", "kept"]
    assert {word.start for word in now.words} == {None}


def test_what_differs_from_the_live_words() -> None:
    assert changed_words("it is a headache".split(), "It is the headache, doctor".split()) == (2, 4)
    assert changed_words([], ["new"]) == (0,)
    assert changed_words(["gone"], []) == ()
    assert changed_words("I do not smoke".split(), "I do smoke".split()) == (2,)
    assert changed_words("the side of my head".split(), "the side of".split()) == (2,)
    assert changed_words("no I smoke".split(), "I smoke".split()) == (0,)
    assert changed_words("the lens is -2.5, left".split(), "The lens is 2.5 left".split()) == (3,)


def test_a_span_outside_of_the_words_is_refused() -> None:
    for first, last in ((0, 2), (1, 0), (-1, 0)):
        with pytest.raises(ValidationError):
            HeardText.model_validate(
                {"text": "two words", "written": [{"first": first, "last": last, "text": "2"}]}
            )


@pytest.mark.parametrize(("given_", "kept"), [(1.0000001, 1.0), (-0.1, 0.0), (float("nan"), 0.0)])
def test_a_likelihood_that_is_none_does_not_cost_the_words(given_: float, kept: float) -> None:
    word = HeardWord(text="word", confidence=given_)
    assert HeardText(text="word", words=(word,), confidence=given_).confidence == word.confidence == kept


_TEXT = st.lists(st.text(string.ascii_letters + ".,'-", min_size=1, max_size=4), max_size=12).map(" ".join)


@given(_TEXT)
def test_whatever_is_written_reads_as_written_in_order_of_time(text: str) -> None:
    now = fix(text)
    assert [word.text for word in now.spoken] == text.split()
    times = [moment for word in now.words for moment in (word.start, word.end) if moment is not None]
    assert times == sorted(times)
    assert all(suggestion.last < len(now.words) for suggestion in now.suggestions)


def test_a_line_of_very_many_words_is_compared_in_bounded_time() -> None:
    """The room server forwards everybody's media on the same loop: difflib took seven processor seconds for this."""
    before, after = ["a"] * 1000, ["a", "c"] * 500
    began = time.process_time()
    changed = changed_words(before, after)
    assert time.process_time() - began < 1
    assert changed[:2] == (1, 2)


def test_of_a_very_long_line_what_was_not_touched_keeps_its_time() -> None:
    words = [f"w{number}" for number in range(400)]
    long = HeardText(
        text=" ".join(words),
        words=tuple(HeardWord(text=word, start=number, end=number + 1) for number, word in enumerate(words)),
    )
    now = corrected(long, " ".join([*words[:200], "new", "words", *words[201:]]), nothing_written)
    assert [(word.start, word.end) for word in now.words[:200]] == [(at, at + 1) for at in range(200)]
    assert [word.start for word in now.words[202:]] == list(range(201, 400))
    assert (now.words[200].start, now.words[201].end) == (200, 201)


@given(
    st.lists(st.sampled_from("ab"), min_size=201, max_size=260), st.lists(st.sampled_from("ab"), max_size=260)
)
def test_whatever_the_length_kept_words_are_the_same_and_in_order(
    before: list[str], after: list[str]
) -> None:
    changed = set(changed_words(before, after))
    kept = iter(before)
    assert all(word in kept for at, word in enumerate(after) if at not in changed)
