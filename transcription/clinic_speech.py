"""How a clinic speaks: its language, and the names that its speech engine should expect (its formulary)."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import CheckConstraint, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

import audit
from access import Actor, Permission
from core.clock import Clock
from core.database import Base
from core.single_row import ONLY, SingleRow, replaced
from transcription.errors import ClinicSpeechChanged, LanguageUnknown
from transcription.languages import LANGUAGES

MOST_FORMULARY = 200
"""Names a clinic may list. A visit's prompt holds 50 at most, the patient's own first."""

_SUBJECT = UUID("6b0f3c52-7e0a-4d0c-9d0f-2f6f0c5a5b11")
"""What audit rows of the clinic's speech settings point at: there is one clinic."""

TermText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]


class ClinicSpeech(BaseModel):
    """The settings as they stand. `version` 0: nobody has changed them yet."""

    model_config = ConfigDict(frozen=True)

    version: int
    language: str
    formulary: tuple[str, ...]


class ClinicSpeechEdits(BaseModel):
    """The settings as the administrator wants them. A name holds letters, and perhaps figures, spaces and - / ' ( )."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"language": "en", "formulary": ["apixaban", "co-codamol"]}]},
    )

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    formulary: Annotated[tuple[TermText, ...], Field(max_length=MOST_FORMULARY)] = ()

    @field_validator("formulary")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Each name once, whatever its capitals; one that could not be spoken is refused."""
        if not all(re.fullmatch(r"[^\W\d_][\w\-/'’(). ]*", name) for name in value):
            raise ValueError(
                "a name begins with a letter and holds letters, figures, spaces and - / ' ( ) . only"
            )
        return tuple({" ".join(name.split()).casefold(): " ".join(name.split()) for name in value}.values())


DEFAULT = ClinicSpeech(version=0, language="en", formulary=())


class ClinicSpeechRow(SingleRow, Base):
    """One row at most (migration 0012)."""

    __tablename__ = "clinic_speech"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("language ~ '^[a-z]{2,3}$'", name="language"),
    )

    language: Mapped[str] = mapped_column(Text)
    formulary: Mapped[list[str]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID]


class ClinicSpeechStore:
    """Reads and writes the clinic's settings in the caller's transaction; a change is audited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def read(self, session: AsyncSession) -> ClinicSpeech:
        """The settings; English and no names until somebody changes them."""
        row = await session.get(ClinicSpeechRow, ONLY, populate_existing=True)
        return DEFAULT if row is None else _settings(row)

    async def change(
        self, session: AsyncSession, actor: Actor, if_match: int, edits: ClinicSpeechEdits
    ) -> ClinicSpeech:
        """Write the next version; the same settings again are no new one.

        Raises:
            ClinicSpeechChanged: `if_match` is not the version that stands.
            LanguageUnknown: Whisper knows no such language.
        """
        if edits.language not in LANGUAGES:
            raise LanguageUnknown
        now = await self.read(session)
        if now.version == if_match and (now.language, now.formulary) == (edits.language, edits.formulary):
            return now
        following = ClinicSpeech(version=if_match + 1, language=edits.language, formulary=edits.formulary)
        if not await self._replaced(session, actor, following):
            raise ClinicSpeechChanged(current_version=now.version)
        await audit.record(session, _event(actor))
        return following

    async def _replaced(self, session: AsyncSession, actor: Actor, following: ClinicSpeech) -> bool:
        values = {
            "language": following.language,
            "formulary": list(following.formulary),
            "changed_at": self._clock.now(),
            "changed_by": actor.account_id,
        }
        return await replaced(session, ClinicSpeechRow, following.version, values)


def _settings(row: ClinicSpeechRow) -> ClinicSpeech:
    return ClinicSpeech(version=row.version, language=row.language, formulary=tuple(row.formulary))


def _event(actor: Actor) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor_id=actor.account_id,
        action=Permission.CLINIC_SPEECH_WRITE.value,
        subject_kind="clinic_speech",
        subject_id=_SUBJECT,
        patient_id=None,
        outcome="allowed",
    )
