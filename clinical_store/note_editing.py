"""What an editor sent becomes the lines to save: who wrote each, who read it, what is never offered again. Pure."""

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from clinical_store.errors import StatementRepeated
from clinical_store.note import (
    SOAP,
    Draft,
    DraftStatement,
    NoteVersion,
    Origin,
    Statement,
    StatementEdit,
)


def statement_id(visit_id: UUID, key: str) -> UUID:
    """The id of a machine line: the same for the same key, so a growing draft keeps its rows in place."""
    return uuid.uuid5(visit_id, key)


def as_statement(visit_id: UUID, line: DraftStatement) -> Statement:
    return Statement(
        id=statement_id(visit_id, line.key),
        origin=Origin.DRAFT,
        basis=basis_of(line),
        **line.model_dump(),
    )


def as_statements(visit_id: UUID, draft: Draft) -> tuple[Statement, ...]:
    """The machine's draft as lines of a note."""
    return tuple(as_statement(visit_id, line) for line in draft.statements)


def basis_of(line: DraftStatement | Statement) -> str:
    """Names what the machine said: the same while text, state and evidence are. 32 hexadecimal digits."""
    said = [line.section, line.text, line.state, sorted(map(str, line.evidence))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Ground:
    """What a save stands on. `base`: the version its lines were read at; `saved`: the newest; None: nothing was saved.

    `revisions`: which words of each utterance are shown now. `template`: what a new note is shown by.
    """

    visit_id: UUID
    draft: Draft = field(default_factory=Draft)
    base: NoteVersion | None = None
    saved: NoteVersion | None = None
    revisions: Mapping[UUID, int] = field(default_factory=dict)
    template: str = SOAP

    @cached_property
    def drafted(self) -> tuple[Statement, ...]:
        """The machine's draft as lines."""
        return as_statements(self.visit_id, self.draft)

    @cached_property
    def _machine_texts(self) -> Mapping[str, Collection[str]]:
        """For each key, what the machine wrote: in the live draft, and in lines kept unchanged so far."""
        texts: dict[str, set[str]] = {}
        saved = (line for version in (self.base, self.saved) if version for line in version.statements)
        for line in (*self.drafted, *saved):
            if line.origin is Origin.DRAFT:
                texts.setdefault(line.key, set()).add(line.text)
        return texts

    @cached_property
    def _by_id(self) -> Mapping[UUID, Statement]:
        return {line.id: line for line in (*self.drafted, *(self.base.statements if self.base else ()))}

    def before(self, line_id: UUID) -> Statement | None:
        """The line as it was read."""
        return self._by_id.get(line_id)

    def is_by_machine(self, edit: StatementEdit) -> bool:
        """The editor does not decide what counts as the machine's: its own words for that key, with evidence."""
        own_words = edit.text in self._machine_texts.get(edit.key or "", ())
        return bool(edit.evidence) and own_words and edit.origin is Origin.DRAFT


def revise(
    ground: Ground, edits: Sequence[StatementEdit], new_id: Callable[[], UUID]
) -> tuple[Statement, ...]:
    """The lines to save. Two lines with one key or id are refused (StatementRepeated), never silently dropped."""
    lines = tuple(_line(ground, edit, new_id) for edit in edits)
    must_be_different(lines)
    return lines


def must_be_different(lines: Sequence[Statement]) -> None:
    """Raises StatementRepeated where two lines have one key or id."""
    if len({line.key for line in lines}) < len(lines) or len({line.id for line in lines}) < len(lines):
        raise StatementRepeated


def _line(ground: Ground, edit: StatementEdit, new_id: Callable[[], UUID]) -> Statement:
    line_id = edit.id or (statement_id(ground.visit_id, edit.key) if edit.key else new_id())
    before = ground.before(line_id)
    by_machine = ground.is_by_machine(edit)
    own = {
        "id": line_id,
        "key": edit.key or f"clinician:{line_id}",
        "origin": Origin.DRAFT if by_machine else Origin.CLINICIAN,
        "reviewed": edit.reviewed or not by_machine,
        "heard": _heard(ground, edit, before),
        "basis": edit.basis or (before.basis if before else ""),
    }
    return Statement(**(edit.model_dump() | own))


def _heard(ground: Ground, edit: StatementEdit, before: Statement | None) -> tuple[int, ...]:
    """Which words the line was read beside. Somebody who accepts it, or writes it anew, has read what the page showed
    them; in anybody else's save it keeps the words it was accepted from."""
    read = edit.reviewed or before is None or before.text != edit.text
    shown = dict(zip(edit.evidence, edit.heard, strict=False))
    kept = dict(zip(before.evidence, before.heard, strict=False)) if before else {}
    known = shown if read else {**shown, **kept}
    now = ground.revisions
    return tuple(min(known.get(said, now.get(said, 0)), now.get(said, 0)) for said in edit.evidence)


def dismissed_after(
    saved: NoteVersion | None, lines: Sequence[Statement], dismissed: Collection[str]
) -> tuple[str, ...]:
    """The keys never to be suggested again: waved away now or before, or taken out of the saved note."""
    before = {*saved.dismissed_keys, *(line.key for line in saved.statements)} if saved else set()
    return tuple(sorted((before | set(dismissed)) - keys_of(lines)))


def keys_of(lines: Sequence[Statement]) -> set[str]:
    """The keys that lines have or took in."""
    return {key for line in lines for key in (line.key, *line.merged_keys)}


def evidence_of(lines: Sequence[Statement] | Sequence[StatementEdit]) -> set[UUID]:
    """Every utterance the lines rest on."""
    return {utterance for line in lines for utterance in line.evidence}
