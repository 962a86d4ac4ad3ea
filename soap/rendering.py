"""The draft as plain text: a heading per section, denials of neighbouring lines compressed, silence named."""

from __future__ import annotations

from collections.abc import Sequence

from clinical_language import State
from soap.model import PLAN, SECTIONS, DraftNote, Statement
from soap.phrasing import join

_OPENINGS = ("Denies ", "No history of ", "Not taking ")


def _items(text: str, opening: str) -> list[str]:
    body = text.removeprefix(opening).rstrip(".")
    return [part for chunk in body.split(", ") for part in chunk.replace(" or ", " and ").split(" and ")]


def _compressed(statements: Sequence[Statement]) -> list[str]:
    """Neighbouring "Denies ..." lines as one sentence."""
    lines: list[str] = []
    run: list[str] = []
    opening = ""
    for statement in [*statements, None]:
        starts = next(
            (
                o
                for o in _OPENINGS
                if statement and statement.state is State.ABSENT and statement.text.startswith(o)
            ),
            "",
        )
        if run and starts != opening:
            lines.append(f"{opening}{join(run, 'and' if opening == 'Denies ' else 'or')}.")
            run = []
        opening = starts
        if statement is not None and starts:
            run += _items(statement.text, starts)
        elif statement is not None:
            lines.append(statement.text)
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


def as_text(note: DraftNote) -> str:
    """Headings in the order of the note; "Not discussed." where a section is silent."""
    blocks = []
    for section, title in SECTIONS.items():
        said = [s for s in note.statements if s.section == section]
        lines = _by_problem(said) if section == PLAN else [f"- {line}" for line in _compressed(said)]
        blocks.append(f"{title}\n" + "\n".join(lines or ["- Not discussed."]))
    if note.review:
        blocks.append("To review\n" + "\n".join(f"- {item.text}" for item in note.review))
    return "\n\n".join(blocks) + "\n"
