"""The visit's chat: kept with the record, sealed like everything else that was said."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.errors import ChatEmpty
from clinical_store.files import files_by_id, message_of
from clinical_store.model import ChatMessage
from clinical_store.note import MAX_TEXT
from clinical_store.participants import admitted_place, participants_by_id
from clinical_store.rows import ChatRow
from core.ids import new_id

_TABLE = "chat_message"


class Chats(Part):
    """Writing and reading messages."""

    async def add_chat(self, session: AsyncSession, actor: Actor, visit_id: UUID, text: str) -> ChatMessage:
        """Raises ChatEmpty (also over 4,000 characters), NotAdmitted, ParticipantNotFound, Forbidden."""
        words = text.strip()
        if not words or len(words) > MAX_TEXT:
            raise ChatEmpty
        chart = await self._charts.open(session, actor, Permission.CHAT_WRITE, visit_id)
        person = await admitted_place(session, actor, visit_id)
        message = ChatMessage(
            id=new_id(),
            participant_id=person.id,
            display_name=actor.display_name,
            text=words,
            sent_at=self._clock.now(),
        )
        sealed = chart.key.seal_text(words, _TABLE, "text", message.id)
        row = ChatRow(
            id=message.id, visit_id=visit_id, participant_id=person.id, sent_at=message.sent_at, text=sealed
        )
        session.add(row)
        await session.flush()
        return message

    async def chat(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> list[ChatMessage]:
        """Every message, oldest first. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.VISIT_READ, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        files = await files_by_id(session, visit_id, chart.key)
        rows = await session.scalars(
            select(ChatRow).where(ChatRow.visit_id == visit_id).order_by(ChatRow.sent_at, ChatRow.id)
        )
        return [message_of(row, people[row.participant_id].display_name, chart.key, files) for row in rows]
