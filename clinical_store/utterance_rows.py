"""Utterances and the versions of their words between rows and values."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from clinical_store.correction import changed_words
from clinical_store.errors import UtteranceNotFound
from clinical_store.keys import PatientKey
from clinical_store.model import Participant
from clinical_store.rows import UtteranceRow, UtteranceVersionRow
from clinical_store.transcript_model import (
    HeardText,
    HeardWord,
    TextSource,
    Utterance,
    UtteranceState,
    UtteranceVersion,
    UtteranceView,
    WordView,
)
from core.outbox import emit

TABLE = "utterance"
_VERSIONS = "utterance_version"
_BREATH = 32  # utterances: about two milliseconds
_WITHOUT_AUDIO = defer(UtteranceRow.audio)  # up to a megabyte each while pending


class KeptText(HeardText):
    """A version as it is sealed. `changed`: which words differ from those heard live. `author_name`: who corrected."""

    changed: tuple[int, ...] = ()
    author_name: str | None = None


# --- one utterance -----------------------------------------------------------------------------------------


async def locked(session: AsyncSession, utterance_id: UUID) -> UtteranceRow:
    """With its audio, for changing it. Raises UtteranceNotFound."""
    row = await session.get(UtteranceRow, utterance_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UtteranceNotFound
    return row


async def found(session: AsyncSession, utterance_id: UUID) -> UtteranceRow:
    """Without its audio, for reading. Raises UtteranceNotFound."""
    row = await session.get(UtteranceRow, utterance_id, options=[_WITHOUT_AUDIO], populate_existing=True)
    if row is None:
        raise UtteranceNotFound
    return row


async def begun_at(session: AsyncSession, participant_id: UUID, start_ms: int) -> UtteranceRow:
    """The one utterance that began then, locked."""
    same = select(UtteranceRow).where(
        UtteranceRow.participant_id == participant_id, UtteranceRow.start_ms == start_ms
    )
    only = same.options(_WITHOUT_AUDIO).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(only)).one()


def spoken_in(visit_id: UUID) -> Select[UtteranceRow]:
    """The visit's utterances in time order."""
    spoken = select(UtteranceRow).where(UtteranceRow.visit_id == visit_id).options(_WITHOUT_AUDIO)
    return spoken.order_by(UtteranceRow.start_ms, UtteranceRow.id).execution_options(populate_existing=True)


async def models_in(session: AsyncSession, visit_id: UUID) -> list[str]:
    """Which speech models wrote what is shown."""
    used = select(UtteranceRow.model).where(
        UtteranceRow.visit_id == visit_id, UtteranceRow.model.is_not(None)
    )
    return [model for model in await session.scalars(used.distinct()) if model is not None]


async def tell(session: AsyncSession, row: UtteranceRow) -> None:
    """The screens learn that something else is shown now."""
    await emit(session, "utterance.completed", visit_id=str(row.visit_id), utterance_id=str(row.id))


def utterance_of(row: UtteranceRow) -> Utterance:
    return Utterance(
        id=row.id,
        visit_id=row.visit_id,
        participant_id=row.participant_id,
        start=row.start_ms / 1000,
        end=row.end_ms / 1000,
        state=UtteranceState(row.state),
    )


# --- its versions ------------------------------------------------------------------------------------------


async def keep_version(
    session: AsyncSession,
    row: UtteranceRow,
    key: PatientKey,
    kept: KeptText,
    *,
    source: TextSource,
    model: str | None,
    at: datetime,
    author_id: UUID | None = None,
) -> int:
    """Add a version to a locked utterance; returns its revision. What is shown does not change by it."""
    await _keep_what_was_before_versions(session, row, key)
    revision = await next_revision(session, row)
    content = _seal(key, row.id, revision, kept)
    version = UtteranceVersionRow(
        utterance_id=row.id,
        revision=revision,
        source=source,
        model=model,
        author_id=author_id,
        at=at,
        content=content,
    )
    session.add(version)
    await session.flush()
    return revision


def show(row: UtteranceRow, key: PatientKey, kept: KeptText, revision: int, source: TextSource) -> None:
    """Make a version the one that is shown; without a word the utterance is empty."""
    row.state = (UtteranceState.FINAL if kept.text else UtteranceState.EMPTY).value
    row.text = key.seal_text(kept.text, TABLE, "text", row.id) if kept.text else None
    row.revision, row.source, row.confidence = revision, source, kept.confidence
    row.audio = row.problem = None


async def next_revision(session: AsyncSession, row: UtteranceRow) -> int:
    newest = select(func.max(UtteranceVersionRow.revision)).where(UtteranceVersionRow.utterance_id == row.id)
    return max(row.revision, await session.scalar(newest) or 0) + 1


async def forget_versions(session: AsyncSession, row: UtteranceRow, *sources: TextSource) -> None:
    """Delete what was heard, from these sources; from all when none is named."""
    gone = delete(UtteranceVersionRow).where(UtteranceVersionRow.utterance_id == row.id)
    if sources:
        gone = gone.where(UtteranceVersionRow.source.in_(sources))
    await session.execute(gone)


async def empty(
    session: AsyncSession, row: UtteranceRow, at: datetime, source: TextSource | None, *gone: TextSource
) -> None:
    """Nothing was said, or it may not be written down: no version stays, or none from the sources `gone`."""
    row.revision = await next_revision(session, row)
    await forget_versions(session, row, *gone)
    row.state, row.source, row.completed_at = UtteranceState.EMPTY.value, source, at
    row.text = row.audio = row.problem = None
    await tell(session, row)


async def empty_waiting(session: AsyncSession, visit_id: UUID, at: datetime) -> None:
    """Somebody took back their consent: what waits to be written never will be, and its sound goes at once. What a
    worker holds now is left to it; it asks again before it writes."""
    waiting = spoken_in(visit_id).where(UtteranceRow.state == UtteranceState.PENDING)
    for row in (await session.scalars(waiting.with_for_update(skip_locked=True))).all():
        await empty(session, row, at, None)


async def has_final(session: AsyncSession, row: UtteranceRow, model: str) -> bool:
    """Whether this model's second hearing is kept already."""
    same = select(UtteranceVersionRow.revision).where(
        UtteranceVersionRow.utterance_id == row.id,
        UtteranceVersionRow.source == "final",
        UtteranceVersionRow.model == model,
    )
    return await session.scalar(same.limit(1)) is not None


async def heard_live(session: AsyncSession, row: UtteranceRow, key: PatientKey) -> HeardText | None:
    """What was heard while it was said, None when that was nothing."""
    live = select(UtteranceVersionRow).where(
        UtteranceVersionRow.utterance_id == row.id, UtteranceVersionRow.source == "live"
    )
    version = (
        await session.scalars(live.order_by(UtteranceVersionRow.revision.desc()).limit(1))
    ).one_or_none()
    if version is not None:
        return _open(key, version)
    return None if row.text is None or row.source == "correction" else shown_text(row, None, key)


async def shown_version(session: AsyncSession, row: UtteranceRow) -> UtteranceVersionRow | None:
    """None for an utterance of before versions were kept, and where nothing is shown."""
    return await session.get(UtteranceVersionRow, (row.id, row.revision))


def shown_text(row: UtteranceRow, version: UtteranceVersionRow | None, key: PatientKey) -> KeptText:
    """The shown words; none while the utterance waits."""
    if row.state != UtteranceState.FINAL or version is None:
        text = key.open_text(row.text, TABLE, "text", row.id) or ""
        return KeptText(text=text, confidence=row.confidence)
    return _open(key, version)


async def views_in(
    session: AsyncSession, visit_id: UUID, key: PatientKey, people: dict[UUID, Participant]
) -> tuple[UtteranceView, ...]:
    """The visit's utterances as they are shown, in time order. An hour's talk is opened a breath at a time: the same
    event loop forwards everybody's media."""
    shown = and_(
        UtteranceVersionRow.utterance_id == UtteranceRow.id,
        UtteranceVersionRow.revision == UtteranceRow.revision,
    )
    rows = await session.execute(
        spoken_in(visit_id).add_columns(UtteranceVersionRow).outerjoin(UtteranceVersionRow, shown)
    )
    views: list[UtteranceView] = []
    for row, version in rows:
        views.append(utterance_view(row, shown_text(row, version, key), people[row.participant_id]))
        if len(views) % _BREATH == 0:
            await asyncio.sleep(0)
    return tuple(views)


async def versions_of(session: AsyncSession, row: UtteranceRow, key: PatientKey) -> list[UtteranceVersion]:
    """Everything that was heard or written, oldest first."""
    rows = await session.scalars(
        select(UtteranceVersionRow)
        .where(UtteranceVersionRow.utterance_id == row.id)
        .order_by(UtteranceVersionRow.revision)
    )
    versions = [_version(row, version, _open(key, version)) for version in rows]
    return versions or [_version(row, before, _open(key, before)) for before in _before_versions(row, key)]


async def _keep_what_was_before_versions(session: AsyncSession, row: UtteranceRow, key: PatientKey) -> None:
    if row.text is not None and await shown_version(session, row) is None:
        session.add_all(_before_versions(row, key))
        await session.flush()


def _before_versions(row: UtteranceRow, key: PatientKey) -> Iterable[UtteranceVersionRow]:
    """The words of an utterance that was completed before versions were kept, as the version they are."""
    if row.text is not None and row.completed_at is not None:
        revision = max(1, row.revision)
        content = _seal(key, row.id, revision, shown_text(row, None, key))
        yield UtteranceVersionRow(
            utterance_id=row.id,
            revision=revision,
            source="live",
            model=row.model,
            at=row.completed_at,
            content=content,
        )


def _seal(key: PatientKey, utterance_id: UUID, revision: int, kept: KeptText) -> bytes:
    return key.seal_text(kept.model_dump_json(), _VERSIONS, "content", f"{utterance_id}/{revision}")


def _open(key: PatientKey, version: UtteranceVersionRow) -> KeptText:
    return KeptText.model_validate_json(_unsealed(key, version))


def text_of(key: PatientKey, version: UtteranceVersionRow) -> str:
    """The text of a version; its words one by one are not read. Raises RecordUnreadable."""
    return str(json.loads(_unsealed(key, version))["text"])


def _unsealed(key: PatientKey, version: UtteranceVersionRow) -> bytes:
    return key.open(version.content, _VERSIONS, "content", f"{version.utterance_id}/{version.revision}")


# --- as people see it --------------------------------------------------------------------------------------


def utterance_view(row: UtteranceRow, kept: KeptText, person: Participant) -> UtteranceView:
    return UtteranceView(
        id=row.id,
        participant_id=row.participant_id,
        speaker=person.speaker,
        speaker_name=person.display_name,
        start=row.start_ms / 1000,
        end=row.end_ms / 1000,
        text=kept.text,
        confidence=kept.confidence,
        state=UtteranceState(row.state),
        revision=row.revision,
        source=cast("TextSource | None", row.source),
        words=words_at(kept.spoken, row.start_ms),
        written=kept.written,
        suggestions=kept.suggestions,
        changed=kept.changed,
        warnings=kept.warnings,
        language=kept.language,
        problem=row.problem,
        firm=None,
    )


def words_at(words: Sequence[HeardWord], start_ms: int) -> tuple[WordView, ...]:
    """On the visit's time line, in whole milliseconds."""
    return tuple(
        WordView(
            text=word.text,
            confidence=None if word.confidence is None else round(word.confidence, 3),
            start=_moment(word.start, start_ms),
            end=_moment(word.end, start_ms),
        )
        for word in words
    )


def _moment(seconds: float | None, start_ms: int) -> float | None:
    return None if seconds is None else round(start_ms / 1000 + seconds, 3)


def _version(row: UtteranceRow, version: UtteranceVersionRow, kept: KeptText) -> UtteranceVersion:
    return UtteranceVersion(
        revision=version.revision,
        source=cast("TextSource", version.source),
        at=version.at,
        shown=version.revision == row.revision and row.state != UtteranceState.PENDING,
        model=version.model,
        author_name=kept.author_name,
        text=kept.text,
        words=words_at(kept.spoken, row.start_ms),
        written=kept.written,
        changed=kept.changed,
        warnings=kept.warnings,
    )


def kept(heard: HeardText, *, live: HeardText | None = None, author_name: str | None = None) -> KeptText:
    """`heard` as a version; `live`: what its words are compared with."""
    shown = [word.text for word in heard.spoken]
    changed = () if live is None else changed_words([word.text for word in live.spoken], shown)
    own = {"text": heard.text.strip(), "changed": changed, "author_name": author_name}
    return KeptText.model_validate({**dict(heard), **own})
