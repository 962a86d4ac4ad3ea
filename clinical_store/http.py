"""REST of the record: parse, ask the store, answer. No rule lives here."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from access import Permission, actor_of
from clinical_store.errors import (
    AddendumEmpty,
    EvidenceUnknown,
    NoteChanged,
    NoteEmpty,
    NoteNotSaved,
    NoteNotSigned,
    NoteSigned,
    NoteVersionNotFound,
    NotYourVisit,
    PeriodInvalid,
    StatementRepeated,
    SummaryNotReady,
    VisitNotFound,
    VisitRunning,
)
from clinical_store.model import ChatMessage, VisitView
from clinical_store.note import MAX_TEXT, Addendum, EncounterNote, Frozen, NoteEdits
from clinical_store.quality_model import VisitQuality
from clinical_store.store import ClinicalStore
from clinical_store.summary import VisitSummary
from clinical_store.transcript_model import Transcript
from clinical_store.views import (
    NoteVersionContent,
    NoteVersionView,
    RecordingView,
    version_content,
    version_view,
)
from core.errors import Forbidden
from core.http import Call, Versioned, route

_VISIT = (VisitNotFound, Forbidden)
_OWN_VISIT = (*_VISIT, NotYourVisit)
_DAY = timedelta(days=1)


class Period(BaseModel):
    """Which visits: those that begin at or after `from` and before `to`. Without an offset: UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    begin: datetime | None = Field(
        None, alias="from", description="Default: a day ago.", examples=["2026-11-20T00:00:00Z"]
    )
    end: datetime | None = Field(
        None, alias="to", description="Default: 14 days after `from`.", examples=["2026-11-21T00:00:00Z"]
    )

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        begin = _aware(self.begin) if self.begin else now - _DAY
        return begin, _aware(self.end) if self.end else begin + 14 * _DAY


class AddendumText(Frozen):
    """What is added under a signed note."""

    text: Annotated[
        str,
        StringConstraints(max_length=MAX_TEXT),
        Field(examples=["Laboratory called: potassium 4.1 mmol/L."]),
    ]


class ClinicalStoreHttp:
    """The routes under /api/visits that read and write the record."""

    def __init__(self, store: ClinicalStore) -> None:
        self._store = store

    @route(
        "GET", "/api/visits",
        permission=Permission.VISIT_LIST, summary="My visits, by start",
        query=Period, response=list[VisitView], errors=(PeriodInvalid, Forbidden),
    )  # fmt: skip
    async def visits(self, call: Call[None, Period]) -> list[VisitView]:
        begin, end = call.query.bounds(call.clock.now())
        return await self._store.visits_of(call.session, actor_of(call), begin, end)

    @route(
        "GET", "/api/visits/{visit_id}",
        permission=Permission.VISIT_READ, summary="One visit", response=VisitView, errors=_VISIT,
    )  # fmt: skip
    async def visit(self, call: Call[None, None]) -> VisitView:
        return await self._store.visit_view(call.session, actor_of(call), call.path_id("visit_id"))

    @route(
        "GET", "/api/visits/{visit_id}/transcript",
        permission=Permission.TRANSCRIPT_READ, summary="What was said, in time order",
        response=Transcript, errors=_VISIT,
    )  # fmt: skip
    async def transcript(self, call: Call[None, None]) -> Transcript:
        return await self._store.transcript_for(call.session, actor_of(call), call.path_id("visit_id"))

    @route(
        "GET", "/api/visits/{visit_id}/recordings",
        permission=Permission.RECORDING_READ, summary="The pieces of each participant's recording",
        response=list[RecordingView], errors=_VISIT,
    )  # fmt: skip
    async def recordings(self, call: Call[None, None]) -> list[RecordingView]:
        return await self._store.recordings_for(call.session, actor_of(call), call.path_id("visit_id"))

    @route(
        "GET", "/api/visits/{visit_id}/quality",
        permission=Permission.QUALITY_READ, summary="How everybody's connection was, by time",
        response=VisitQuality, errors=_VISIT,
    )  # fmt: skip
    async def quality(self, call: Call[None, None]) -> VisitQuality:
        return await self._store.quality_for(call.session, actor_of(call), call.path_id("visit_id"))

    @route(
        "GET", "/api/visits/{visit_id}/chat",
        permission=Permission.VISIT_READ, summary="The visit's chat, oldest first",
        response=list[ChatMessage], errors=_VISIT,
    )  # fmt: skip
    async def chat(self, call: Call[None, None]) -> list[ChatMessage]:
        return await self._store.chat(call.session, actor_of(call), call.path_id("visit_id"))

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
        permission=Permission.NOTE_WRITE, summary="Save the whole note as its next version",
        body=NoteEdits, response=EncounterNote, if_match=True,
        errors=(*_OWN_VISIT, NoteChanged, NoteSigned, EvidenceUnknown, StatementRepeated),
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
        "POST", "/api/visits/{visit_id}/note/signature",
        permission=Permission.NOTE_SIGN, summary="Sign and lock the saved version named by If-Match",
        response=EncounterNote, status=201, if_match=True,
        errors=(*_OWN_VISIT, VisitRunning, NoteChanged, NoteSigned, NoteNotSaved, NoteEmpty),
    )  # fmt: skip
    async def sign_note(self, call: Call[None, None]) -> Versioned[EncounterNote]:
        note = await self._store.sign_note(
            call.session, actor_of(call), call.path_id("visit_id"), _version(call)
        )
        return Versioned(note, note.version)

    @route(
        "POST", "/api/visits/{visit_id}/note/addenda",
        permission=Permission.NOTE_ADDEND, summary="Add dated text under a signed note",
        body=AddendumText, response=Addendum, status=201, idempotent=True,
        errors=(*_OWN_VISIT, AddendumEmpty, NoteNotSigned),
    )  # fmt: skip
    async def add_addendum(self, call: Call[AddendumText, None]) -> Addendum:
        visit_id = call.path_id("visit_id")
        return await self._store.add_addendum(call.session, actor_of(call), visit_id, call.body.text)

    @route(
        "GET", "/api/visits/{visit_id}/summary",
        permission=Permission.SUMMARY_READ, summary="The signed visit in plain headings",
        response=VisitSummary, errors=(*_VISIT, SummaryNotReady),
    )  # fmt: skip
    async def summary(self, call: Call[None, None]) -> VisitSummary:
        return await self._store.summary_for(call.session, actor_of(call), call.path_id("visit_id"))


def _version(call: Call[NoteEdits, None] | Call[None, None]) -> int:
    """The route requires If-Match, so the framework has refused a request without it (428)."""
    return -1 if call.if_match is None else call.if_match


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
