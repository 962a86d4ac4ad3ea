"""The clinic's own note templates, and which one a new note is shown by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import CheckConstraint, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

import audit
from access import Actor, Permission
from core.clock import Clock
from core.database import Base
from core.single_row import ONLY, SingleRow, replaced
from soap.errors import NoteTemplatesChanged, TemplateNameTaken, TemplateUnknown
from soap.templates import SOAP, TEMPLATES, NoteTemplate

MOST_OWN = 40
_SUBJECT = UUID("0f2a8a55-6f0e-4a4e-b6a1-0e7b51c7f0aa")
"""What audit rows of the clinic's templates point at: there is one clinic."""
_OWN = TypeAdapter(tuple[NoteTemplate, ...])


class ClinicTemplates(BaseModel):
    """Every template that a note can be shown by: `built_in`, then the clinic's `own`. `version` 0: nothing changed."""

    model_config = ConfigDict(frozen=True)

    version: int
    default: str
    built_in: tuple[NoteTemplate, ...]
    own: tuple[NoteTemplate, ...]

    def titles(self, template_id: str) -> tuple[tuple[str, str], ...]:
        """Section and heading in the order of that template; of SOAP where the clinic no longer has it."""
        named = {template.id: template for template in (*self.built_in, *self.own)}
        return tuple((part.section, part.title) for part in named.get(template_id, SOAP).complete())


class ClinicTemplatesEdits(BaseModel):
    """The clinic's own templates as the administrator wants them, and the default's id."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "default": "brief",
                    "own": [
                        {
                            "id": "brief",
                            "name": "Brief",
                            "sections": [{"section": "plan", "title": "What we agreed"}],
                        }
                    ],
                }
            ]
        },
    )

    default: str
    own: Annotated[tuple[NoteTemplate, ...], Field(max_length=MOST_OWN)] = ()

    def check(self) -> None:
        """Raises TemplateNameTaken, TemplateUnknown."""
        ids = [*TEMPLATES, *(template.id for template in self.own)]
        if len(set(ids)) < len(ids):
            raise TemplateNameTaken
        if self.default not in ids:
            raise TemplateUnknown


class ClinicTemplatesRow(SingleRow, Base):
    """One row at most (migration 0014)."""

    __tablename__ = "clinic_templates"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("version > 0", name="version"),
    )

    default_id: Mapped[str] = mapped_column(Text)
    own: Mapped[list[object]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID]


class ClinicTemplatesStore:
    """Reads and writes the clinic's templates in the caller's transaction; a change is audited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def read(self, session: AsyncSession) -> ClinicTemplates:
        """The templates; those that come with the service, and SOAP first, until somebody changes them."""
        row = await session.get(ClinicTemplatesRow, ONLY, populate_existing=True)
        if row is None:
            return _templates(0, SOAP.id, ())
        return _templates(row.version, row.default_id, _OWN.validate_python(row.own))

    async def change(
        self, session: AsyncSession, actor: Actor, if_match: int, edits: ClinicTemplatesEdits
    ) -> ClinicTemplates:
        """Write the next version; the same templates again are no new one.

        Raises NoteTemplatesChanged (not the version that stands), TemplateNameTaken, TemplateUnknown.
        """
        edits.check()
        now = await self.read(session)
        if now.version == if_match and (now.default, now.own) == (edits.default, edits.own):
            return now
        values = {
            "default_id": edits.default,
            "own": _OWN.dump_python(edits.own, mode="json"),
            "changed_at": self._clock.now(),
            "changed_by": actor.account_id,
        }
        if not await replaced(session, ClinicTemplatesRow, if_match + 1, values):
            raise NoteTemplatesChanged(current_version=now.version)
        await audit.record(session, _event(actor))
        return _templates(if_match + 1, edits.default, edits.own)


def _templates(version: int, default: str, own: tuple[NoteTemplate, ...]) -> ClinicTemplates:
    return ClinicTemplates(version=version, default=default, built_in=tuple(TEMPLATES.values()), own=own)


def _event(actor: Actor) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor_id=actor.account_id,
        action=Permission.CLINIC_TEMPLATES_WRITE.value,
        subject_kind="clinic_templates",
        subject_id=_SUBJECT,
        patient_id=None,
        outcome="allowed",
    )
