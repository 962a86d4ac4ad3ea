"""REST of the video file of a visit: ask for it, see how far it is, give it up. The bytes are media's."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Permission, actor_of
from clinical_store.compositions import Composition, CompositionState
from clinical_store.errors import (
    CompositionNotFound,
    NothingRecorded,
    NotYourVisit,
    RecordingUnfinished,
    VisitNotFound,
    VisitRunning,
)
from clinical_store.note import Frozen
from clinical_store.store import ClinicalStore
from core.errors import Forbidden
from core.http import Call, route

Begin = Callable[[AsyncSession, UUID], Awaitable[None]]
"""Queue the making of this composition, in the caller's transaction."""
Clear = Callable[[AsyncSession], Awaitable[None]]
"""Queue the deleting of files that nobody wants any more."""

_ERRORS = (VisitNotFound, Forbidden, NotYourVisit)


class CompositionView(Frozen):
    """How far the file is, in percent. `bytes`, `seconds` and `kept_until` once it is ready."""

    state: CompositionState
    progress: int
    requested_at: datetime
    bytes: int | None
    seconds: float | None
    kept_until: datetime | None


class CompositionHttp:
    """`keep`: how long a finished file stays."""

    def __init__(self, store: ClinicalStore, begin: Begin, clear: Clear, keep: timedelta) -> None:
        self._store = store
        self._begin = begin
        self._clear = clear
        self._keep = keep

    @route(
        "POST", "/api/visits/{visit_id}/composition",
        permission=Permission.RECORDING_EXPORT, status=202, response=CompositionView,
        summary="Make one video file of the recorded visit; asking again gives the one that is there",
        errors=(*_ERRORS, VisitRunning, NothingRecorded, RecordingUnfinished),
    )  # fmt: skip
    async def request(self, call: Call[None, None]) -> CompositionView:
        visit_id = call.path_id("visit_id")
        made, new = await self._store.request_composition(call.session, actor_of(call), visit_id)
        if new:
            await self._begin(call.session, made.id)
        return self._view(made)

    @route(
        "GET", "/api/visits/{visit_id}/composition",
        permission=Permission.RECORDING_EXPORT, response=CompositionView,
        summary="How far the video file is", errors=(*_ERRORS, CompositionNotFound),
    )  # fmt: skip
    async def composition(self, call: Call[None, None]) -> CompositionView:
        visit_id = call.path_id("visit_id")
        return self._view(await self._store.composition_for(call.session, actor_of(call), visit_id))

    @route(
        "DELETE", "/api/visits/{visit_id}/composition",
        permission=Permission.RECORDING_EXPORT,
        summary="Stop making the video file, or delete it", errors=_ERRORS,
    )  # fmt: skip
    async def remove(self, call: Call[None, None]) -> None:
        await self._store.remove_composition(call.session, actor_of(call), call.path_id("visit_id"))
        await self._clear(call.session)

    def _view(self, made: Composition) -> CompositionView:
        ready = made.state is CompositionState.READY and made.finished_at is not None
        return CompositionView(
            state=made.state,
            progress=made.progress,
            requested_at=made.requested_at,
            bytes=made.bytes if ready else None,
            seconds=made.seconds if ready else None,
            kept_until=made.finished_at + self._keep if ready and made.finished_at else None,
        )
