"""In which order and under which headings a note is shown: SOAP, four specialties, and what a clinic adds.

A template never adds or hides a statement: a section it does not name is shown at the end under its own title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, field_validator

from soap.model import SECTIONS, Statement

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Hint = Annotated[str, StringConstraints(strip_whitespace=True, max_length=240)]


class TemplateSection(BaseModel):
    """One heading. `expected`: silence is written as "not discussed". `hint`: what belongs here, for the editor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    section: str
    title: Title
    expected: bool = True
    hint: Hint = ""

    @field_validator("section")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in SECTIONS:
            raise ValueError(f"a section is one of {', '.join(SECTIONS)}")
        return value


class NoteTemplate(BaseModel):
    """Headings in their order. `id` is stable: saved notes name it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    name: Title
    sections: Annotated[tuple[TemplateSection, ...], Field(min_length=1, max_length=len(SECTIONS))]

    @field_validator("sections")
    @classmethod
    def _once(cls, value: tuple[TemplateSection, ...]) -> tuple[TemplateSection, ...]:
        if len({part.section for part in value}) < len(value):
            raise ValueError("a section stands once in a template")
        return value

    def complete(self) -> tuple[TemplateSection, ...]:
        """Its headings, then those it does not name: nothing of a note can be hidden by a template."""
        named = {part.section for part in self.sections}
        rest = (
            TemplateSection(section=section, title=title, expected=False)
            for section, title in SECTIONS.items()
            if section not in named
        )
        return (*self.sections, *rest)


def arranged(
    statements: Iterable[Statement], template: NoteTemplate
) -> list[tuple[TemplateSection, list[Statement]]]:
    """Every heading with its statements, in the template's order; statements keep theirs."""
    held: dict[str, list[Statement]] = {}
    for statement in statements:
        held.setdefault(statement.section, []).append(statement)
    return [(part, held.get(part.section, [])) for part in template.complete()]


def not_discussed(statements: Iterable[Statement], template: NoteTemplate) -> tuple[str, ...]:
    """The sections that the template expects and nobody spoke of, in its order."""
    spoken = {statement.section for statement in statements}
    return tuple(part.section for part in template.sections if part.expected and part.section not in spoken)


def _built_in() -> dict[str, NoteTemplate]:
    text = (files("soap") / "data" / "templates.json").read_text(encoding="utf-8")
    return {template.id: template for template in TypeAdapter(list[NoteTemplate]).validate_json(text)}


TEMPLATES: Mapping[str, NoteTemplate] = MappingProxyType(_built_in())
"""The templates that come with the service, by id."""
SOAP = TEMPLATES["soap"]
"""What a note is shown by unless somebody chose another."""
