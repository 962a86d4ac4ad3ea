"""One line per concept: what wins, what is told as contradicted, which values stand."""

from dataclasses import replace

from clinical_language import read_consult
from soap import DraftNote, Turn, draft_note
from soap.resolution import resolve


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
    consult = read_consult([Turn("patient", "My cough is getting worse.")])
    (worse,) = [fact for fact in consult.facts if "course" in fact.values]
    better = replace(worse, values={"course": "improving"})
    assert "course" in resolve([worse])[0].values
    assert "course" not in resolve([worse, better])[0].values
