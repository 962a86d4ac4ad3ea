"""The note as a person sees it: the saved lines, or the live draft, and what the machine offers beside them. Pure."""

from collections.abc import Sequence
from uuid import UUID

from clinical_store.note import (
    Addendum,
    Draft,
    EncounterNote,
    NoteLine,
    NoteVersion,
    Signature,
    Statement,
)
from clinical_store.note_editing import as_statement


def _as_line(line: Statement) -> NoteLine:
    return NoteLine(**line.model_dump())


def merge(
    visit_id: UUID,
    draft: Draft,
    saved: NoteVersion | None,
    signature: Signature | None = None,
    addenda: Sequence[Addendum] = (),
) -> EncounterNote:
    """What the doctor sees. A signed note offers no suggestions: it is locked."""
    drafted = tuple(as_statement(visit_id, line) for line in draft.statements)
    suggestions = () if saved is None or signature else _unseen(drafted, saved)
    return EncounterNote(
        visit_id=visit_id,
        version=saved.version if saved else 0,
        status="signed" if signature else "draft",
        statements=tuple(map(_as_line, saved.statements if saved else drafted)),
        suggestions=tuple(map(_as_line, suggestions)),
        review=draft.review,
        orders=draft.orders,
        signed_by=signature.signer_name if signature else None,
        signed_at=signature.signed_at if signature else None,
        addenda=tuple(addenda),
        draft_revision=draft.revision,
    )


def _unseen(drafted: Sequence[Statement], saved: NoteVersion) -> tuple[Statement, ...]:
    known = {line.key for line in saved.statements} | set(saved.dismissed_keys)
    return tuple(line for line in drafted if line.key not in known)
