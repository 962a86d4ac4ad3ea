"""The media plane of one `serve` process: rooms by visit. What signaling calls `MediaPlane`."""

import asyncio
import contextlib
import logging
import time
from uuid import UUID

from core.clock import Clock
from media.arrivals import Arrivals
from media.candidates import parse_candidate, ufrag_of, usable
from media.connection import ParticipantConnection
from media.doorkeeper import Doorkeeper
from media.ladder_keeper import LadderKeeper
from media.limits import Removal
from media.low_bandwidth import LowBandwidth
from media.model import ConnectionState, Figures, MediaSettings, Tap
from media.ports import EpochOf, OnConnectionState, OnRemoval
from media.recorder_link import RecorderLink
from media.room import Room

logger = logging.getLogger(__name__)


class MediaPlane:
    """Forwards packets between the participants of each visit and, while tapped, to the recorder.

    `epoch_of` gives the zero of a visit's media times (the clinical store's `start_media`); without it a
    room's epoch is the clock's time at its opening. `on_connection_state(visit, participant, state)` is told
    each change.
    """

    def __init__(
        self,
        settings: MediaSettings,
        recorder: RecorderLink | None,
        clock: Clock,
        *,
        epoch_of: EpochOf | None = None,
        on_connection_state: OnConnectionState | None = None,
    ) -> None:
        self._settings = settings
        self._recorder = recorder
        self._clock = clock
        self._epoch_of = epoch_of
        self.on_connection_state = on_connection_state
        self.on_removal: OnRemoval | None = None
        self._doorkeeper = Doorkeeper(settings)
        self._rooms: dict[UUID, Room] = {}
        self._locks: dict[tuple[UUID, UUID], asyncio.Lock] = {}
        self._opening: dict[UUID, asyncio.Lock] = {}
        self._taps: dict[tuple[UUID, UUID], Tap] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._arrivals = Arrivals()
        self.ladder = LadderKeeper(LowBandwidth())
        self._pulse: asyncio.Task[None] | None = None

    async def connect(self, visit_id: UUID, participant_id: UUID, offer: str) -> str:
        """Answer a browser's offer. An earlier connection of the participant goes on until this one is
        connected, then it ends and its seats stay: nobody else renegotiates.

        Raises MalformedOffer (nothing changed, an earlier connection goes on), RoomFull, NodeFull, NoMediaPort and
        MediaCutOff.
        """
        self._doorkeeper.check(visit_id, participant_id, self._rooms, time.monotonic())
        async with self._locks.setdefault((visit_id, participant_id), asyncio.Lock()):
            connection = ParticipantConnection(
                self._settings, lambda state: self._changed(visit_id, participant_id, connection, state)
            )
            try:
                answer = await connection.answer(offer)
                room = await self._room(visit_id)
                self._arrive(room, participant_id, connection)
                room.tap(participant_id, self._taps.get((visit_id, participant_id), Tap()))
            except BaseException:
                await connection.close()
                raise
            self._start_pulse()
            return answer

    def _arrive(self, room: Room, participant_id: UUID, connection: ParticipantConnection) -> None:
        """In place at once where there is none to break, else beside it until it is connected. RoomFull."""
        room.seat(participant_id)
        current = room.connection(participant_id)
        if current is None or current.state is ConnectionState.CLOSED:
            self._put_in_place(room, participant_id, connection)
            return
        for given_up in self._arrivals.add((room.visit_id, participant_id), connection):
            self._close_later(given_up)

    def _put_in_place(self, room: Room, participant_id: UUID, connection: ParticipantConnection) -> None:
        former = room.admit(participant_id, connection)
        if former is not None:
            self._close_later(former)

    async def _room(self, visit_id: UUID) -> Room:
        async with self._opening.setdefault(visit_id, asyncio.Lock()):
            room = self._rooms.get(visit_id)
            if room is None:
                now = self._clock.now()
                epoch = await self._epoch_of(visit_id) if self._epoch_of is not None else now
                zero = time.monotonic() - (self._clock.now() - epoch).total_seconds()
                room = self._rooms[visit_id] = Room(visit_id, self._settings.seats, self._recorder, zero)
                room.select = self.ladder.select
            return room

    async def add_candidate(self, visit_id: UUID, participant_id: UUID, candidate: str, sdp_mid: str) -> None:
        """A trickled candidate; dropped in silence when its address is not allowed or is an mDNS name.

        An empty text (end of candidates) is ignored: the peer may still be learned from its own checks.
        One for a connection that is gone is dropped too. Raises MalformedCandidate, TooManyCandidates.
        """
        if not candidate.strip():
            return
        parsed = parse_candidate(candidate)
        connection = self._negotiated(visit_id, participant_id, ufrag_of(candidate))
        if connection is None:
            return
        connection.announce()
        if usable(parsed, self._settings.policy):
            await connection.add_candidate(parsed, sdp_mid)

    def _negotiated(self, visit_id: UUID, participant_id: UUID, ufrag: str) -> ParticipantConnection | None:
        """The connection whose offer had this ICE user fragment; the newest when the candidate names none."""
        room = self._rooms.get(visit_id)
        current = room.connection(participant_id) if room is not None else None
        known = [*self._arrivals.of((visit_id, participant_id)), *([current] if current else [])]
        return next((one for one in known if not ufrag or one.remote_ufrag == ufrag), None)

    async def disconnect(self, visit_id: UUID, participant_id: UUID) -> None:
        """The participant leaves: seat freed, taps closed, connection ended. Unknown participants are
        fine."""
        self._taps.pop((visit_id, participant_id), None)
        for arriving in self._arrivals.clear(visit_id, participant_id):
            self._close_later(arriving)
        room = self._rooms.get(visit_id)
        if room is None:
            return
        connection = room.leave(participant_id)
        self.ladder.forget(participant_id)
        self._locks.pop((visit_id, participant_id), None)
        if connection is not None:
            await connection.close()
        if room.empty:
            self._forget(visit_id)

    def seats(self, visit_id: UUID, participant_id: UUID) -> dict[UUID, int]:
        """{other participant: seat} as this participant's connection shows them."""
        room = self._rooms.get(visit_id)
        return room.seats(participant_id) if room is not None else {}

    def tap(self, visit_id: UUID, participant_id: UUID, *, record: bool, transcribe: bool) -> None:
        """Send a participant's media to the recorder, or stop at once. May come before `connect`; it holds
        until changed, or until the participant disconnects."""
        tap = Tap(record=record, transcribe=transcribe)
        self._taps[(visit_id, participant_id)] = tap
        room = self._rooms.get(visit_id)
        if room is not None:
            room.tap(participant_id, tap)

    def state(self, visit_id: UUID, participant_id: UUID) -> ConnectionState:
        room = self._rooms.get(visit_id)
        connection = room.connection(participant_id) if room is not None else None
        return connection.state if connection is not None else ConnectionState.CLOSED

    def figures(self, visit_id: UUID, participant_id: UUID) -> Figures:
        """What is known of a participant's line right now; empty without a connection."""
        room = self._rooms.get(visit_id)
        connection = room.connection(participant_id) if room is not None else None
        return connection.figures(time.monotonic()) if connection is not None else {"up": {}, "down": {}}

    def held_back(self, participant_id: UUID) -> tuple[bool, bool]:
        """Whether the ladder keeps pictures back for the sake of this participant's line, up and down."""
        return self.ladder.held_back(participant_id)

    def estimates(self, visit_id: UUID, participant_id: UUID) -> tuple[int | None, int | None]:
        """Bits per second of video that a participant's line carries, up and down; None while nothing is known."""
        room = self._rooms.get(visit_id)
        connection = room.connection(participant_id) if room is not None else None
        return connection.estimates(time.monotonic()) if connection is not None else (None, None)

    async def close_room(self, visit_id: UUID) -> None:
        """End a visit's media for everybody."""
        self.ladder.forget_visit(visit_id)
        room = self._rooms.pop(visit_id, None)
        people = room.people() if room is not None else []
        connections = [room.leave(person) for person in people] if room is not None else []
        connections += self._arrivals.clear(visit_id)
        for person in people:
            self.ladder.forget(person)
        for key in {*self._locks, *self._taps}:
            if key[0] == visit_id:
                self._locks.pop(key, None)
                self._taps.pop(key, None)
        self._forget(visit_id)
        await asyncio.gather(*(c.close() for c in connections if c is not None))

    async def close(self) -> None:
        """End every room, for the process's shutdown. The recorder link is closed by its owner afterwards."""
        for visit_id in list(self._rooms):
            await self.close_room(visit_id)
        if self._pulse is not None:
            self._pulse.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pulse
            self._pulse = None
        await self.ladder.close()
        if self._closing:
            await asyncio.wait(self._closing, timeout=self._settings.close_timeout_s)

    def _forget(self, visit_id: UUID) -> None:
        self._rooms.pop(visit_id, None)
        self._opening.pop(visit_id, None)

    def _changed(
        self, visit_id: UUID, participant_id: UUID, connection: ParticipantConnection, state: ConnectionState
    ) -> None:
        if state is ConnectionState.CLOSED:
            self._arrivals.drop((visit_id, participant_id), connection)
            self._close_later(connection)
            if connection.removal is not None:
                self._cut_off(visit_id, participant_id, connection.removal)
        room = self._rooms.get(visit_id)
        if room is not None and state is ConnectionState.CONNECTED:
            self._arrived(room, participant_id, connection)
        if room is None or room.connection(participant_id) is not connection:
            return
        if self.on_connection_state is not None:
            self.on_connection_state(visit_id, participant_id, state)

    def _cut_off(self, visit_id: UUID, participant_id: UUID, reason: Removal) -> None:
        self._doorkeeper.bar(visit_id, participant_id, reason, time.monotonic())
        if self.on_removal is not None:
            self.on_removal(visit_id, participant_id, reason)

    def _arrived(self, room: Room, participant_id: UUID, connection: ParticipantConnection) -> None:
        """A connection that waited beside the old one is connected: it takes over now."""
        pointless = self._arrivals.take((room.visit_id, participant_id), connection)
        if pointless is None:
            return
        for earlier in pointless:
            self._close_later(earlier)
        self._put_in_place(room, participant_id, connection)

    def _close_later(self, connection: ParticipantConnection) -> None:
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _start_pulse(self) -> None:
        if self._pulse is None or self._pulse.done():
            self._pulse = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while self._rooms or self.ladder.copying:  # the copying process ends when it has idled for a while
            await asyncio.sleep(0.5)
            for room in list(self._rooms.values()):
                try:
                    room.tell_downlinks(time.monotonic())
                except Exception:  # one room's trouble must not stop the pulse of all
                    logger.exception("a room's publishers could not be told what its viewers take")
            self.ladder.tick(list(self._rooms.values()), time.monotonic())
