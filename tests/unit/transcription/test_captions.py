"""Captions that fit and can be read."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from transcription.captions import (
    CUE_CHARACTERS,
    LINE_CHARACTERS,
    LONGEST_CUE,
    Line,
    Piece,
    cues,
    plain_line,
)
from transcription.render import as_srt, as_text, as_vtt

LONG = " ".join(f"word{number:02}" for number in range(40))


def test_a_short_line_is_one_caption_with_its_own_times() -> None:
    (cue,) = cues([plain_line("Ana", 1.0, 3.0, "Where does it hurt?")])
    assert (cue.speaker, cue.start, cue.end, cue.text) == ("Ana", 1.0, 3.0, "Where does it hurt?")


def test_a_long_line_is_several_captions_of_two_lines() -> None:
    found = cues([plain_line("Ana", 0.0, 20.0, LONG)])
    assert len(found) > 2
    for cue in found:
        assert len(cue.text) <= CUE_CHARACTERS
        assert all(len(line) <= LINE_CHARACTERS for line in cue.text.split("\n"))
        assert cue.text.count("\n") <= 1
    assert " ".join(cue.text.replace("\n", " ") for cue in found) == LONG


def test_slow_speech_does_not_stand_for_long() -> None:
    slow = tuple(Piece(f"w{number}", number * 3.0, number * 3.0 + 0.5) for number in range(8))
    assert all(cue.end - cue.start <= LONGEST_CUE for cue in cues([Line("Ana", 0.0, 28.0, slow)]))


def test_a_caption_ends_with_its_sentence_once_it_is_half_full() -> None:
    first, second = cues(
        [plain_line("Ana", 0.0, 9.0, "It began three days ago and it has been bad. Since then no.")]
    )
    assert first.text.endswith("bad.")
    assert second.text == "Since then no."


def test_a_single_word_stays_a_second_unless_the_same_person_goes_on() -> None:
    quick = (Piece("Yes.", 1.0, 1.2), Piece("x" * 90, 1.4, 5.0))
    first, _ = cues([Line("Ana", 1.0, 5.0, quick)])
    assert (first.start, first.end) == (1.0, 1.4)
    (alone,) = cues([plain_line("Ana", 1.0, 1.2, "Yes.")])
    assert alone.end == 2.0


def test_two_people_are_in_order_of_time() -> None:
    found = cues([plain_line("Ana", 5.0, 6.0, "Second."), plain_line("Ben", 4.0, 6.0, "First.")])
    assert [cue.speaker for cue in found] == ["Ben", "Ana"]


@given(
    st.lists(
        st.tuples(
            st.text("ab. <>&", min_size=1, max_size=99).map(str.strip).filter(bool),
            st.none() | st.floats(-5, 40),
            st.none() | st.floats(-5, 40),
        ),
        max_size=20,
    )
)
def test_captions_begin_in_order_and_end_after_they_begin_whatever_was_measured(
    words: list[tuple[str, float | None, float | None]],
) -> None:
    found = cues([Line("Ana", 2.0, 20.0, tuple(Piece(*word) for word in words))])
    assert all(cue.start < cue.end and 2.0 <= cue.start <= 20.0 for cue in found)
    assert all(one.start <= after.start for one, after in pairwise(found))


def test_webvtt_and_subrip() -> None:
    lines = [plain_line("Dr. <Ana>", 1.0, 3.0, "BP < 120 & falling --> good")]
    assert as_vtt(lines, None) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Dr. &lt;Ana&gt;>BP &lt; 120 &amp; falling --&gt; good\n"
    )
    assert as_srt(lines, "Not for care.").split("\n\n") == [
        "1\n00:00:00,000 --> 00:00:04,000\nNot for care.",
        "2\n00:00:01,000 --> 00:00:03,000\nDr. ‹Ana>: BP < 120 & falling → good\n",
    ]
    assert as_text(lines) == "[00:00:01] Dr. <Ana>: BP < 120 & falling --> good\n"


def test_nothing_said_is_no_caption() -> None:
    assert as_vtt([], None) == "WEBVTT\n"
    assert as_srt([Line("Ana", 0.0, 1.0, ())], None) == ""
