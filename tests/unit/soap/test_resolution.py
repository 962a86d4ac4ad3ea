"""One line per concept: what wins, what is told as contradicted, which values stand."""

from soap import DraftNote, Turn, draft_note


def drafted(*lines: str) -> DraftNote:
    """The note of lines "d: ..." and "p: ..."."""
    speakers = {"d": "doctor", "p": "patient"}
    return draft_note([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def body(note: DraftNote) -> str:
    return "\n".join(s.text for s in note.statements).lower()


def test_a_condition_once_had_is_not_undone_by_a_later_no() -> None:
    note = drafted(
        "d: Any medical problems in the past?",
        "p: I had a stroke four years ago.",
        "d: Any diabetes, epilepsy or stroke?",
        "p: No.",
    )
    assert "stroke" in body(note)
    assert "no history of stroke" not in body(note)
    assert any(r.reason == "contradicted" and "troke" in r.text for r in note.review)


def test_a_course_told_both_ways_is_not_written_as_either() -> None:
    note = drafted(
        "d: What brings you in?",
        "p: I have had a cough for a week and the cough is getting worse.",
        "d: And how is the cough today?",
        "p: The cough is getting better, actually.",
    )
    line = next(s.text for s in note.statements if s.text.lower().startswith("cough"))
    assert "worse" not in line
    assert "improv" not in line
