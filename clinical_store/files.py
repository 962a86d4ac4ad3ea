"""Files sent in a visit's chat: their rows. The bytes are the shelf's (`clinical_store.file_shelf`)."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.errors import VisitEnded
from clinical_store.file_errors import FileNotFound, TooManyFiles
from clinical_store.file_kinds import FileKind, plain_name
from clinical_store.keys import PatientKey
from clinical_store.model import ChatFile, ChatMessage, VisitStatus
from clinical_store.note import Frozen
from clinical_store.participants import admitted_place, participants_by_id
from clinical_store.rows import ChatRow, FileRow, ParticipantRow
from core.ids import new_id
from core.outbox import emit

FILES_PER_PERSON = 10
CHAT_ADDED = "chat.added"
"""On the bus, with visit_id and message_id: somebody's file is in the chat."""
_TABLE = "visit_file"


class VisitFile(Frozen):
    """A file of a visit, as it is listed."""

    id: UUID
    name: str
    kind: FileKind
    size: int
    sent_at: datetime
    sender_name: str


class StoredFile(Frozen):
    """Where the bytes lie, and the key that opens them."""

    name: str
    size: int
    storage_name: str
    key: bytes


class Files(Part):
    """Sending and reading; each read is audited with the file's id."""

    async def may_send_file(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> bytes:
        """The key to seal a file with, for somebody who is in the call and has not sent too many.

        Raises VisitNotFound, Forbidden, ParticipantNotFound, NotAdmitted, VisitEnded, TooManyFiles.
        """
        chart, _ = await self._sender(session, actor, visit_id, lock=False)
        return chart.key.files_key()

    async def add_file(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        *,
        file_id: UUID,
        name: str,
        kind: FileKind,
        size: int,
        storage_name: str,
    ) -> ChatMessage:
        """The file is whole on disk: put it into the chat, under the name it was given. Raises as `may_send_file`."""
        chart, person = await self._sender(session, actor, visit_id, lock=True)
        now, plain = self._clock.now(), plain_name(name, kind)
        session.add(
            FileRow(
                id=file_id,
                visit_id=visit_id,
                participant_id=person.id,
                kind=kind,
                size=size,
                name=chart.key.seal_text(plain, _TABLE, "name", file_id),
                storage_name=storage_name,
                sent_at=now,
            )
        )
        await session.flush()
        message_id = await _into_chat(session, chart, person, file_id, now)
        await audit.record(session, _about(actor, Permission.FILE_SEND, file_id, chart))
        await emit(session, CHAT_ADDED, visit_id=str(visit_id), message_id=str(message_id))
        return ChatMessage(
            id=message_id,
            participant_id=person.id,
            display_name=actor.display_name,
            text="",
            sent_at=now,
            file=ChatFile(id=file_id, name=plain, kind=kind, size=size),
        )

    async def files_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> list[VisitFile]:
        """The visit's files, oldest first. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.FILE_READ, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        rows = select(FileRow).where(FileRow.visit_id == visit_id).order_by(FileRow.sent_at, FileRow.id)
        return [
            VisitFile(
                id=row.id,
                name=chart.key.open_text(row.name, _TABLE, "name", row.id),
                kind=cast("FileKind", row.kind),
                size=row.size,
                sent_at=row.sent_at,
                sender_name=people[row.participant_id].display_name,
            )
            for row in await session.scalars(rows)
        ]

    async def file_for(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, file_id: UUID
    ) -> StoredFile:
        """One file of this visit with its key. Raises VisitNotFound, Forbidden, FileNotFound."""
        chart = await self._charts.open(session, actor, Permission.FILE_READ, visit_id)
        row = await session.get(FileRow, file_id)
        if row is None or row.visit_id != visit_id:
            raise FileNotFound
        await audit.record(session, _about(actor, Permission.FILE_READ, file_id, chart))
        return StoredFile(
            name=chart.key.open_text(row.name, _TABLE, "name", row.id),
            size=row.size,
            storage_name=row.storage_name,
            key=chart.key.files_key(),
        )

    async def stored_files(self, session: AsyncSession, names: Collection[str]) -> set[str]:
        """System use (tidying): those of the names that belong to a file somebody sent."""
        known = select(FileRow.storage_name).where(FileRow.storage_name.in_(names))
        return set(await session.scalars(known))

    async def message_shown(self, session: AsyncSession, visit_id: UUID, message_id: UUID) -> ChatMessage:
        """System use (screens): a message with its file. Raises FileNotFound where there is none."""
        row = await session.get(ChatRow, message_id)
        if row is None or row.visit_id != visit_id:
            raise FileNotFound
        chart = await self._charts.open_for_work(session, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        files = await files_by_id(session, visit_id, chart.key)
        return message_of(row, people[row.participant_id].display_name, chart.key, files)

    async def _sender(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, *, lock: bool
    ) -> tuple[Chart, ParticipantRow]:
        chart = await self._charts.open(session, actor, Permission.FILE_SEND, visit_id, lock=lock)
        if chart.visit.status == VisitStatus.ENDED:
            raise VisitEnded
        person = await admitted_place(session, actor, visit_id)
        sent = select(func.count()).select_from(FileRow).where(FileRow.participant_id == person.id)
        if (await session.scalar(sent) or 0) >= FILES_PER_PERSON:
            raise TooManyFiles(limit=FILES_PER_PERSON)
        return chart, person


async def _into_chat(
    session: AsyncSession, chart: Chart, person: ParticipantRow, file_id: UUID, now: datetime
) -> UUID:
    """The message that brings the file; its text is empty."""
    message_id = new_id()
    row = ChatRow(
        id=message_id,
        visit_id=chart.visit.id,
        participant_id=person.id,
        sent_at=now,
        text=chart.key.seal_text("", "chat_message", "text", message_id),
        file_id=file_id,
    )
    session.add(row)
    await session.flush()
    return message_id


async def files_by_id(session: AsyncSession, visit_id: UUID, key: PatientKey) -> dict[UUID, ChatFile]:
    """The visit's files as its chat shows them."""
    rows = await session.scalars(select(FileRow).where(FileRow.visit_id == visit_id))
    return {
        row.id: ChatFile(
            id=row.id,
            name=key.open_text(row.name, _TABLE, "name", row.id),
            kind=cast("FileKind", row.kind),
            size=row.size,
        )
        for row in rows
    }


def message_of(row: ChatRow, name: str, key: PatientKey, files: dict[UUID, ChatFile]) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        participant_id=row.participant_id,
        display_name=name,
        text=key.open_text(row.text, "chat_message", "text", row.id),
        sent_at=row.sent_at,
        file=None if row.file_id is None else files[row.file_id],
    )


def _about(actor: Actor, permission: Permission, file_id: UUID, chart: Chart) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor.account_id, permission.value, "visit_file", file_id, chart.visit.patient_id, "allowed"
    )
