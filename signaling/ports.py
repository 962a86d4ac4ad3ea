"""What a room needs from others. The app gives the real ones; tests give small fakes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor
from clinical_store import (
    ChatMessage,
    LineCheck,
    LineView,
    Participant,
    ParticipantState,
    Purpose,
    QualitySample,
    Visit,
    VisitStatus,
)
from signaling.events import MediaReport
from signaling.model import View


class MediaPlane(Protocol):
    """The packet forwarder. `media.MediaPlane` implements it."""

    async def connect(self, visit_id: UUID, participant_id: UUID, offer: str) -> str:
        """The SDP answer; replaces the participant's earlier connection. Raises MalformedOffer."""
        ...

    async def add_candidate(self, visit_id: UUID, participant_id: UUID, candidate: str, sdp_mid: str) -> None:
        """Trickled remote candidate. Raises MalformedOffer; one for a connection that is gone is dropped."""

    async def disconnect(self, visit_id: UUID, participant_id: UUID) -> None:
        """End the participant's connection; nothing happens where there is none."""

    def seats(self, visit_id: UUID, participant_id: UUID) -> Mapping[UUID, int]:
        """Which of this participant's receiving sections carries whom."""
        ...

    def tap(self, visit_id: UUID, participant_id: UUID, *, record: bool, transcribe: bool) -> None:
        """Open or close the taps on what this participant sends; takes effect before it returns."""

    async def close_room(self, visit_id: UUID) -> None:
        """End every connection of the visit."""


class StillPiece(Protocol):
    """media.stills.StillPart: a piece of a picture, and how old the picture is."""

    @property
    def participant_id(self) -> UUID: ...

    @property
    def number(self) -> int: ...

    @property
    def part(self) -> int: ...

    @property
    def parts(self) -> int: ...

    @property
    def jpeg(self) -> str: ...

    @property
    def age_s(self) -> float: ...


class Ladder(Protocol):
    """What everybody is sent of the others. `media.ladder_keeper.LadderKeeper` implements it."""

    def choose(self, visit_id: UUID, viewer_id: UUID, choice: View) -> None:
        """By hand; holds until the visit's room closes."""

    def rungs(self, viewer_id: UUID) -> Mapping[UUID, int]:
        """{publisher: number of the rung (signaling.model.RUNGS) as this viewer receives them}."""
        ...

    def sending(self, participant_id: UUID) -> int:
        """Number of what this participant is asked to send (signaling.model.SENDINGS)."""
        ...

    def still_shown(self, viewer_id: UUID, number: int) -> None:
        """The viewer has the whole still."""


class SwitchedOn(Protocol):
    """What a participant sends, as the others see it."""

    @property
    def microphone(self) -> bool: ...

    @property
    def camera(self) -> bool: ...


class Judged(Protocol):
    """One direction: `score` 0 to 100, `level` excellent, good, poor or lost, and the code of the `cause`."""

    @property
    def score(self) -> int: ...

    @property
    def level(self) -> str: ...

    @property
    def cause(self) -> str | None: ...


class Assessed(Protocol):
    """Both directions of one participant, seen from them."""

    @property
    def up(self) -> Judged: ...

    @property
    def down(self) -> Judged: ...


class CallQuality(Protocol):
    """Who judges connections. `media.CallQuality` implements it. Nothing in it waits."""

    def report(self, visit_id: UUID, participant_id: UUID, report: MediaReport) -> None:
        """What this participant's browser says about itself."""

    def assess(
        self, visit_id: UUID, people: Mapping[UUID, SwitchedOn], seconds: float
    ) -> Mapping[UUID, Assessed]:
        """Everybody whose media is connected, or was, over the `seconds` since the last call."""
        ...

    def forget(self, visit_id: UUID) -> None:
        """The call is over."""


class RoomEvents(Protocol):
    """Hooks into the flows of the app, called inside the transaction that makes the fact durable."""

    async def on_visit_ended(self, session: AsyncSession, visit_id: UUID) -> None:
        """The visit has ended in this transaction."""


class RoomRecord(Protocol):
    """The durable side of a room. `clinical_store.ClinicalStore` implements it; it authorises and audits."""

    async def visit_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Visit:
        """Raises NotFound, Forbidden."""
        ...

    async def visit(self, session: AsyncSession, visit_id: UUID) -> Visit:
        """System use: nobody is asked."""
        ...

    async def join_visit(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Participant: ...

    async def participants(self, session: AsyncSession, visit_id: UUID) -> Sequence[Participant]: ...

    async def set_participant_state(
        self, session: AsyncSession, participant_id: UUID, state: ParticipantState
    ) -> object: ...

    async def set_visit_status(
        self, session: AsyncSession, visit_id: UUID, status: VisitStatus
    ) -> object: ...

    async def start_media(self, session: AsyncSession, visit_id: UUID, at: datetime) -> datetime:
        """The visit's media epoch: `at`, or the one set earlier."""
        ...

    async def set_consent(
        self,
        session: AsyncSession,
        actor: Actor,
        participant_id: UUID,
        purpose: Purpose,
        granted: bool,
        text_version: str,
    ) -> object: ...

    async def consents(
        self, session: AsyncSession, visit_id: UUID
    ) -> Mapping[UUID, Mapping[Purpose, bool]]: ...

    async def add_chat(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, text: str
    ) -> ChatMessage: ...

    async def keep_line_check(
        self, session: AsyncSession, participant_id: UUID, check: LineCheck, at: datetime
    ) -> LineView:
        """The participant's newest device check."""
        ...

    async def line_checks(self, session: AsyncSession, visit_id: UUID) -> Mapping[UUID, LineView]: ...

    async def add_quality(self, session: AsyncSession, samples: Sequence[QualitySample]) -> None:
        """What was there already stays."""

    async def hand_to_phone(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> "PhoneRow":
        """Mark the visit as going on by phone; the same again changes nothing."""
        ...

    async def take_from_phone(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None: ...


class PhoneRow(Protocol):
    """clinical_store.phone.PhoneHandover."""

    @property
    def since(self) -> datetime | None: ...

    @property
    def reference(self) -> str: ...


class TicketOffice(Protocol):
    """`access.RoomTickets`: a ticket opens one room, once, within a minute."""

    async def redeem(self, session: AsyncSession, token: str, visit_id: UUID) -> Actor:
        """Raises TicketInvalid, TicketExpired, TicketUsed."""
        ...


class TicketCounter(Protocol):
    """`access.RoomTickets`, the side that hands them out."""

    def issue(self, actor: Actor, visit_id: UUID) -> tuple[str, datetime]:
        """The ticket and the moment it stops opening the room."""
        ...


class Places(Protocol):
    """Which node of the clinic holds which room. `signaling.places` has the ones there are."""

    async def place(self, visit_id: UUID) -> str:
        """The origin of the node that holds (or from now on will hold) the room; "" is this one, alone.

        Raises NoNode.
        """
        ...

    async def claim(self, session: AsyncSession, visit_id: UUID) -> None:
        """Somebody comes into the room here, in this transaction. Raises RoomElsewhere, NoNode."""


class LiveSessions(Protocol):
    """Who is still signed in. `access.Access` implements it."""

    async def session_alive(self, session: AsyncSession, session_id: UUID) -> bool:
        """Neither revoked nor expired. Does not count as use."""
        ...

    async def touch(self, session: AsyncSession, session_id: UUID) -> None:
        """Something is going on: the idle time starts anew."""


class Wire(Protocol):
    """The way out to one connection. Never waits for a slow reader and never raises."""

    async def send(self, connection: str, event: str, payload: JsonValue) -> None: ...

    async def drop(self, connection: str) -> None:
        """End the connection after what was sent to it."""


class IceServers(Protocol):
    """`turn_config.ice_servers_for` with the clinic's settings bound."""

    def __call__(self, participant_id: UUID, now: datetime) -> Sequence["IceServerEntry"]: ...


class IceServerEntry(Protocol):
    @property
    def urls(self) -> tuple[str, ...]: ...

    @property
    def username(self) -> str: ...

    @property
    def credential(self) -> str: ...
