"""The note as pure values: the machine's draft, saved versions, how the two meet, and what is signed.

No I/O and no clock. Three rules live here:

* until somebody saves, the note shows the live machine draft; from the first save on the draft never
  touches the note, and what it newly found is offered beside it as suggestions;
* a line that claims to come from the talk names the utterances it rests on; what the doctor typed or
  changed is marked as the clinician's;
* what is signed is one exact version, sealed by the SHA-256 of its canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clinical_store.errors import StatementRepeated

MAX_STATEMENTS = 1_000
MAX_TEXT = 4_000

Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Section = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
State = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=30)]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Origin(StrEnum):
    """Who wrote a line: the machine from the talk, or a clinician's own hand."""

    DRAFT = "draft"
    CLINICIAN = "clinician"


class Frozen(BaseModel):
    """A value: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DraftStatement(Frozen):
    """A line the machine wrote. `key` stays the same when more is said; `evidence` is never empty."""

    key: Key
    section: Section
    text: Words
    state: State = "present"
    confidence: Confidence | None = None
    codes: tuple[Code, ...] = ()
    evidence: Annotated[tuple[UUID, ...], Field(min_length=1)]


class Statement(Frozen):
    """One line of the note as everybody sees it. `evidence`: ids of utterances of this visit."""

    id: UUID
    key: Key
    section: Section
    text: Words
    state: State = "present"
    confidence: Confidence | None = None
    codes: tuple[Code, ...] = ()
    evidence: tuple[UUID, ...] = ()
    origin: Origin


class StatementEdit(Frozen):
    """One line as the editor sends it back; a line without id or key is new."""

    id: UUID | None = None
    key: Key | None = None
    section: Section
    text: Words
    state: State = "present"
    confidence: Confidence | None = None
    codes: Annotated[tuple[Code, ...], Field(max_length=40)] = ()
    evidence: Annotated[tuple[UUID, ...], Field(max_length=1_000)] = ()
    origin: Origin = Origin.CLINICIAN


class NoteEdits(Frozen):
    """The whole note as the doctor wants it, and the keys of suggestions that were waved away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "statements": [
                        {
                            "section": "plan",
                            "text": "Ibuprofen 400 mg three times a day.",
                            "evidence": ["0198c2f0-5a3e-7c11-9d2b-3f7a64c0e512"],
                            "origin": "clinician",
                        }
                    ],
                    "dismissed_keys": ["subjective.review_of_systems:finding.nausea"],
                }
            ]
        }
    )

    statements: Annotated[tuple[StatementEdit, ...], Field(max_length=MAX_STATEMENTS)]
    dismissed_keys: Annotated[tuple[Key, ...], Field(max_length=2_000)] = ()


class ReviewItem(Frozen):
    """Something said that did not become a line: asked but not answered, contradicted, or unsure."""

    text: Words
    reason: str = ""
    evidence: tuple[UUID, ...] = ()
    section: str = ""
    key: str = ""


class OrderFound(Frozen):
    """An order heard in the plan, offered to prescribing or the laboratory; never placed by itself."""

    kind: Literal["medication", "lab", "imaging", "referral", "followup"]
    description: Words
    reason: str = ""
    evidence: tuple[UUID, ...] = ()


class Draft(Frozen):
    """The machine's current reading of the visit; `revision` 0 means there is none yet."""

    revision: int = 0
    statements: tuple[DraftStatement, ...] = ()
    review: tuple[ReviewItem, ...] = ()
    orders: tuple[OrderFound, ...] = ()

    def says_the_same(self, other: Draft) -> bool:
        """Equal content, whatever the revision."""
        return self.model_copy(update={"revision": other.revision}) == other


class NoteVersion(Frozen):
    """One saved state of the note, written once.

    `nonce` is random and known only to who can decrypt: it keeps the signature's hash, which lies in
    the clear, from confirming a guess at a short note.
    """

    version: int
    author_id: UUID
    author_name: str
    saved_at: datetime
    nonce: UUID
    statements: tuple[Statement, ...]
    dismissed_keys: tuple[Key, ...] = ()


class Signature(Frozen):
    """Who signed which version, when, and the SHA-256 of that version's canonical JSON."""

    version: int
    signer_id: UUID
    signer_name: str
    signed_at: datetime
    sha256: bytes


class Addendum(Frozen):
    """Text added after signing: stamped with author and time, never changed."""

    id: UUID
    author_id: UUID
    author_name: str
    added_at: datetime
    text: Words


class EncounterNote(Frozen):
    """The note as it stands: statements, what the machine offers beside them, signature, addenda."""

    visit_id: UUID
    version: int
    status: Literal["draft", "signed"]
    statements: tuple[Statement, ...]
    suggestions: tuple[Statement, ...]
    review: tuple[ReviewItem, ...]
    orders: tuple[OrderFound, ...]
    signed_by: str | None = None
    signed_at: datetime | None = None
    addenda: tuple[Addendum, ...] = ()
    draft_revision: int


def statement_id(visit_id: UUID, key: str) -> UUID:
    """The id of a machine line: the same for the same key, so a growing draft keeps its rows in place."""
    return uuid.uuid5(visit_id, key)


def as_statement(visit_id: UUID, line: DraftStatement) -> Statement:
    return Statement(id=statement_id(visit_id, line.key), origin=Origin.DRAFT, **line.model_dump())


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
        statements=saved.statements if saved else drafted,
        suggestions=suggestions,
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


def canonical(visit_id: UUID, version: NoteVersion) -> bytes:
    """The bytes that are signed: JSON with sorted keys, no spaces, UTF-8 (the idea of RFC 8785)."""
    content = {"visit_id": str(visit_id), **version.model_dump(mode="json")}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(visit_id: UUID, version: NoteVersion) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical(visit_id, version)).digest()
