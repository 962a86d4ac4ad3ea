"""Jotted answers that mean something without their question, and those that do not."""

import pytest

from clinical_language import Turn, read_consult
from soap import draft_note
from soap.jotted import Jotter
from soap.register import HE
from soap.standing import fits, theme


def jotted(asked: str, answered: str) -> list[str]:
    """What an answer makes, in a talk about a headache."""
    talk = [Turn("doctor", "What is wrong?"), Turn("patient", "I have had a headache for two days.")]
    consult = read_consult([*talk, Turn("doctor", asked), Turn("patient", answered)])
    return [" ".join(c.words) for c in Jotter(consult, HE).candidates() if c.turn > 1]


@pytest.mark.parametrize(
    ("asked", "answered", "written"),
    [
        ("When was your last blood test?", "Last week, I think.", "blood test : last week"),
        ("How would you describe the pain?", "Throbbing.", "throbbing"),
    ],
)
def test_an_answer_takes_the_name_of_what_was_asked(asked: str, answered: str, written: str) -> None:
    assert any(written in line for line in jotted(asked, answered)), jotted(asked, answered)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("How have you been in yourself otherwise?", "All fine."),
        ("Do you watch what you eat?", "Very careful."),
        ("Have you noticed any rashes?", "Rashes? Um, no, nothing like that."),
        ("Anything else?", "Not particularly."),
    ],
)
def test_what_means_nothing_alone_is_not_jotted(asked: str, answered: str) -> None:
    assert jotted(asked, answered) == []


@pytest.mark.parametrize(
    ("asked", "answered", "written"),
    [
        ("Any other symptoms?", "No runny nose, no sore throat, I've been feeling good.", "no sore throat"),
        ("Any blood?", "No blood, but.", "no blood"),
        ("Is anyone else unwell?", "Um, so no one else in the family.", "no one else in family"),
    ],
)
def test_a_second_no_is_kept(asked: str, answered: str, written: str) -> None:
    assert written in jotted(asked, answered)


def test_a_denied_question_heads_nothing() -> None:
    assert jotted("OK, how about any shortness of breath?", "No, not that I've noticed.") == []


def test_a_theme_is_named_once() -> None:
    lines = jotted("And are you currently working?", "Uh, yes, yeah. I I work. Um, I'm an accountant.")
    assert sum("work :" in line for line in lines) == 1


def told(asked: str, answered: str) -> list[str]:
    """The lines of the narrative that rest on the answer."""
    talk = [Turn("doctor", "What is wrong?"), Turn("patient", "I have had a headache for two days.")]
    note = draft_note([*talk, Turn("doctor", asked), Turn("patient", answered)])
    return [s.text for s in note.statements if 3 in s.evidence and ":told:" in s.key]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Mm-hmm.", "Our team are at the bottom of the table, it is a shame to watch."),
        ("Mm-hmm.", "I really love those old films with the dancing."),
        ("Right.", "It was a lovely wedding and everybody sang."),
    ],
)
def test_banter_is_no_history(asked: str, answered: str) -> None:
    assert told(asked, answered) == []


def test_a_clause_cut_short_loses_what_dangles() -> None:
    assert jotted("Is it a dry cough?", "It is usually a dry cough and sometimes.") == ["usually dry cough"]


def test_of_a_garbled_clause_the_sound_piece_is_kept() -> None:
    lines = jotted(
        "Where is it?", "It, if I had to describe where it is it is somewhere in the middle of my head."
    )
    assert any("somewhere in middle of head" in line for line in lines)
    assert not any(line.startswith("it") for line in lines)


def test_a_false_start_is_not_written() -> None:
    lines = jotted("Why did you come?", "I do not I wanted to see a nurse about my head.")
    assert lines == ["wanted to see nurse about head"]


@pytest.mark.parametrize(
    ("answered", "written"),
    [
        ("It started when I was at work.", "headache started when at work"),
        ("I get dizzy when I feel hot.", "gets dizzy when feeling hot"),
        ("I had to stop because I got breathless.", "had to stop because patient got breathless"),
    ],
)
def test_a_subject_is_only_left_out_where_the_verb_shows_whose_it_is(answered: str, written: str) -> None:
    assert written in [line.removeprefix("the ") for line in jotted("And then?", answered)]


def test_how_many_heads_a_number() -> None:
    talk = read_consult(
        [Turn("doctor", "How many hours of sleep do you think you get?"), Turn("patient", "Maybe three.")]
    )
    assert theme(talk.exchanges[0], ["maybe", "3"]) == ("hours", "of", "sleep", ":")


@pytest.mark.parametrize(
    ("slot", "answer", "can_be"),
    [
        ("frequency", "about 20 pounds", False),
        ("frequency", "every other day", True),
        ("onset", "indeed", False),
        ("onset", "about two days", True),
        ("place", "indeed", False),
        ("place", "the left knee", True),
        ("severity", "7", True),
    ],
)
def test_a_label_stands_only_before_what_it_says(slot: str, answer: str, can_be: bool) -> None:
    assert fits(slot, answer.split()) is can_be
