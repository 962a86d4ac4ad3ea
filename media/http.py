"""Recordings over HTTP: a whole segment with Range, and the clip of a moment. Nothing is decoded; the work
of copying packets runs in a small pool of threads behind a bounded line, never on the loop."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Self

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from core.errors import Forbidden
from core.http import Call, route
from media import clips
from media.copying import CopyLine, Indexes
from media.errors import ClipOutsideRecording, RecordingBusy, RecordingNotFound
from media.ports import RecordingSource, SeekableBytes, StoredRecording

LONGEST_CLIP_S = 300.0
PART = 2 * 1024 * 1024  # bytes of one answer; browsers ask again for the rest
MOST_WHOLE = 16  # answers without a range under way at once, each with a part in memory
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})\Z")


class ClipQuery(BaseModel):
    """Seconds since the visit's media epoch, as transcripts tell them."""

    from_: float = Field(alias="from", ge=0, le=1e6)
    to: float = Field(ge=0, le=1e6)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 < self.to - self.from_ <= LONGEST_CLIP_S:
            raise ValueError(f"`to` must lie after `from`, by at most {LONGEST_CLIP_S:.0f} seconds")
        return self


class MediaHttp:
    """Routes of recordings. `close` at shutdown."""

    def __init__(self, recordings: RecordingSource) -> None:
        self._recordings = recordings
        self._line = CopyLine()
        self._indexes = Indexes(self._line)
        self._whole_answers = 0

    def close(self) -> None:
        self._line.close()

    @route(
        "GET",
        "/api/recordings/{segment_id}/media",
        permission="record:recording:read",
        summary="One participant's recording as WebM (Matroska for H.264) that can be sought in; supports Range",
        errors=(RecordingNotFound, RecordingBusy),
        media_type="video/webm",
        transactional=False,  # no database connection is held while media is copied
    )
    async def media(self, call: Call[None, None]) -> web.StreamResponse:
        segment_id = call.path_id("segment_id")
        stored = await self._recordings.open(call.actor, segment_id)
        content = await self._indexes.of(segment_id, stored.content)
        return await self._answer(call.request, content, content.media_type, {})

    @route(
        "GET",
        "/api/visits/{visit_id}/composition/media",
        permission="record:recording:export",
        summary="The video file of the whole visit, to keep; supports Range",
        errors=(RecordingNotFound, RecordingBusy, Forbidden),
        media_type="video/mp4",
        transactional=False,
    )
    async def composition(self, call: Call[None, None]) -> web.StreamResponse:
        visit_id = call.path_id("visit_id")
        content = await self._recordings.composition(call.actor, visit_id)
        # The name leads back to the visit for who has it in front of them, and tells nobody else anything.
        name = {"Content-Disposition": f'attachment; filename="visit-{visit_id.hex[-12:]}.mp4"'}
        return await self._answer(call.request, content, "video/mp4", name)

    async def _answer(
        self, request: web.Request, content: SeekableBytes, media_type: str, more: Mapping[str, str]
    ) -> web.StreamResponse:
        """A part, where one is asked for, else all."""
        headers = {"Accept-Ranges": "bytes", **more}
        asked = _RANGE.match(request.headers.get("Range", ""))
        if asked is None:  # also a header that cannot be understood: RFC 9110 section 14.2 lets us ignore it
            return await self._whole(request, content, media_type, headers)
        wanted = _part(asked, content.size)
        if wanted is None:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{content.size}"})
        first, last = wanted
        return web.Response(
            status=206,
            body=await self._line.run(lambda: content.read(first, last - first + 1)),
            headers={**headers, "Content-Range": f"bytes {first}-{last}/{content.size}"},
            content_type=media_type,
        )

    async def _whole(
        self, request: web.Request, content: SeekableBytes, media_type: str, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """All of it, a part at a time: a slow reader holds one part in memory, and no thread."""
        if self._whole_answers >= MOST_WHOLE:
            raise RecordingBusy
        self._whole_answers += 1
        size = content.size
        try:
            part = await self._line.run(lambda: content.read(0, PART))  # refused before the answer has begun
            response = web.StreamResponse(headers=headers)
            response.content_type, response.content_length = media_type, size
            await response.prepare(request)
            await response.write(part)
            for offset in range(PART, size, PART):
                read = partial(content.read, offset, min(PART, size - offset))
                await response.write(await self._line.run(read, patient=True))
        finally:
            self._whole_answers -= 1
        return response

    @route(
        "GET",
        "/api/recordings/{segment_id}/clip",
        permission="record:recording:read",
        summary="A moment of a recording as a small seekable WebM; X-Clip-Start tells its first second",
        query=ClipQuery,
        errors=(RecordingNotFound, ClipOutsideRecording, RecordingBusy),
        media_type="video/webm",
        transactional=False,
    )
    async def clip(self, call: Call[None, ClipQuery]) -> web.Response:
        stored = await self._recordings.open(call.actor, call.path_id("segment_id"))
        found = await self._line.run(lambda: _clip(stored, call.query.from_, call.query.to))
        headers = {
            "X-Clip-Start": f"{stored.start + found.start:.3f}",
            "X-Clip-Length": f"{found.length:.3f}",
        }
        return web.Response(body=found.data, headers=headers, content_type="video/webm")


class InMemory:
    """Bytes as SeekableBytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, n: int) -> bytes:
        return self._data[offset : offset + n]


def _clip(stored: StoredRecording, from_s: float, to_s: float) -> clips.Clip:
    if to_s < stored.start:
        raise ClipOutsideRecording
    return clips.clip(stored.content, max(0.0, from_s - stored.start), to_s - stored.start)


def _part(asked: re.Match[str], size: int) -> tuple[int, int] | None:
    """(first, last) byte to answer with, at most PART of them; None when the range cannot be met."""
    first = int(asked.group(1))
    last = min(int(asked.group(2)) if asked.group(2) else size - 1, size - 1, first + PART - 1)
    return (first, last) if first < size and last >= first else None
