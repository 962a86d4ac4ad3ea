"""Headings of a note: a template orders and names, and can hide nothing."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from clinical_language import State
from soap import SECTIONS, TEMPLATES, NoteTemplate, Statement, TemplateSection
from soap.templates import SOAP, arranged, not_discussed


def line(section: str) -> Statement:
    return Statement(f"{section}:x", section, "Words.", (0,), State.PRESENT, 0.9)


def test_soap_and_four_specialties_come_with_the_service_and_name_every_section() -> None:
    assert next(iter(TEMPLATES)) == "soap"
    assert len(TEMPLATES) >= 5
    for template in TEMPLATES.values():
        assert {part.section for part in template.sections} == set(SECTIONS)


def test_a_section_that_a_template_leaves_out_is_shown_at_the_end() -> None:
    short = NoteTemplate(
        id="short", name="Short", sections=(TemplateSection(section="plan", title="What we do"),)
    )
    shown = arranged([line("subjective.hpi"), line("plan")], short)
    assert [part.title for part, lines in shown if lines] == ["What we do", "History of present illness"]


def test_silence_is_told_where_the_template_expects_words() -> None:
    silent = not_discussed([line("plan")], SOAP)
    assert "subjective.allergies" in silent
    assert "plan" not in silent
    brief = NoteTemplate(
        id="brief", name="Brief", sections=(TemplateSection(section="plan", title="Plan", expected=False),)
    )
    assert not_discussed([], brief) == ()


@pytest.mark.parametrize("sections", [[], ["plan", "plan"], ["subjective.horoscope"]])
def test_a_template_that_no_note_could_follow_is_refused(sections: list[str]) -> None:
    with pytest.raises(ValidationError):
        NoteTemplate.model_validate(
            {"id": "mine", "name": "Mine", "sections": [{"section": s, "title": "T"} for s in sections]}
        )


def test_templates_can_be_had_without_spacy() -> None:
    code = "import sys, soap.templates; assert not {'spacy', 'torch'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
