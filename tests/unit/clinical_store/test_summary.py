"""What the patient reads."""

from uuid import UUID

import pytest

from clinical_store.note import Origin, Statement
from clinical_store.summary import PLAIN_TITLES, plain_title, sections_of


def line(section: str, text: str) -> Statement:
    return Statement(
        id=UUID(int=hash(text) % 2**64), key=text, section=section, text=text, origin=Origin.CLINICIAN
    )


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("subjective.chief_complaint", "Why you came"),
        ("plan.safety_net", "When to call us right away"),
        ("plan.diet", "What happens next"),
        ("assessment.problem_one", "What we think it is"),
        ("care_team", "Care team"),
        ("care_team.members", "Care team, members"),
    ],
)
def test_every_section_has_a_plain_title(section: str, title: str) -> None:
    assert plain_title(section) == title


def test_the_sections_soap_writes_each_have_a_title_of_their_own() -> None:
    subjective = "chief_complaint hpi review_of_systems past_medical_history medications allergies"
    written = [f"subjective.{name}" for name in f"{subjective} family_history social_history".split()]
    written += ["objective.vitals", "objective.exam", "objective.results", "assessment", "plan"]
    assert set(written) <= set(PLAIN_TITLES)
    assert len({plain_title(section) for section in written}) == len(written)


def test_no_title_uses_the_notes_own_words() -> None:
    for title in PLAIN_TITLES.values():
        assert not {"subjective", "objective", "assessment", "plan", "hpi", "ros"} & set(
            title.lower().split()
        )


def test_sections_come_in_the_readers_order_and_lines_in_the_notes() -> None:
    sections = sections_of(
        [
            line("plan.diet", "Drink water."),
            line("plan", "Blood test."),
            line("subjective.hpi", "Headache."),
            line("plan", "Come back."),
            line("zebra", "Other."),
        ]
    )
    assert [section.title for section in sections] == ["What you told us", "What happens next", "Zebra"]
    assert sections[1].lines == ("Drink water.", "Blood test.", "Come back.")


def test_no_statement_no_section() -> None:
    assert sections_of([]) == ()


def test_a_patient_reads_plain_words_and_can_see_what_was_signed() -> None:
    section = sections_of(
        [line("plan", "Take it b.i.d.")], lambda text: text.replace("b.i.d.", "twice a day.")
    )[0]
    assert section.lines == ("Take it twice a day.",)
    assert section.signed_lines == ("Take it b.i.d.",)
