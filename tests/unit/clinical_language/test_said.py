"""What a note calls a concept: the label where it was meant, else no more than the words said."""

from __future__ import annotations

import pytest

from clinical_language.concepts import concepts, rows, sensation_at, written_out
from clinical_language.patterns import parse, shortest
from clinical_language.said import said_as


@pytest.mark.parametrize(
    ("id_", "words", "name"),
    [
        ("finding.insomnia", "kept me up at night", "being kept up at night"),
        ("finding.insomnia", "insomnia", "insomnia"),
        ("finding.insect_bite", "stung by a wasp", "wasp sting"),
        ("finding.productive_cough", "bringing up any phlegm", "phlegm"),
        ("finding.productive_cough", "productive cough", "productive cough"),
        ("finding.vomiting", "throwing up", "vomiting"),
        ("finding.chest_pain", "my chest is really tight", "chest tightness"),
        ("finding.chest_pain", "tight chest pain", "chest pain"),
        ("finding.leg_swelling", "swollen ankles", "ankle swelling"),
        ("finding.limited_range_of_motion", "can't move it", "not being able to move it"),
        ("finding.limited_range_of_motion", "ca n't move it", "not being able to move it"),
        ("medicine.steroid_inhaler", "brown inhaler", "brown inhaler"),
        ("finding.dyspnea", "short of breath", "shortness of breath"),
        ("finding.hearing_loss", "changes in hearing", "change in hearing"),
        ("finding.hearing_loss", "and how is your hearing?", "normal hearing"),
        ("finding.hearing_loss", "hearing loss", "hearing loss"),
        ("finding.loss_of_appetite", "any appetite loss", "loss of appetite"),
        ("finding.nausea", "nauseated", "nausea"),
        ("finding.abdominal_pain", "tummy aches", "abdominal pain"),
        ("finding.back_pain", "back", "back pain"),  # where it is alone: what is felt there stands elsewhere
        ("finding.chest_pain", "discomfort in the chest", "discomfort in chest"),
        ("finding.staring_spells", "spaces out", "\u201cspaces out\u201d"),
        ("condition.dementia", "Alzheimer's disease", "Alzheimer's disease"),
        ("procedure.cast", "a knee brace", "knee brace"),
    ],
)
def test_a_name_says_no_more_than_the_words(id_: str, words: str, name: str) -> None:
    assert said_as(concepts()[id_], words) == name


def test_a_place_without_a_row_keeps_its_name() -> None:
    assert said_as(sensation_at("pain", "knee"), "my knee hurts") == "knee pain"


def test_rows_name_concepts_and_read() -> None:
    names = list(rows("said_as.tsv"))
    assert [row for row in names if row["concept"] not in concepts() or not row["name"]] == []
    assert [row for row in names if shortest(parse(written_out(row["wording"]))) == 0] == []
