"""Puts the ladder's decisions into effect: which source every seat shows, what copies are made, who is sent stills.

One for a node. `tick` is called about twice a second with every room; `select` whenever a room wires its seats.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from core.telemetry import counter
from media.connection import ParticipantConnection
from media.ladder import LOW_LEAST_BPS, LOW_MOST_BPS, Choice, Demand, Ladder, Rung, Step, UnusableSound
from media.low_bandwidth import LowBandwidth
from media.low_bandwidth.voice import LEAN_BPS, LOW_BPS
from media.model import ConnectionState
from media.receiver import RoomReceiver
from media.room import Room
from media.sender import RoomSender
from media.sending import Sending, SendingLadder
from media.sources import PacketSource
from media.stills import StillDelivery, StillPart

logger = logging.getLogger(__name__)

STARTING_S = 3.0  # until a copy flows its viewer goes on with the original, if that is not much too large
FLOWS_BPS = 5_000  # a camera that is off, or a still screen, sends less

MOVES = counter(
    "media_ladder_moves_total", "Subscribers that came to a rung of the adaptation ladder", ("rung",)
)

OnView = Callable[[UUID, UUID], None]
"""(visit, viewer): what this viewer receives has changed. Called on the loop, must not block."""
OnStill = Callable[[UUID, UUID, StillPart], None]
"""(visit, viewer, part): to be carried to this viewer, now. Must not block."""


@dataclass(slots=True)
class Viewer:
    """One subscriber. `shown`: the rung as which each publisher is received."""

    ladder: Ladder
    choice: Choice = "auto"
    connection: ParticipantConnection | None = None
    group: bool = False
    step: Step = field(default_factory=lambda: Step(Rung.FULL, lean=False, offer_phone=False))
    moved_at: float = 0.0
    share_bps: int | None = None
    full_bps: int = 0
    delivery: StillDelivery | None = None
    turn: int = 0
    shown: dict[UUID, Rung] = field(default_factory=dict)
    silent: bool = False
    """The line was lost and may come back: what its first reports say of the loss is the outage's."""


@dataclass(slots=True)
class Voice:
    """One publisher: what they are asked to send, and whether they can be followed at all."""

    ladder: SendingLadder
    connection: ParticipantConnection
    unusable: UnusableSound = field(default_factory=UnusableSound)
    silent: bool = False


@dataclass(slots=True)
class _Wanted:
    """Of the copy of one source, over all its viewers."""

    copy: bool = False
    stills: bool = False
    bps: int = LOW_MOST_BPS

    def add(self, bps: int) -> None:
        self.copy, self.bps = True, min(self.bps, bps)


class LadderKeeper:
    """`on_view` and `on_still` may be set later (signaling knows the plane, not the other way round)."""

    def __init__(self, low: LowBandwidth) -> None:
        self.on_view: OnView | None = None
        self.on_still: OnStill | None = None
        self._low = low
        self._viewers: dict[UUID, Viewer] = {}
        self._choices: dict[tuple[UUID, UUID], Choice] = {}
        self._voices: dict[UUID, Voice] = {}

    # --- what others ask and tell ---

    def choose(self, visit_id: UUID, viewer_id: UUID, choice: Choice) -> None:
        """By hand; holds from the next tick, until the visit's room closes."""
        self._choices[visit_id, viewer_id] = choice

    def rungs(self, viewer_id: UUID) -> Mapping[UUID, Rung]:
        """{publisher: rung as this viewer receives them}; publishers not yet seen are missing."""
        viewer = self._viewers.get(viewer_id)
        return dict(viewer.shown) if viewer is not None else {}

    def sending(self, participant_id: UUID) -> Sending:
        """What this participant is asked to send."""
        voice = self._voices.get(participant_id)
        return voice.ladder.sending if voice is not None else Sending.FULL

    def held_back(self, participant_id: UUID) -> tuple[bool, bool]:
        """Whether pictures are kept back for the sake of this participant's line: those it sends, those it is sent.
        What somebody has chosen by hand is no matter of the line."""
        viewer = self._viewers.get(participant_id)
        down = viewer is not None and viewer.choice == "auto" and viewer.step.rung < Rung.LOW
        return self.sending(participant_id) < Sending.FULL, down

    def still_shown(self, viewer_id: UUID, number: int) -> None:
        """The viewer has a whole still."""
        viewer, now = self._viewers.get(viewer_id), time.monotonic()
        if viewer is not None and viewer.delivery is not None and viewer.connection is not None:
            viewer.delivery.shown(number, viewer.connection.downlink(now).loss, now)

    def forget(self, participant_id: UUID) -> None:
        """The participant left."""
        self._viewers.pop(participant_id, None)
        self._voices.pop(participant_id, None)

    def forget_visit(self, visit_id: UUID) -> None:
        for key in [key for key in self._choices if key[0] == visit_id]:
            del self._choices[key]

    async def close(self) -> None:
        await self._low.close()

    @property
    def copying(self) -> bool:
        """Whether the copying process lives: it needs `tick` to end."""
        return self._low.alive

    # --- what a seat shows ---

    def select(self, viewer_id: UUID, receiver: RoomReceiver) -> PacketSource | None:
        """What this viewer is shown of this source."""
        viewer = self._viewers.get(viewer_id)
        return receiver if viewer is None else self._source(viewer, receiver, time.monotonic())

    def _source(self, viewer: Viewer, receiver: RoomReceiver, now: float) -> PacketSource | None:
        if not _copied(viewer, receiver):
            return receiver if receiver.kind == "audio" or viewer.step.rung >= Rung.LOW else None
        copy = self._low.copy_of(receiver)
        if copy.flows(now):
            return copy
        if receiver.kind == "audio" or now - viewer.moved_at < STARTING_S:
            return receiver
        share = (
            viewer.share_bps
        )  # there is no copy: the original if the line nearly carries it, else sound alone
        return receiver if share is None or share >= viewer.full_bps / 2 else None

    # --- twice a second ---

    def tick(self, rooms: Collection[Room], now: float) -> None:
        wanted: dict[RoomReceiver, _Wanted] = {}
        for room in rooms:
            for receiver in _receivers(room):
                wanted[receiver] = _Wanted()
            try:
                self._keep(room, wanted, now)
            except Exception:  # one room's trouble must not stop the pulse of all
                logger.exception("a room's ladders could not be kept")
        self._make_copies(wanted)
        self._low.tick(now)

    def _keep(self, room: Room, wanted: dict[RoomReceiver, _Wanted], now: float) -> None:
        for participant_id in room.people():
            self._listen(room, participant_id, now)
        for participant_id in room.people():
            self._look_after(room, participant_id, wanted, now)

    def _listen(self, room: Room, participant_id: UUID, now: float) -> None:
        connection, voice = room.connection(participant_id), self._voices.get(participant_id)
        if connection is None or connection.state is not ConnectionState.CONNECTED:
            if voice is not None:
                voice.silent = True
            return
        if voice is None:
            voice = self._voices[participant_id] = Voice(SendingLadder(now), connection)
        if voice.silent:
            voice.silent = False
            voice.ladder.found(now)
        if voice.connection is not connection:
            voice.connection = connection
            voice.ladder.restart(now)
        microphone = connection.receivers["microphone"].figures(now)
        before = voice.ladder.sending
        voice.unusable.note(microphone.loss, now)
        if (
            voice.ladder.step(connection.uplink(now), microphone, now) is not before
            and self.on_view is not None
        ):
            self.on_view(room.visit_id, participant_id)

    def _look_after(
        self, room: Room, viewer_id: UUID, wanted: dict[RoomReceiver, _Wanted], now: float
    ) -> None:
        connection = room.connection(viewer_id)
        if connection is None or connection.state is not ConnectionState.CONNECTED:
            if viewer_id in self._viewers:
                self._viewers[viewer_id].silent = True
            return
        viewer = self._viewer(room, viewer_id, connection, now)
        self._step(room, viewer_id, viewer, connection, now)
        shown: dict[UUID, Rung] = {}
        for other, receiver, sender in _seated(room, viewer_id, connection):
            if _copied(viewer, receiver):
                wanted[receiver].add(_rate(viewer, receiver))
            wanted[receiver].stills |= viewer.step.rung is Rung.STILLS and receiver.kind == "video"
            source = self._source(viewer, receiver, now)
            sender.attach(source, of=receiver)
            if receiver.source_name == "camera":
                shown[other] = self._received(viewer, other, None if sender.unsupported else source)
        self._send_still(room, viewer_id, viewer, now)
        if shown != viewer.shown:
            viewer.shown = shown
            if self.on_view is not None:
                self.on_view(room.visit_id, viewer_id)

    def _viewer(self, room: Room, viewer_id: UUID, connection: ParticipantConnection, now: float) -> Viewer:
        viewer = self._viewers.get(viewer_id)
        if viewer is None:
            viewer = self._viewers[viewer_id] = Viewer(Ladder(now), moved_at=now)
        elif viewer.connection is not connection or viewer.silent:
            viewer.ladder.restart(now)
            viewer.silent = False
        viewer.connection = connection
        viewer.choice = self._choices.get((room.visit_id, viewer_id), "auto")
        viewer.group = len(room.people()) > 2
        if viewer.choice == "save_data":
            room.ceilings[viewer_id] = LOW_MOST_BPS
        else:
            room.ceilings.pop(viewer_id, None)
        return viewer

    def _step(
        self, room: Room, viewer_id: UUID, viewer: Viewer, connection: ParticipantConnection, now: float
    ) -> None:
        line, delivery = connection.downlink(now), viewer.delivery
        seated = [(r, s) for _, r, s in _seated(room, viewer_id, connection) if r.kind == "video"]
        published = [receiver.figures(now).bitrate_bps for receiver, _ in seated]
        pictures = sum(bps >= FLOWS_BPS for bps in published)
        sent = sum(sender.figures(now).bitrate_bps for _, sender in seated) // max(1, pictures)
        viewer.full_bps = sum(published) // max(1, pictures)
        viewer.share_bps = None if line.estimate_bps is None else line.estimate_bps // max(1, pictures)
        spare = delivery.spare_bps(now) if delivery is not None else None
        demand = Demand(pictures, viewer.group, viewer.choice, viewer.full_bps, sent, spare)
        before = viewer.step.rung
        viewer.step = viewer.ladder.step(line, demand, now)
        if viewer.step.rung is not before:
            viewer.moved_at = now
            MOVES.labels(viewer.step.rung.word).inc()

    def _received(self, viewer: Viewer, other: UUID, camera: PacketSource | None) -> Rung:
        """As which rung this publisher arrives, whatever was decided: a copy may be missing, a voice broken."""
        voice = self._voices.get(other)
        if voice is not None and voice.unusable.so:
            return Rung.PHONE
        if voice is not None and voice.ladder.sending is Sending.SOUND:
            return min(viewer.step.rung, Rung.AUDIO_ONLY)
        return Rung.AUDIO_ONLY if camera is None and viewer.step.rung >= Rung.LOW else viewer.step.rung

    def _make_copies(self, wanted: Mapping[RoomReceiver, _Wanted]) -> None:
        for receiver, wish in wanted.items():
            if wish.copy or wish.stills or self._low.has_copy_of(receiver):
                self._low.copy_of(receiver).want(wish.copy, wish.bps, stills=wish.stills)
        for source in self._low.sources():
            if source not in wanted:
                self._low.forget(source)

    # --- stills ---

    def _send_still(self, room: Room, viewer_id: UUID, viewer: Viewer, now: float) -> None:
        if viewer.step.rung is not Rung.STILLS:
            viewer.delivery = None
            return
        if viewer.delivery is None:
            viewer.delivery = StillDelivery(now)
        people = list(_pictured(room, viewer_id, now))
        if people and viewer.delivery.wants_picture(now):
            other, receiver = people[viewer.turn % len(people)]
            viewer.turn += 1
            made = partial(self._still_made, room.visit_id, viewer_id, other, viewer.delivery)
            self._low.copy_of(receiver).still(viewer.delivery.size, made)

    def _still_made(
        self,
        visit_id: UUID,
        viewer_id: UUID,
        other: UUID,
        delivery: StillDelivery,
        jpeg: bytes,
        taken_at: float,
    ) -> None:
        now = time.monotonic()
        delivery.offer(other, jpeg, now - taken_at, now)
        self._send_parts(visit_id, viewer_id, delivery)

    def _send_parts(self, visit_id: UUID, viewer_id: UUID, delivery: StillDelivery) -> None:
        viewer, now = self._viewers.get(viewer_id), time.monotonic()
        if viewer is None or viewer.delivery is not delivery or self.on_still is None:
            return
        while (part := delivery.due(now)) is not None:
            self.on_still(visit_id, viewer_id, part)
        if (at := delivery.next_at()) is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(max(0.005, at - now), self._send_parts, visit_id, viewer_id, delivery)


def _copied(viewer: Viewer, receiver: RoomReceiver) -> bool:
    """Whether the ladder gives this viewer the low-bandwidth copy. A shared screen has none: small, it is no text."""
    if receiver.kind == "audio":
        return viewer.step.lean
    return viewer.step.rung is Rung.LOW and viewer.group and receiver.source_name == "camera"


def _rate(viewer: Viewer, receiver: RoomReceiver) -> int:
    """Bits per second of the copy this viewer can take."""
    if receiver.kind == "audio":
        return LOW_BPS if viewer.step.rung >= Rung.LOW else LEAN_BPS
    share = viewer.share_bps or LOW_MOST_BPS
    return round(min(LOW_MOST_BPS, max(LOW_LEAST_BPS, 0.8 * share)))


def _receivers(room: Room) -> Iterator[RoomReceiver]:
    for participant_id in room.people():
        connection = room.connection(participant_id)
        yield from connection.receivers.values() if connection is not None else ()


def _seated(
    room: Room, viewer_id: UUID, connection: ParticipantConnection
) -> Iterator[tuple[UUID, RoomReceiver, RoomSender]]:
    """(publisher, one of their sources, the sender of this viewer's seat that shows it)."""
    for other, seat in room.seats(viewer_id).items():
        theirs = room.connection(other)
        if theirs is None or seat >= len(connection.seats):
            continue
        for name, sender in connection.seats[seat].items():
            if (receiver := theirs.receivers.get(name)) is not None:
                yield other, receiver, sender


def _pictured(room: Room, viewer_id: UUID, now: float) -> Iterator[tuple[UUID, RoomReceiver]]:
    """Everybody else with a picture: the screen they share, or their camera."""
    for other in room.seats(viewer_id):
        theirs = room.connection(other)
        for name in ("screen", "camera"):
            receiver = theirs.receivers.get(name) if theirs is not None else None
            if receiver is not None and receiver.figures(now).bitrate_bps >= FLOWS_BPS:
                yield other, receiver
                break
