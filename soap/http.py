"""Note templates over HTTP: everybody who writes notes reads them, the administrator changes the clinic's own."""

from access import Permission, actor_of
from core.http import Call, Versioned, route
from soap.clinic_templates import ClinicTemplates, ClinicTemplatesEdits, ClinicTemplatesStore
from soap.errors import NoteTemplatesChanged, TemplateNameTaken, TemplateUnknown


class TemplatesHttp:
    """GET and PUT /api/clinic/note-templates"""

    def __init__(self, store: ClinicTemplatesStore) -> None:
        self._store = store

    @route(
        "GET", "/api/clinic/note-templates",
        permission=Permission.CLINIC_TEMPLATES_READ, response=ClinicTemplates,
        summary="Templates that a note can be shown by; the ETag is their version",
    )  # fmt: skip
    async def templates(self, call: Call[None, None]) -> Versioned[ClinicTemplates]:
        return _versioned(await self._store.read(call.session))

    @route(
        "PUT", "/api/clinic/note-templates",
        permission=Permission.CLINIC_TEMPLATES_WRITE, summary="Save the clinic's own templates as the next version",
        body=ClinicTemplatesEdits, response=ClinicTemplates, if_match=True,
        errors=(NoteTemplatesChanged, TemplateNameTaken, TemplateUnknown),
    )  # fmt: skip
    async def change_templates(self, call: Call[ClinicTemplatesEdits, None]) -> Versioned[ClinicTemplates]:
        version = -1 if call.if_match is None else call.if_match
        return _versioned(await self._store.change(call.session, actor_of(call), version, call.body))


def _versioned(templates: ClinicTemplates) -> Versioned[ClinicTemplates]:
    return Versioned(templates, templates.version)
