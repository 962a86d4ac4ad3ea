"""Pages to keep: the signed note for who treats the patient, its summary for the patient, as PDF."""

from __future__ import annotations

from base64 import b64decode
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from access import Permission, actor_of
from app.documents import note_paper, summary_paper
from app.side_work import PAPER
from clinical_store import ClinicalStore
from clinical_store.errors import NoteNotSigned, SummaryNotReady, VisitNotFound
from core.database import Database
from core.errors import Forbidden
from core.http import Call, route
from core.paper import Paper
from core.side_process import SideProcess, SideProcessBusy, SideProcessLost, SideProcessSlow
from soap.clinic_templates import ClinicTemplatesStore

_VISIT = (VisitNotFound, Forbidden)
_SIDE = (SideProcessBusy, SideProcessSlow, SideProcessLost)
_SAVED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


class DocumentsHttp:
    """GET /api/visits/{visit_id}/note.pdf and /summary.pdf. `clinic`: its name on the pages."""

    def __init__(
        self,
        database: Database,
        store: ClinicalStore,
        templates: ClinicTemplatesStore,
        side: SideProcess,
        *,
        clinic: str,
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._store = store
        self._templates = templates
        self._side = side
        self._clinic = clinic
        self._zone = zone

    @route(
        "GET", "/api/visits/{visit_id}/note.pdf",
        permission=Permission.NOTE_READ, summary="The signed note with its addenda, as PDF",
        errors=(*_VISIT, NoteNotSigned, *_SIDE), media_type="application/pdf", transactional=False,
    )  # fmt: skip
    async def note_pdf(self, call: Call[None, None]) -> web.Response:
        visit_id, actor = call.path_id("visit_id"), actor_of(call)
        async with self._database.transaction() as session:
            note = await self._store.note_for(session, actor, visit_id)
            _, signature = await self._store.note_versions(session, actor, visit_id)
            if signature is None:
                raise NoteNotSigned
            view = await self._store.visit_view(session, actor, visit_id)
            titles = (await self._templates.read(session)).titles(note.template)
            patient = await self._store.patient(
                session, (await self._store.visit(session, visit_id)).patient_id
            )
        return await self._printed(
            note_paper(note, signature, view, patient, clinic=self._clinic, zone=self._zone, titles=titles),
            "note",
            visit_id,
        )

    @route(
        "GET", "/api/visits/{visit_id}/summary.pdf",
        permission=Permission.SUMMARY_READ, summary="The visit in plain words, as PDF",
        errors=(*_VISIT, SummaryNotReady, *_SIDE), media_type="application/pdf", transactional=False,
    )  # fmt: skip
    async def summary_pdf(self, call: Call[None, None]) -> web.Response:
        visit_id = call.path_id("visit_id")
        async with self._database.transaction() as session:
            summary = await self._store.summary_for(session, actor_of(call), visit_id)
        return await self._printed(
            summary_paper(summary, clinic=self._clinic, zone=self._zone), "visit", visit_id
        )

    async def _printed(self, paper: Paper, name: str, visit_id: UUID) -> web.Response:
        """Outside of the transaction: pages take a tenth of a second, a full queue more."""
        encoded = await self._side.ask(PAPER, paper.model_dump(mode="json"))
        # The name leads back to the visit for who has it in front of them, and tells nobody else anything.
        disposition = f'attachment; filename="{name}-{visit_id.hex[-12:]}.pdf"'
        return web.Response(
            body=b64decode(str(encoded)),
            content_type="application/pdf",
            headers={**_SAVED, "Content-Disposition": disposition},
        )
