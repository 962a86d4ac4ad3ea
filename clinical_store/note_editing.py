"""What an editor sent becomes the lines to save: who wrote each, what is never offered again. Pure."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from clinical_store.errors import StatementRepeated
from clinical_store.note import Draft, DraftStatement, NoteVersion, Origin, Statement, StatementEdit


def statement_id(visit_id: UUID, key: str) -> UUID:
    """The id of a machine line: the same for the same key, so a growing draft keeps its rows in place."""
    return uuid.uuid5(visit_id, key)


def as_statement(visit_id: UUID, line: DraftStatement) -> Statement:
    return Statement(id=statement_id(visit_id, line.key), origin=Origin.DRAFT, **line.model_dump())


def revise(
    visit_id: UUID,
    edits: Sequence[StatementEdit],
    machine_texts: Mapping[str, Collection[str]],
    new_id: Callable[[], UUID],
) -> tuple[Statement, ...]:
    """The lines to save. `machine_texts`: for each key, every text the machine is known to have written.

    The editor does not decide what counts as the machine's: a line is `draft` only if its words are the
    machine's own for that key and it carries evidence; anything else is the clinician's. Two lines with
    one key or id are refused (StatementRepeated), never silently dropped.
    """
    lines = tuple(_line(visit_id, edit, machine_texts, new_id) for edit in edits)
    if len({line.key for line in lines}) < len(lines) or len({line.id for line in lines}) < len(lines):
        raise StatementRepeated
    return lines


def _line(
    visit_id: UUID,
    edit: StatementEdit,
    machine_texts: Mapping[str, Collection[str]],
    new_id: Callable[[], UUID],
) -> Statement:
    by_machine = bool(edit.evidence) and edit.text in machine_texts.get(edit.key or "", ())
    line_id = edit.id or (statement_id(visit_id, edit.key) if edit.key else new_id())
    return Statement(
        id=line_id,
        key=edit.key or f"clinician:{line_id}",
        origin=Origin.DRAFT if by_machine and edit.origin is Origin.DRAFT else Origin.CLINICIAN,
        **edit.model_dump(exclude={"id", "key", "origin"}),
    )


def machine_texts(draft: Draft, saved: NoteVersion | None) -> dict[str, set[str]]:
    """For each key, what the machine wrote: in the live draft, and in lines kept unchanged so far."""
    texts: dict[str, set[str]] = {}
    for drafted in draft.statements:
        texts.setdefault(drafted.key, set()).add(drafted.text)
    for line in saved.statements if saved else ():
        if line.origin is Origin.DRAFT:
            texts.setdefault(line.key, set()).add(line.text)
    return texts


def dismissed_after(
    saved: NoteVersion | None, lines: Sequence[Statement], dismissed: Collection[str]
) -> tuple[str, ...]:
    """The keys never to be suggested again: waved away now or before, or taken out of the saved note."""
    present = {line.key for line in lines}
    before = {*saved.dismissed_keys, *(line.key for line in saved.statements)} if saved else set()
    return tuple(sorted((before | set(dismissed)) - present))


def evidence_of(edits: Sequence[StatementEdit]) -> set[UUID]:
    """Every utterance the edited lines rest on."""
    return {utterance for edit in edits for utterance in edit.evidence}
