"""REST of the record: parse, ask the store, answer. No rule lives here."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from access import Permission, actor_of
from clinical_store.errors import PeriodInvalid, SummaryNotReady, VisitNotFound
from clinical_store.model import ChatMessage, VisitView
from clinical_store.quality_model import VisitQuality
from clinical_store.store import ClinicalStore
from clinical_store.summary import VisitSummary
from clinical_store.transcript_model import Transcript
from clinical_store.views import RecordingView
from core.errors import Forbidden
from core.http import Call, route

_VISIT = (VisitNotFound, Forbidden)
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
        "GET", "/api/visits/{visit_id}/summary",
        permission=Permission.SUMMARY_READ, summary="The signed visit in plain headings",
        response=VisitSummary, errors=(*_VISIT, SummaryNotReady),
    )  # fmt: skip
    async def summary(self, call: Call[None, None]) -> VisitSummary:
        return await self._store.summary_for(call.session, actor_of(call), call.path_id("visit_id"))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
