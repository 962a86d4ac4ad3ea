"""Firm words: two hearings in a row agree; what is firm never changes and never shrinks."""

from hypothesis import given
from hypothesis import strategies as some

from transcription.agreement import Agreement
from transcription.model import Word

_SPOKEN = some.lists(some.sampled_from(["my", "chest", "Chest,", "hurts", "a", "lot", "."]), max_size=8)


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(one, 0.9) for one in text.split())


def after(*hearings: str) -> tuple[str, str]:
    """The firm and the loose words after these hearings."""
    state = Agreement()
    for one in hearings:
        state = state.heard(words(one))
    return " ".join(word.text for word in state.firm), " ".join(word.text for word in state.loose)


def test_one_hearing_alone_makes_nothing_firm() -> None:
    assert after("my chest") == ("", "my chest")


def test_what_two_hearings_in_a_row_share_from_the_beginning_is_firm() -> None:
    assert after("my chess", "my chest hurts") == ("my", "chest hurts")
    assert after("my chess", "my chest hurts", "my chest hurts a lot") == ("my chest hurts", "a lot")


def test_case_and_punctuation_do_not_keep_words_from_agreeing() -> None:
    assert after("my chest.", "My chest, it") == ("My chest,", "it")


def test_agreement_further_on_does_not_count() -> None:
    assert after("the chest hurts", "my chest hurts") == ("", "my chest hurts")


def test_a_later_disagreement_leaves_firm_words_as_they_are() -> None:
    assert after("my chest", "my chest", "your chest hurts") == ("my chest", "hurts")


def test_a_word_more_or_less_before_the_firm_end_shifts_what_follows() -> None:
    assert after("my chest", "my chest", "well my chest hurts") == ("my chest", "hurts")
    assert after("oh my chest", "oh my chest", "my chest hurts") == ("oh my chest", "hurts")


def test_a_hearing_without_words_changes_nothing() -> None:
    assert after("my chest", "my chest hurts", "") == ("my chest", "hurts")


@given(some.lists(_SPOKEN, max_size=6))
def test_firm_words_only_ever_grow(hearings: list[list[str]]) -> None:
    state = Agreement()
    for one in hearings:
        later = state.heard([Word(text, 0.5) for text in one])
        assert later.firm[: len(state.firm)] == state.firm
        state = later


@given(_SPOKEN, some.integers(1, 8))
def test_a_steady_hearing_becomes_firm_to_its_last_word_but_the_new_ones(said: list[str], at: int) -> None:
    state = Agreement().heard([Word(text, 0.5) for text in said[:at]])
    later = state.heard([Word(text, 0.5) for text in said])
    assert [word.text for word in later.words] == said
    assert len(later.firm) == min(at, len(said))
