"""The note as pure values: the machine's draft, saved versions, signature and addenda.

Three rules hold for them (`note_editing`, `note_merge`, `note_view`, `note_seal`):

* until somebody saves, the note shows the live machine draft; from the first save on the draft never
  touches the note, and what it newly found is offered beside it as suggestions;
* a line that claims to come from the talk names the utterances it rests on; what the doctor typed or
  changed is marked as the clinician's;
* what is signed is one exact version, sealed by the SHA-256 of its canonical JSON.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

MAX_STATEMENTS = 1_000
MAX_TEXT = 4_000
SOAP = "soap"
ICD10CM = "icd10cm"
"""Of codes "icd10cm:G43.909": a diagnosis as a clinician coded it."""

Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Section = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
Plain = BeforeValidator(lambda text: _UNSEEN.sub("", text) if isinstance(text, str) else text)
"""Typed or pasted text without what nobody sees: control characters, and marks that turn the order of figures round.
What is signed reads the same on every screen and on paper."""
State = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=30)]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Basis = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]*$", max_length=64)]
Template = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
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
    heard: tuple[int, ...] = ()


class Statement(Frozen):
    """One line of a saved note. `evidence`: ids of utterances of this visit; `heard`: the revision of each when a
    person wrote or accepted the line. `reviewed`: a person accepted or wrote it. `merged_keys`: the keys of lines
    that were merged into this one. `basis`: which line of the machine's it was last compared with, "" for none."""

    id: UUID
    key: Key
    section: Section
    text: Words
    state: State = "present"
    confidence: Confidence | None = None
    codes: tuple[Code, ...] = ()
    evidence: tuple[UUID, ...] = ()
    origin: Origin
    reviewed: bool = False
    merged_keys: tuple[Key, ...] = ()
    heard: tuple[int, ...] = ()
    basis: Basis = ""


class NoteLine(Statement):
    """A line of the note as it stands, or one that the machine offers beside it.

    `heard`: the revisions that are shown now. `stale`: the words it rests on were changed or are gone since somebody
    accepted it, `stale_evidence` which of them; it then counts as not reviewed. `about`: the line of the note that an
    offered one is newer than.
    """

    stale: Literal["words_changed", "words_gone"] | None = None
    stale_evidence: tuple[UUID, ...] = ()
    about: UUID | None = None


_SAID_BY_THE_SERVER = ("stale", "stale_evidence", "about")


class StatementEdit(Frozen):
    """One line as the editor sends it back: as it came, and what the person changed. A line without id and key is new;
    an id of the browser's own making (UUID) keeps a repeated save from adding it twice.

    `reviewed` with the `heard` that came with the line: read beside these words. `basis` of a suggestion about the
    line, put in its place: that suggestion was taken or waved away.
    """

    @model_validator(mode="before")
    @classmethod
    def _as_it_came(cls, given: object) -> object:
        """What only the server says of a line is not refused, so that a line can be sent back as it came."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if name not in _SAID_BY_THE_SERVER}

    id: UUID | None = None
    key: Key | None = None
    section: Section
    text: Annotated[Words, Plain]
    state: State = "present"
    confidence: Confidence | None = None
    codes: Annotated[tuple[Code, ...], Field(max_length=40)] = ()
    evidence: Annotated[tuple[UUID, ...], Field(max_length=1_000)] = ()
    origin: Origin = Origin.CLINICIAN
    reviewed: bool = False
    merged_keys: Annotated[tuple[Key, ...], Field(max_length=200)] = ()
    heard: Annotated[tuple[int, ...], Field(max_length=1_000)] = ()
    basis: Basis = ""


DismissReason = Literal["not_said", "wrong", "repeated", "irrelevant", "other"]
OrderStatus = Literal["offered", "accepted", "dismissed"]


class NoteEdits(Frozen):
    """The whole note as the doctor wants it, the keys of suggestions that were waved away and why, what became of
    orders (by key; those not named stay as they are), and by which template it is shown (null: as before)."""

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
    dismissed_reasons: Annotated[dict[Key, DismissReason], Field(max_length=2_000)] = {}
    order_status: Annotated[dict[Key, OrderStatus], Field(max_length=200)] = {}
    template: Template | None = None


class ReviewItem(Frozen):
    """Something said that did not become a line: asked but not answered, contradicted, or unsure."""

    text: Words
    reason: str = ""
    evidence: tuple[UUID, ...] = ()
    section: str = ""
    key: str = ""


class OrderFound(Frozen):
    """An order heard in the plan, offered to prescribing or the laboratory; never placed by itself.

    `key` stays the same when more is said. `details`: what was heard of it by name ("dose", "route", "body_part").
    """

    key: str = ""
    kind: Literal["medication", "lab", "imaging", "referral", "followup"]
    description: Words
    reason: str = ""
    evidence: tuple[UUID, ...] = ()
    details: dict[str, str] = {}
    status: OrderStatus = "offered"


class SuggestedCoding(Frozen):
    """An ICD-10-CM code that the draft's line of key `statement` supports, with the utterances it rests on.

    A suggestion: it is nobody's code until a clinician adds it to a line's `codes`.
    """

    code: Code
    title: Words
    statement: Key
    evidence: Annotated[tuple[UUID, ...], Field(min_length=1)]
    score: Confidence


class Draft(Frozen):
    """The machine's current reading of the visit; `revision` 0 means there is none yet."""

    revision: int = 0
    statements: tuple[DraftStatement, ...] = ()
    review: tuple[ReviewItem, ...] = ()
    orders: tuple[OrderFound, ...] = ()
    coding: tuple[SuggestedCoding, ...] = ()

    def says_the_same(self, other: Draft) -> bool:
        """Equal content, whatever the revision."""
        return self.model_copy(update={"revision": other.revision}) == other


class NoteVersion(Frozen):
    """One saved state of the note, written once. `orders`: those that were accepted or waved away. `template`: "" is
    SOAP, from before there were others.

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
    dismissed_reasons: dict[Key, DismissReason] = {}
    orders: tuple[OrderFound, ...] = ()
    template: str = ""


class Signature(Frozen):
    """Who signed which version, when, and the SHA-256 of that version's canonical JSON.

    `unreviewed`: how many lines were signed as read without being accepted one by one. `supervised`: a trainee's; it
    needs a countersignature.
    """

    version: int
    signer_id: UUID
    signer_name: str
    signed_at: datetime
    sha256: bytes
    unreviewed: int = 0
    supervised: bool = False


class Countersignature(Frozen):
    """The supervising doctor's signature under a trainee's, over the same version."""

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


NoteState = Literal["draft", "signed", "awaiting_countersignature", "countersigned"]


class Countersign(Frozen):
    """A trainee's signature needs a second one. `signed_by`: who gave it, null until then. `yours`: the reader may."""

    signed_by: str | None = None
    signed_at: datetime | None = None
    yours: bool = False


class MergedLine(Frozen):
    """A line that a save changed, added or took away beside somebody else's save: who did."""

    id: UUID
    by: Literal["theirs", "yours", "both"]


class EncounterNote(Frozen):
    """The note as it stands: statements, what the machine offers beside them, signature, addenda.

    `template`: by which it is shown; `not_discussed`: the sections that say nothing. `unreviewed`: lines nobody has
    accepted yet. `countersign`: null where one signature is enough. `merged`: this answer to a save holds somebody
    else's changes too, `merged_lines` whose. `offline_key`: 32 bytes in base64url, for the browser to keep unsent edits
    sealed; null for who may not write this note. `coding`: codes suggested for the draft's lines, none once signed.
    """

    visit_id: UUID
    version: int
    status: NoteState
    statements: tuple[NoteLine, ...]
    suggestions: tuple[NoteLine, ...]
    review: tuple[ReviewItem, ...]
    orders: tuple[OrderFound, ...]
    signed_by: str | None = None
    signed_at: datetime | None = None
    addenda: tuple[Addendum, ...] = ()
    draft_revision: int
    unreviewed: int = 0
    dismissed: dict[Key, DismissReason | None] = {}
    last_saved_by: str | None = None
    last_saved_at: datetime | None = None
    merged: bool = False
    merged_lines: tuple[MergedLine, ...] = ()
    countersign: Countersign | None = None
    transcript_changed_after_signing: bool = False
    offline_key: Annotated[str | None, Field(repr=False)] = None
    not_discussed: tuple[str, ...] = ()
    coding: tuple[SuggestedCoding, ...] = ()
    template: str = SOAP
