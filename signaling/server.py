"""RoomServer: the rooms of one `serve` process, as the app wires and drives them."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from aiohttp import web
from pydantic import JsonValue

from access import Permission
from clinical_store import VisitStatus
from core.clock import Clock
from core.database import Database
from core.telemetry import get_logger, histogram
from signaling.adaptation import Adaptation
from signaling.desk import TicketDesk
from signaling.following import Following
from signaling.frames import NAMESPACE
from signaling.handover import Handover
from signaling.lines import Lines
from signaling.phone import PhoneDesk
from signaling.ports import (
    CallQuality,
    Ladder,
    LiveSessions,
    MediaPlane,
    RoomEvents,
    RoomRecord,
    StillPiece,
    TicketOffice,
)
from signaling.quality import QualityWatch
from signaling.registry import Member
from signaling.service import Rooms
from signaling.socket import RoomSocket, UseCase
from signaling.transport import PATH, RoomTransport
from signaling.watch import Watch

DEFAULT_SEATS = 3
_TICK_SECONDS = 1.0
_log = get_logger()
DELAY = histogram(
    "transcript_delay_seconds", "From the end of what was said to its words going to screens", ("state",)
)


class RoomServer:
    """`origins`: what browsers send as Origin, e.g. {"https://consult.example"}; others are refused.

    `attach` it to the web application, keep `run` going, `close` it before the media plane and the database.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        record: RoomRecord,
        tickets: TicketOffice,
        sessions: LiveSessions,
        media: MediaPlane,
        events: RoomEvents,
        origins: Collection[str],
        desk: TicketDesk,
        quality: CallQuality,
        ladder: Ladder,
        seats: int = DEFAULT_SEATS,
        clinic_phone: str = "",
    ) -> None:
        self._clock = clock
        self._transport = RoomTransport(origins, clock)
        self._rooms = Rooms(
            database=database,
            record=record,
            tickets=tickets,
            media=media,
            events=events,
            wire=self._transport,
            clock=clock,
            seats=seats,
            desk=desk,
            quality=quality,
            clinic_phone=clinic_phone,
        )
        self._quality = QualityWatch(self._rooms, record, database, clock)
        self._lines = Lines(self._rooms)
        self._handover = Handover(self._rooms, self._transport, clock)
        self._watch = Watch(self._rooms, sessions, database, clock)
        self._following = Following(self._rooms, record, database)
        self._adaptation = Adaptation(self._rooms, ladder, clock)
        phone = PhoneDesk(self._rooms, record, database)
        socket = RoomSocket(self._rooms, clock, more_use_cases(self._adaptation, phone))
        self._transport.on("connect", socket.on_connect, namespace=NAMESPACE)
        self._transport.on("disconnect", socket.on_disconnect, namespace=NAMESPACE)
        self._transport.on("*", socket.on_event, namespace=NAMESPACE)
        self._transport.on_joined = socket.on_joined
        self._transport.on_consent = socket.on_consent

    def attach(self, app: web.Application) -> None:
        """Answer /socket.io/ of this application."""
        self._transport.attach(app, PATH)

    async def run(self, stop: asyncio.Event) -> None:
        """Re-check sessions, give up on who does not come back, cut idle connections; until `stop`."""
        while not stop.is_set():
            try:
                await self.tick()
            except Exception as error:  # sessions must go on being checked, whatever one room's trouble is
                _log.error("room.tick_failed", exc_info=error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TICK_SECONDS)

    async def tick(self) -> None:
        """One round of `run`."""
        self._transport.sweep()
        await self._watch.tick()
        await self._quality.tick()
        await self._handover.tick()

    async def push_utterance(self, visit_id: UUID, view: Mapping[str, JsonValue]) -> None:
        """An utterance opened, changed or closed: to those in the call who may read the transcript.

        Suggestions name what stands in the record: they go to who may correct the words by them.
        """
        room = self._rooms.open.room(visit_id)
        if room is None:
            return
        self._observe(visit_id, view)
        plain = {**view, "suggestions": []}
        for corrects, payload in ((True, dict(view)), (False, plain)):
            await self._rooms.tell_admitted(
                room, "transcript.utterance", payload, only=partial(_reads, corrects=corrects)
            )

    def _observe(self, visit_id: UUID, view: Mapping[str, JsonValue]) -> None:
        """Of words that were just said; those heard again, corrected or written after the call have no delay."""
        epoch, state, end = self.transcribed(visit_id), view.get("state"), view.get("end")
        just_said = state in ("open", "final") and view.get("source") in (None, "live")
        if epoch is not None and just_said and isinstance(end, int | float):
            seconds = (self._clock.now() - epoch).total_seconds() - end
            DELAY.labels(state).observe(max(0.0, seconds))

    async def push_note_changed(self, visit_id: UUID, revision: int, version: int, editor: str) -> None:
        """The draft grew or somebody saved: to those in the call who may read the note. `editor`: the account that
        did, "" for the machine."""
        room = self._rooms.open.room(visit_id)
        if room is not None:
            numbers = {"revision": revision, "version": version}
            payload: JsonValue = {"visit_id": str(visit_id), "editor": editor, **numbers}
            await self._rooms.tell_admitted(
                room, "note.changed", payload, only=lambda member: member.actor.may(Permission.NOTE_READ)
            )

    async def push_file(self, visit_id: UUID, message: Mapping[str, JsonValue]) -> None:
        """A file was sent into the chat: to those in the call who may read files."""
        room = self._rooms.open.room(visit_id)
        if room is not None:
            await self._rooms.tell_admitted(
                room,
                "chat.message",
                dict(message),
                only=lambda member: member.actor.may(Permission.FILE_READ),
            )

    def media_changed(self, visit_id: UUID, participant_id: UUID, state: str) -> None:
        """media.MediaPlane's `on_connection_state`: the others in the room are told."""
        self._lines.changed(visit_id, participant_id, state)

    def media_removed(self, visit_id: UUID, participant_id: UUID, reason: str) -> None:
        """media.MediaPlane's `on_removal`: the participant is told why and loses the connection, not the place."""
        self._lines.removed(visit_id, participant_id, reason)

    def view_changed(self, visit_id: UUID, viewer_id: UUID) -> None:
        """media's `on_view`: this viewer receives somebody in another way; both sides are told."""
        self._adaptation.changed(visit_id, viewer_id)

    def show_still(self, visit_id: UUID, viewer_id: UUID, piece: StillPiece) -> None:
        """media's `on_still`: a piece of a picture, for this viewer alone."""
        self._adaptation.still(visit_id, viewer_id, piece)

    def connected(self, visit_id: UUID) -> frozenset[UUID]:
        """The participants with a live connection."""
        return frozenset(member.person.id for member in self._rooms.open.members_of(visit_id))

    def transcribed(self, visit_id: UUID) -> datetime | None:
        """The zero of the visit's media times while its room is here and everybody agrees to transcription, else
        None. A withdrawal counts from its arrival on.
        """
        room = self._rooms.open.room(visit_id)
        return room.epoch if room is not None and room.runs("transcribe") else None

    def refused(self, visit_id: UUID) -> bool:
        """Whether the call goes on here without everybody's consent to transcription."""
        room = self._rooms.open.room(visit_id)
        return room is not None and room.status is VisitStatus.IN_PROGRESS and not room.runs("transcribe")

    def open_visits(self) -> list[UUID]:
        """The visits whose room this node holds."""
        return [room.visit_id for room in self._rooms.open.rooms()]

    def load(self) -> int:
        """People connected to rooms here."""
        return len(self._rooms.open.members())

    async def move(self, visit_id: UUID, node_url: str) -> None:
        """Another node holds this room from now on: its people are sent there ("": to ask where)."""
        await self._handover.move(visit_id, node_url)

    async def handed_over(self) -> None:
        """Returns when nobody is here any more of a room that is not."""
        await self._handover.done.wait()

    async def end_session(self, session_id: UUID) -> None:
        """A session ended (access's `session.ended` on the bus): its connections end now, not at the next
        check.
        """
        await self._watch.expel(session_id)

    async def record_changed(self, visit_id: UUID) -> None:
        """The bus says that a visit has changed: a room of it here does as the record says. Raises Unavailable."""
        await self._following.changed(visit_id)

    async def put_out(self, visit_id: UUID, account_id: UUID) -> None:
        """access's GUEST_PUT_OUT on the bus: this guest's place is gone, connected or not."""
        await self._watch.departures.of_account(visit_id, account_id)

    async def epoch_of(self, visit_id: UUID) -> datetime:
        """The zero of the visit's media times; media.MediaPlane's `epoch_of`."""
        return await self._rooms.epoch_of(visit_id)

    async def close(self) -> None:
        """Cut every connection. Nobody's place changes: whoever comes back finds it."""
        await self._lines.close()
        await self._adaptation.close()
        await self._transport.close()
        await self._quality.close()
        await self._watch.write_withdrawals()  # the last chance for what waits in memory only


def more_use_cases(adaptation: Adaptation, phone: PhoneDesk) -> Mapping[str, UseCase]:
    """Those of EVENTS that are not Rooms' own."""
    return {
        "media.view": adaptation.view,
        "media.still_shown": adaptation.still_shown,
        "visit.phone": phone.begin,
        "visit.phone_end": phone.end,
    }


def _reads(member: Member, *, corrects: bool) -> bool:
    may = member.actor.may
    return may(Permission.TRANSCRIPT_READ) and may(Permission.TRANSCRIPT_CORRECT) is corrects
