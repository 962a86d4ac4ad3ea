"""One visit's room: who is in it, who sees whom, what is tapped. Lives on the loop; forwards, nothing
else."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from media.connection import ParticipantConnection
from media.model import ConnectionState, Source, Tap
from media.receiver import RoomReceiver
from media.recorder_link import RecorderLink, TapStream
from media.rtp import Packet
from media.seats import SeatPlan
from media.sources import PacketSource, SenderReport

GROUP_FLOOR_BPS = 150_000

Select = Callable[[UUID, RoomReceiver], PacketSource | None]
"""(viewer, somebody's source): what the viewer's seat shows of it - itself, a copy, or nothing."""


@dataclass(slots=True)
class Attendance:
    """One participant in the room. Survives the loss and the replacement of the connection."""

    participant_id: UUID
    connection: ParticipantConnection | None = None
    tap: Tap = field(default_factory=Tap)
    stream: TapStream | None = None


class Room:
    """`epoch_monotonic`: the time.monotonic() value that is zero in the visit's media times."""

    def __init__(
        self, visit_id: UUID, seats: int, recorder: RecorderLink | None, epoch_monotonic: float
    ) -> None:
        self.visit_id = visit_id
        self.epoch_monotonic = epoch_monotonic
        self._plan = SeatPlan(seats)
        self._people: dict[UUID, Attendance] = {}
        self._recorder = recorder
        self.select: Select = lambda _viewer, receiver: receiver
        self.ceilings: dict[UUID, int] = {}  # bits per second of a picture, by participants who save data

    @property
    def empty(self) -> bool:
        return not self._people

    def seats(self, viewer: UUID) -> dict[UUID, int]:
        return self._plan.seen_by(viewer)

    def connection(self, participant_id: UUID) -> ParticipantConnection | None:
        person = self._people.get(participant_id)
        return person.connection if person is not None else None

    def people(self) -> list[UUID]:
        return list(self._people)

    def seat(self, participant_id: UUID) -> Attendance:
        """The participant's attendance, made on first use. RoomFull."""
        if participant_id not in self._people:
            self._plan.join(participant_id)
            self._people[participant_id] = Attendance(participant_id)
        return self._people[participant_id]

    def admit(self, participant_id: UUID, connection: ParticipantConnection) -> ParticipantConnection | None:
        """Put a negotiated connection in place; returns the one it replaces, which the caller closes."""
        person = self.seat(participant_id)
        former, person.connection = person.connection, connection
        for receiver in connection.receivers.values():
            receiver.listen(self._taker(person), self._reporter(person))
        if person.stream is not None:
            person.stream.restart()
        self._wire()
        return former

    def leave(self, participant_id: UUID) -> ParticipantConnection | None:
        """Remove a participant; returns the connection to close."""
        person = self._people.pop(participant_id, None)
        if person is None:
            return None
        self._untap(person)
        self.ceilings.pop(participant_id, None)
        self._plan.leave(participant_id)
        self._wire()
        return person.connection

    def _wire(self) -> None:
        """Make every seat show whom the plan says. Cheap; nothing happens where nothing changed."""
        for viewer in self._people.values():
            if viewer.connection is not None:
                self._wire_viewer(viewer.participant_id, viewer.connection)

    def _wire_viewer(self, viewer: UUID, connection: ParticipantConnection) -> None:
        shown = {seat: self._people[other] for other, seat in self._plan.seen_by(viewer).items()}
        for seat, senders in enumerate(connection.seats):
            person = shown.get(seat)
            for source, sender in senders.items():
                receiver = self._receiver(person, source) if person is not None else None
                shown_source = self.select(viewer, receiver) if receiver is not None else None
                sender.attach(shown_source, of=receiver)

    @staticmethod
    def _receiver(person: Attendance, source: Source) -> RoomReceiver | None:
        return person.connection.receivers.get(source) if person.connection is not None else None

    def _taker(self, person: Attendance) -> Callable[[RoomReceiver, Packet, float], None]:
        def take(receiver: RoomReceiver, packet: Packet, now: float) -> None:
            if person.stream is not None:
                at = now - self.epoch_monotonic
                person.stream.packet(receiver.source_name, receiver.codec, packet, at)

        return take

    def _reporter(self, person: Attendance) -> Callable[[RoomReceiver, SenderReport], None]:
        def note(receiver: RoomReceiver, report: SenderReport) -> None:
            if person.stream is not None:
                at = report.arrived - self.epoch_monotonic
                person.stream.report(receiver.source_name, report.ntp, report.rtp, at)

        return note

    def tap(self, participant_id: UUID, tap: Tap) -> None:
        """Start, change or stop what of a participant goes to the recorder. Takes effect with the next
        packet."""
        person = self._people.get(participant_id)
        if person is None or person.tap == tap or self._recorder is None:
            return
        person.tap = tap
        if not tap.on:
            self._untap(person)
            return
        if person.stream is None:
            person.stream = self._recorder.open(self.visit_id, participant_id, self._key_frame_for(person))
        person.stream.change(tap, time.monotonic() - self.epoch_monotonic)
        if tap.record:
            _ask_key_frames(person)

    def _untap(self, person: Attendance) -> None:
        if person.stream is not None:
            person.stream.close(time.monotonic() - self.epoch_monotonic)
            person.stream = None
        person.tap = Tap()

    def _key_frame_for(self, person: Attendance) -> Callable[[], None]:
        def ask() -> None:
            if person.connection is not None and person.connection.state is ConnectionState.CONNECTED:
                _ask_key_frames(person)

        return ask

    def tell_downlinks(self, now: float) -> None:
        """Carry what viewers can take to the publishers (REMB). Between two people that is what the other one's line
        takes; in a group what the best line takes, because one weak line must not take the picture from
        everybody else (it is given a copy)."""
        for person in self._people.values():
            if person.connection is not None:
                bounds = (self._best_viewer_bps(person, now), self._ceiling(person))
                allowed = min((b for b in bounds if b is not None), default=None)
                person.connection.tell_allowed(allowed, self._viewers_are_weak(person, now), now)

    def _viewers_are_weak(self, publisher: Attendance, now: float) -> bool:
        lines = [
            p.connection for p in self._people.values() if p is not publisher and p.connection is not None
        ]
        return bool(lines) and all(line.downlink_is_weak(now) for line in lines)

    def _best_viewer_bps(self, publisher: Attendance, now: float) -> int | None:
        """None when a viewer has not said what it takes."""
        viewers = [v for v in self._people.values() if v is not publisher and v.connection is not None]
        shares = [self._share_bps(v, publisher, now) for v in viewers]
        known = [bps for bps in shares if bps is not None]
        if not known or len(known) < len(shares):
            return None
        return max(*known, GROUP_FLOOR_BPS) if len(known) > 1 else known[0]

    def _share_bps(self, viewer: Attendance, publisher: Attendance, now: float) -> int | None:
        """What a viewer's line has for one publisher: what the others leave, and an even part at least."""
        bps = viewer.connection.downlink_bps(now) if viewer.connection is not None else None
        if bps is None or len(self._people) == 2:
            return bps
        others = [
            p for p in self._people.values() if p not in (viewer, publisher) and p.connection is not None
        ]
        taken = [p.connection.video_bps(now) for p in others if p.connection is not None]
        return max(bps - sum(taken), bps // (1 + len(others)))

    def _ceiling(self, publisher: Attendance) -> int | None:
        """Who saves data sends little; between two people the other one is asked for little as well."""
        savers = self._people if len(self._people) == 2 else [publisher.participant_id]
        return min((self.ceilings[who] for who in savers if who in self.ceilings), default=None)


def _ask_key_frames(person: Attendance) -> None:
    if person.connection is not None:
        for receiver in person.connection.receivers.values():
            receiver.request_key_frame()
