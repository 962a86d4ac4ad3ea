"""Reading what stood in the note before, and what changed from one version to another."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.errors import NoteVersionNotFound
from clinical_store.note import NoteVersion, Signature, Statement
from clinical_store.note_diff import NoteDiff, changes_between
from clinical_store.note_editing import as_statements
from clinical_store.note_rows import draft_in, signature_in, version_in, versions_in


class NoteVersions(Part):
    """Every version stays readable for those who treat the patient."""

    async def note_versions(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[list[NoteVersion], Signature | None]:
        """Every saved version, oldest first, and the signature. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        signature, _ = await signature_in(session, chart)
        return await versions_in(session, chart), signature

    async def note_version(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, version: int
    ) -> tuple[NoteVersion, Signature | None]:
        """One saved version. Raises NoteVersionNotFound, VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        signature, _ = await signature_in(session, chart)
        return await _version(session, chart, version), signature

    async def note_diff(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, before: int, after: int | None = None
    ) -> NoteDiff:
        """What changed from version `before` to `after` (None: the newest). Version 0 is the machine's draft as it
        stands. Raises NoteVersionNotFound, VisitNotFound, Forbidden.
        """
        chart = await self._charts.open(session, actor, Permission.NOTE_READ, visit_id)
        newest = await version_in(session, chart)
        until = after if after is not None else newest.version if newest else 0
        lines = [await _lines(session, chart, number) for number in (before, until)]
        return NoteDiff(from_version=before, to_version=until, changes=changes_between(*lines))


async def _lines(session: AsyncSession, chart: Chart, version: int) -> Sequence[Statement]:
    if version == 0:
        return as_statements(chart.visit.id, await draft_in(session, chart))
    return (await _version(session, chart, version)).statements


async def _version(session: AsyncSession, chart: Chart, version: int) -> NoteVersion:
    found = await version_in(session, chart, version) if version else None
    if found is None:
        raise NoteVersionNotFound
    return found
