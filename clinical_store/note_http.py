"""REST of the note: parse, ask the store, answer. No rule lives here."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from access import Permission, actor_of
from clinical_store.errors import (
    AddendumEmpty,
    CountersignatureNotNeeded,
    EvidenceUnknown,
    NoteChanged,
    NoteConflict,
    NoteEmpty,
    NoteNotSaved,
    NoteNotSigned,
    NoteSigned,
    NoteUnreviewed,
    NoteVersionNotFound,
    NotYourVisit,
    OrderUnknown,
    OwnNote,
    StatementRepeated,
    VisitNotFound,
    VisitRunning,
)
from clinical_store.note import MAX_TEXT, Addendum, EncounterNote, Frozen, NoteEdits, Plain
from clinical_store.note_diff import NoteDiff
from clinical_store.note_lists import AwaitingNote
from clinical_store.note_quality import NoteQuality
from clinical_store.store import ClinicalStore
from clinical_store.views import NoteVersionContent, NoteVersionView, version_content, version_view
from core.errors import Forbidden
from core.http import Call, Versioned, route

_VISIT = (VisitNotFound, Forbidden)
_OWN_VISIT = (*_VISIT, NotYourVisit)
VersionNumber = Annotated[int, Field(ge=0, le=1_000_000_000)]


class AddendumText(Frozen):
    """What is added under a signed note."""

    text: Annotated[
        str,
        Plain,
        StringConstraints(max_length=MAX_TEXT),
        Field(examples=["Laboratory called: potassium 4.1 mmol/L."]),
    ]


class SignNote(Frozen):
    """`all_read`: "I have read every line", for lines that were not accepted one by one."""

    all_read: bool = False


class Versions(BaseModel):
    """Which two versions. 0: the machine's draft as it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    begin: VersionNumber = Field(0, alias="from")
    end: VersionNumber | None = Field(None, alias="to", description="Default: the newest.")


class Weeks(BaseModel):
    """How far back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weeks: Annotated[int, Field(ge=1, le=104)] = 12


class NoteHttp:
    """The routes of the note under /api/visits, and those of many notes under /api/notes."""

    def __init__(self, store: ClinicalStore) -> None:
        self._store = store

    @route(
        "GET", "/api/visits/{visit_id}/note",
        permission=Permission.NOTE_READ, summary="The note as it stands; the ETag is its version",
        response=EncounterNote, errors=_VISIT,
    )  # fmt: skip
    async def note(self, call: Call[None, None]) -> Versioned[EncounterNote]:
        note = await self._store.note_for(call.session, actor_of(call), call.path_id("visit_id"))
        return Versioned(note, note.version)

    @route(
        "PUT", "/api/visits/{visit_id}/note",
        permission=Permission.NOTE_WRITE, summary="Save the whole note as its next version, with what others saved",
        body=NoteEdits, response=EncounterNote, if_match=True,
        errors=(
            *_OWN_VISIT, NoteChanged, NoteConflict, NoteSigned, EvidenceUnknown, OrderUnknown, StatementRepeated,
        ),
    )  # fmt: skip
    async def save_note(self, call: Call[NoteEdits, None]) -> Versioned[EncounterNote]:
        visit_id = call.path_id("visit_id")
        note = await self._store.save_note(call.session, actor_of(call), visit_id, _version(call), call.body)
        return Versioned(note, note.version)

    @route(
        "GET", "/api/visits/{visit_id}/note/versions",
        permission=Permission.NOTE_READ, summary="Every saved version, oldest first",
        response=list[NoteVersionView], errors=_VISIT,
    )  # fmt: skip
    async def note_versions(self, call: Call[None, None]) -> list[NoteVersionView]:
        visit_id = call.path_id("visit_id")
        versions, signature = await self._store.note_versions(call.session, actor_of(call), visit_id)
        return [version_view(version, signature) for version in versions]

    @route(
        "GET", "/api/visits/{visit_id}/note/versions/{version}",
        permission=Permission.NOTE_READ, summary="One saved version in full",
        response=NoteVersionContent, errors=(*_VISIT, NoteVersionNotFound),
    )  # fmt: skip
    async def note_version(self, call: Call[None, None]) -> NoteVersionContent:
        visit_id, number = call.path_id("visit_id"), call.path_number("version")
        version, signature = await self._store.note_version(call.session, actor_of(call), visit_id, number)
        return version_content(version, signature)

    @route(
        "GET", "/api/visits/{visit_id}/note/diff",
        permission=Permission.NOTE_READ, summary="What changed from one version to another, line by line",
        query=Versions, response=NoteDiff, errors=(*_VISIT, NoteVersionNotFound),
    )  # fmt: skip
    async def note_diff(self, call: Call[None, Versions]) -> NoteDiff:
        visit_id, asked = call.path_id("visit_id"), call.query
        return await self._store.note_diff(call.session, actor_of(call), visit_id, asked.begin, asked.end)

    @route(
        "POST", "/api/visits/{visit_id}/note/signature",
        permission=Permission.NOTE_SIGN, summary="Sign and lock the saved version named by If-Match",
        body=SignNote, response=EncounterNote, status=201, if_match=True,
        errors=(*_OWN_VISIT, VisitRunning, NoteChanged, NoteSigned, NoteNotSaved, NoteEmpty, NoteUnreviewed),
    )  # fmt: skip
    async def sign_note(self, call: Call[SignNote, None]) -> Versioned[EncounterNote]:
        visit_id, version = call.path_id("visit_id"), _version(call)
        note = await self._store.sign_note(
            call.session, actor_of(call), visit_id, version, all_read=call.body.all_read
        )
        return Versioned(note, note.version)

    @route(
        "POST", "/api/visits/{visit_id}/note/countersignature",
        permission=Permission.NOTE_COUNTERSIGN, summary="Countersign a trainee's signed note",
        response=EncounterNote, status=201, if_match=True,
        errors=(*_VISIT, OwnNote, NoteChanged, CountersignatureNotNeeded),
    )  # fmt: skip
    async def countersign_note(self, call: Call[None, None]) -> Versioned[EncounterNote]:
        visit_id, version = call.path_id("visit_id"), _version(call)
        note = await self._store.countersign_note(call.session, actor_of(call), visit_id, version)
        return Versioned(note, note.version)

    @route(
        "POST", "/api/visits/{visit_id}/note/addenda",
        permission=Permission.NOTE_ADDEND, summary="Add dated text under a signed note",
        body=AddendumText, response=Addendum, status=201, idempotent=True,
        errors=(*_VISIT, AddendumEmpty, NoteNotSigned),
    )  # fmt: skip
    async def add_addendum(self, call: Call[AddendumText, None]) -> Addendum:
        visit_id = call.path_id("visit_id")
        return await self._store.add_addendum(call.session, actor_of(call), visit_id, call.body.text)

    @route(
        "GET", "/api/notes/awaiting-countersignature",
        permission=Permission.NOTE_COUNTERSIGN, summary="Trainees' signed notes that wait for a countersignature",
        response=list[AwaitingNote], errors=(Forbidden,),
    )  # fmt: skip
    async def awaiting(self, call: Call[None, None]) -> list[AwaitingNote]:
        return await self._store.awaiting_countersignature(call.session, actor_of(call))

    @route(
        "GET", "/api/notes/quality",
        permission=Permission.CLINIC_NOTES_QUALITY, summary="How near drafts come to what is signed, by week",
        query=Weeks, response=NoteQuality, errors=(Forbidden,),
    )  # fmt: skip
    async def quality(self, call: Call[None, Weeks]) -> NoteQuality:
        return await self._store.note_quality(call.session, actor_of(call), call.query.weeks)


def _version(call: Call[NoteEdits, None] | Call[SignNote, None] | Call[None, None]) -> int:
    """The route requires If-Match, so the framework has refused a request without it (428)."""
    return -1 if call.if_match is None else call.if_match
