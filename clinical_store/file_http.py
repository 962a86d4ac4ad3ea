"""Files of a visit over HTTP: sent as a body, read as an attachment that no browser shows by itself."""

from urllib.parse import quote

from aiohttp import web

from access import Permission, actor_of
from clinical_store.errors import NotAdmitted, ParticipantNotFound, VisitEnded, VisitNotFound
from clinical_store.file_errors import (
    FileDamaged,
    FileKindRefused,
    FileNotFound,
    FileTooLarge,
    StorageFull,
    TooManyFiles,
    UploadsBusy,
)
from clinical_store.file_shelf import FileShelf
from clinical_store.files import VisitFile
from clinical_store.model import ChatMessage
from clinical_store.store import ClinicalStore
from core.errors import Forbidden
from core.http import Call, route
from core.http.uploads import file_name, pieces

_VISIT = (VisitNotFound, Forbidden)
# The file is data for saving: it is given no type to be shown as, and would run in nobody's name.
_ATTACHMENT = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


class FileHttp:
    """/api/visits/{visit_id}/files"""

    def __init__(self, store: ClinicalStore, shelf: FileShelf) -> None:
        self._store = store
        self._shelf = shelf

    @route(
        "POST", "/api/visits/{visit_id}/files",
        permission=Permission.FILE_SEND, summary="Send a file into the visit's chat",
        response=ChatMessage, status=201, transactional=False, upload=True,
        errors=(
            *_VISIT, ParticipantNotFound, NotAdmitted, VisitEnded, FileTooLarge, FileKindRefused, FileDamaged,
            TooManyFiles, StorageFull, UploadsBusy,
        ),
    )  # fmt: skip
    async def send(self, call: Call[None, None]) -> ChatMessage:
        """The body is the file; a length over the limit is refused before a byte of it is read."""
        name, visit_id = file_name(call.request), call.path_id("visit_id")
        if (call.request.content_length or 0) > self._shelf.limit:
            raise FileTooLarge(limit=self._shelf.limit)
        return await self._shelf.receive(actor_of(call), visit_id, name, pieces(call.request))

    @route(
        "GET", "/api/visits/{visit_id}/files",
        permission=Permission.FILE_READ, summary="The visit's files, oldest first",
        response=list[VisitFile], errors=_VISIT,
    )  # fmt: skip
    async def files(self, call: Call[None, None]) -> list[VisitFile]:
        return await self._store.files_for(call.session, actor_of(call), call.path_id("visit_id"))

    @route(
        "GET", "/api/visits/{visit_id}/files/{file_id}",
        permission=Permission.FILE_READ, summary="One file, for saving",
        errors=(*_VISIT, FileNotFound), media_type="application/octet-stream", transactional=False,
    )  # fmt: skip
    async def file(self, call: Call[None, None]) -> web.StreamResponse:
        visit_id, file_id = call.path_id("visit_id"), call.path_id("file_id")
        stored, parts = await self._shelf.open(actor_of(call), visit_id, file_id)
        response = web.StreamResponse(
            headers={**_ATTACHMENT, "Content-Disposition": disposition(stored.name)}
        )
        response.content_type, response.content_length = "application/octet-stream", stored.size
        await response.prepare(call.request)
        async for part in parts:
            await response.write(part)
        return response


def disposition(name: str) -> str:
    """Content-Disposition for saving under `name` (RFC 6266 section 4, RFC 8187)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_"
        for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
