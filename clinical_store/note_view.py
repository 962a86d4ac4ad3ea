"""The note as a person sees it: the saved lines, or the live draft, and what the machine offers beside them. Pure."""

from collections.abc import Sequence
from uuid import UUID

from clinical_store.note import SOAP, EncounterNote, NoteLine, NoteVersion, Origin, Statement
from clinical_store.note_editing import as_statements, basis_of, keys_of
from clinical_store.note_saving import shown_orders
from clinical_store.note_sheet import Sheet
from clinical_store.note_words import Words


def as_seen(
    visit_id: UUID, sheet: Sheet, words: Words, sections: Sequence[str] = (), template: str = SOAP
) -> EncounterNote:
    """What the doctor sees. A signed note offers no suggestions and marks no line: it is locked.

    `sections`: every one that a note can have; `template`: by which a note is shown that nobody has saved.
    """
    saved, signature = sheet.saved, sheet.signature
    drafted = as_statements(visit_id, sheet.draft)
    lines = tuple(words.beside(line) for line in (saved.statements if saved else drafted))
    return EncounterNote(
        visit_id=visit_id,
        version=sheet.version,
        status=sheet.status,
        statements=tuple(map(_locked, saved.statements)) if saved and signature else lines,
        suggestions=() if saved is None or signature else offered(drafted, saved, words),
        review=sheet.draft.review,
        orders=shown_orders(saved, sheet.draft.orders),
        coding=() if signature else sheet.draft.coding,
        signed_by=signature.signer_name if signature else None,
        signed_at=signature.signed_at if signature else None,
        addenda=sheet.addenda,
        draft_revision=sheet.draft.revision,
        unreviewed=signature.unreviewed if signature else sum(not line.reviewed for line in lines),
        dismissed={key: saved.dismissed_reasons.get(key) for key in saved.dismissed_keys} if saved else {},
        last_saved_by=saved.author_name if saved else None,
        last_saved_at=saved.saved_at if saved else None,
        not_discussed=tuple(
            section for section in sections if not any(_is_in(section, line) for line in lines)
        ),
        template=saved.template or SOAP if saved else template,
        transcript_changed_after_signing=signature is not None and any(line.stale for line in lines),
    )


def _is_in(section: str, line: Statement) -> bool:
    return line.section == section or line.section.startswith(f"{section}.")


def _locked(line: Statement) -> NoteLine:
    return NoteLine(**line.model_dump())


def offered(drafted: Sequence[Statement], saved: NoteVersion, words: Words) -> tuple[NoteLine, ...]:
    """What the machine says that the saved note does not: new lines, and newer words or evidence for lines it has."""
    lines = {line.key: line for line in saved.statements}
    known = keys_of(saved.statements) | {*saved.dismissed_keys}
    offers = ((line, lines.get(line.key)) for line in drafted)
    return tuple(
        words.beside(line, about=old.id if old else None)
        for line, old in offers
        if (_says_more(line, old) if old else line.key not in known)
    )


def _says_more(drafted: Statement, line: Statement) -> bool:
    """Whether the machine's line is another than the one that this line was last compared with."""
    if drafted.text == line.text and {*drafted.evidence} <= {*line.evidence}:
        return False
    if line.basis:
        return basis_of(drafted) != line.basis
    return line.origin is Origin.DRAFT  # saved before a line told what it was compared with
