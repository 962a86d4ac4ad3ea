"""What holds of every transcript: the same facts each time, none lost by going on, each with its words in its turn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical_language import Fact, Turn, read_consult
from clinical_language.remembering import forget
from clinical_language.wording import clean

_QUESTIONS = [
    "Any fever, chills or night sweats?", "Do you have a cough?", "How long have you had the headache?",
    "So no chest pain?", "What makes it worse?", "Does it go anywhere?", "And how bad is it, one to ten?",
    "You mentioned nausea, is it still there?", "Do you smoke or drink?", "Any allergies?", "OK.",
    "I'd like you to take ibuprofen twice a day.", "Have you had a rash like this before?", "No diarrhea, no vomiting.",
]  # fmt: skip
_ANSWERS = [
    "No.", "Yes.", "Just the cough.", "No, but I do get palpitations.", "About three days.", "Not really, no.",
    "I don't know.", "Sorry, can you say that again?", "Yeah, when I lie down.", "I'd say a seven.", "Mm-hmm.",
    "I have a headache and my stomach hurts.", "Actually, I did have a fever yesterday.", "Both.",
    "I used to smoke.", "Penicillin gives me a rash.", "It went away.", "That's right.",
]  # fmt: skip
_LINES = st.lists(
    st.one_of(
        st.sampled_from(_QUESTIONS).map(lambda text: Turn("doctor", text)),
        st.sampled_from(_ANSWERS).map(lambda text: Turn("patient", text)),
    ),
    min_size=1,
    max_size=12,
)
_ANYTHING = st.lists(
    st.builds(
        Turn,
        st.sampled_from(["doctor", "patient", "companion"]),
        st.one_of(
            st.text(max_size=80),
            st.lists(
                st.sampled_from([
                    "no", "fever", "<b>", "\x00", "\n", "  ", "I", "have", "?", "chest pain", "\u2019", "not", "mother",
                    "10", "mg", "of", "my", "and", ",", "never", "if", "caf\u00e9", "\U0001f600", "&amp;", "\u200b",
                ]),
                max_size=15,
            ).map(" ".join),
        ),
    ),
    max_size=6,
)  # fmt: skip


def _well_made(fact: Fact, turns: list[Turn]) -> bool:
    """Evidence ascending and in range, with the turn of the words; the words are the text there."""
    first, last = fact.span
    there = " ".join(clean(turns[fact.turn].text)[first:last].split())
    return (
        list(fact.evidence) == sorted(set(fact.evidence))
        and {fact.at, fact.turn} <= set(fact.evidence) <= set(range(len(turns)))
        and there == " ".join(fact.words.split())
        and 0 <= first < last
    )


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_the_same_transcript_gives_the_same_facts(turns: list[Turn]) -> None:
    once = read_consult(turns)
    forget()
    assert read_consult(turns) == once


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_going_on_never_drops_a_fact(turns: list[Turn]) -> None:
    before = read_consult(turns[:-1]).facts
    assert read_consult(turns).facts[: len(before)] == before


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_a_fact_stands_on_its_words(turns: list[Turn]) -> None:
    read = read_consult(turns)
    assert all(_well_made(fact, turns) for fact in (*read.facts, *read.unanswered))


@settings(max_examples=200, deadline=None)
@given(_ANYTHING)
def test_whatever_is_fed_in_facts_are_well_made(turns: list[Turn]) -> None:
    read = read_consult(turns)
    assert all(_well_made(fact, turns) for fact in (*read.facts, *read.unanswered))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_QUESTIONS), max_size=8))
def test_a_doctor_alone_denies_nothing_and_affirms_nothing(questions: list[str]) -> None:
    read = read_consult([Turn("doctor", text) for text in questions if "mentioned" not in text])
    assert read.facts == ()
