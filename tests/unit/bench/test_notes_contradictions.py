"""Reading our own lines back: which pairs contradict each other."""

import pytest

from bench.notes.contradictions import contradictions
from bench.notes.drafts import Drafted


def note(*lines: str) -> Drafted:
    """A note of lines of the history."""
    of = [{"section": "subjective.hpi", "text": line, "state": "present"} for line in lines]
    return Drafted(tuple(of), (), (), "")


@pytest.mark.parametrize(
    ("lines", "concepts"),
    [
        (
            ("He has had night sweats.", "Constitutional: Denies night sweats or fever."),
            ["finding.night_sweats"],
        ),
        (
            ("Myocardial infarction.", "No history of myocardial infarction."),
            ["condition.myocardial_infarction"],
        ),
        (("He has had night sweats.", "Constitutional: Denies fever."), []),
        (("He takes nothing for pain.", "Denies pain."), []),
        (("Wheezing (\u201cnot wheezy\u201d).", "Respiratory: Denies wheezing."), []),
    ],
)
def test_lines_that_contradict_each_other(lines: tuple[str, ...], concepts: list[str]) -> None:
    assert [concept for concept, _, _ in contradictions(note(*lines))] == concepts
