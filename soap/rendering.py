"""The draft as plain text: a heading per section, a line per statement or body system, silence named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soap.model import PLAN, DraftNote, Statement
from soap.templates import SOAP, NoteTemplate, arranged, not_discussed

_SYSTEM = re.compile(r"^([A-Z][\w ,]{2,20}): ")


def _by_system(statements: Sequence[Statement]) -> list[str]:
    """What is reported and denied of one body system on one line."""
    lines: list[str] = []
    heading = ""
    for statement in statements:
        found = _SYSTEM.match(statement.text)
        if found and found[1] == heading:
            lines[-1] += f" {statement.text[found.end() :]}"
        else:
            lines.append(statement.text)
        heading = found[1] if found else ""
    return lines


def _by_problem(statements: Sequence[Statement]) -> list[str]:
    """Lines of the plan under the problem they are about."""
    lines, heading = [], ""
    for statement in statements:
        if statement.problem != heading:
            heading = statement.problem
            lines.append(f"{heading or 'In general'}:")
        lines.append(f"- {statement.text}")
    return lines


def as_text(note: DraftNote, template: NoteTemplate = SOAP) -> str:
    """Headings in the order of the template; the sections nobody spoke of in one last line. The tray is no note."""
    blocks = [
        f"{part.title.upper()}\n" + "\n".join(_lines(part.section, said))
        for part, said in arranged(note.statements, template)
        if said
    ]
    titles = {part.section: part.title for part in template.sections}
    silent = [titles[section] for section in not_discussed(note.statements, template)]
    if silent:
        blocks.append(f"Not discussed: {', '.join(title[:1].lower() + title[1:] for title in silent)}.")
    return "\n\n".join(blocks) + "\n"


def _lines(section: str, said: Sequence[Statement]) -> list[str]:
    return _by_problem(said) if section == PLAN else [f"- {line}" for line in _by_system(said)]
