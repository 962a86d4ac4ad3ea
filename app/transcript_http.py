"""The transcript over HTTP beyond reading it: corrections, versions, captions, and files to take away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from access import Permission, actor_of
from app.transcript_file import Format, captions_of, exported
from clinical_language import written_numbers
from clinical_store import ClinicalStore, UtteranceVersion, UtteranceView, WrittenSpan
from clinical_store.errors import (
    CorrectionTooLong,
    NotYourVisit,
    UtteranceChanged,
    UtteranceNotFound,
    UtterancePending,
    VisitNotFound,
)
from core.errors import Forbidden
from core.http import Call, route

WordsChanged = Callable[[AsyncSession, UUID], Awaitable[None]]
"""Have the draft of this visit follow, in the caller's transaction."""

_VISIT = (VisitNotFound, Forbidden)
_ATTACHMENT = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


class Correction(BaseModel):
    """What was really said. `based_on`: the revision of the line that was read. Equal text confirms what was heard,
    empty text strikes the line out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(examples=["I take ibuprofen twice a day."])
    based_on: int = Field(ge=0, le=1_000_000_000)


class ExportQuery(BaseModel):
    """As what the transcript is taken away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Format = "json"


class TranscriptHttp:
    """/api/visits/{visit_id}/utterances, /transcript/export and /captions.vtt"""

    def __init__(self, store: ClinicalStore, words_changed: WordsChanged) -> None:
        self._store = store
        self._words_changed = words_changed

    @route(
        "POST", "/api/visits/{visit_id}/utterances/{utterance_id}/corrections",
        permission=Permission.TRANSCRIPT_CORRECT, summary="Correct a line of the transcript",
        body=Correction, response=UtteranceView, status=201, idempotent=True,
        errors=(*_VISIT, NotYourVisit, UtteranceNotFound, UtteranceChanged, UtterancePending, CorrectionTooLong),
    )  # fmt: skip
    async def correct(self, call: Call[Correction, None]) -> UtteranceView:
        visit_id, utterance_id = call.path_id("visit_id"), call.path_id("utterance_id")
        view = await self._store.correct_utterance(
            call.session, actor_of(call), visit_id, utterance_id, call.body.text, call.body.based_on
        )
        await self._words_changed(call.session, visit_id)
        return view

    @route(
        "GET", "/api/visits/{visit_id}/utterances/{utterance_id}/versions",
        permission=Permission.TRANSCRIPT_HISTORY, summary="What was heard or written of a line, oldest first",
        response=list[UtteranceVersion], errors=(*_VISIT, UtteranceNotFound),
    )  # fmt: skip
    async def versions(self, call: Call[None, None]) -> list[UtteranceVersion]:
        visit_id, utterance_id = call.path_id("visit_id"), call.path_id("utterance_id")
        return await self._store.utterance_versions(call.session, actor_of(call), visit_id, utterance_id)

    @route(
        "GET", "/api/visits/{visit_id}/transcript/export",
        permission=Permission.TRANSCRIPT_EXPORT, summary="The transcript as a file, for saving",
        query=ExportQuery, errors=_VISIT, media_type="application/octet-stream",
    )  # fmt: skip
    async def export(self, call: Call[None, ExportQuery]) -> web.Response:
        visit_id = call.path_id("visit_id")
        transcript = await self._store.transcript_for(
            call.session, actor_of(call), visit_id, Permission.TRANSCRIPT_EXPORT
        )
        segments = await self._store.segments(call.session, visit_id)
        people = await self._store.participants(call.session, visit_id)
        # In a thread: an hour's takes a sixth of a second, and this loop forwards everybody's media.
        content = await asyncio.to_thread(exported, transcript, segments, people, call.query.format)
        # The name leads back to the visit for who has it in front of them, and tells nobody else anything.
        name = f'attachment; filename="transcript-{visit_id.hex[-12:]}.{call.query.format}"'
        return web.Response(
            body=content.encode(),
            content_type="application/octet-stream",
            headers={**_ATTACHMENT, "Content-Disposition": name},
        )

    @route(
        "GET", "/api/visits/{visit_id}/captions.vtt",
        permission=Permission.TRANSCRIPT_READ, summary="Captions for the recording, as WebVTT",
        errors=_VISIT, media_type="text/vtt",
    )  # fmt: skip
    async def captions(self, call: Call[None, None]) -> web.Response:
        visit_id = call.path_id("visit_id")
        transcript = await self._store.transcript_for(call.session, actor_of(call), visit_id)
        segments = await self._store.segments(call.session, visit_id)
        captions = await asyncio.to_thread(captions_of, transcript, segments)
        return web.Response(text=captions, content_type="text/vtt", charset="utf-8")


def written_spans(words: Sequence[str], language: str | None) -> tuple[WrittenSpan, ...]:
    """clinical_store's `Written`: numbers are written in English only."""
    found = written_numbers(words) if language in (None, "en") else ()
    return tuple(WrittenSpan(first=one.first, last=one.last, text=one.text) for one in found)
