"""Pure: one visit's room. Who is in it, who sees whom, and whether anything may be recorded. No I/O, no
clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from clinical_store import PURPOSES, LineView, Participant, ParticipantState, Purpose, VisitStatus
from signaling.errors import (
    NotAdmitted,
    NotWaiting,
    ParticipantNotFound,
    RoomFull,
    ScreenTaken,
    VisitEnded,
)

MediaWord = Literal["connected", "connecting", "reconnecting", "gone"]
"""Of a participant's picture and sound. `reconnecting`: lost a moment ago, their place is held. `gone`: none."""


View = Literal["auto", "save_data", "audio_only"]
"""What a person wants to be sent of the others."""
RungWord = Literal["full", "low", "stills", "audio_only", "phone"]
"""What arrives of somebody: everything, a small copy, single pictures, sound alone, or not even that."""
RUNGS: tuple[RungWord, ...] = ("phone", "audio_only", "stills", "low", "full")
"""By media.ladder.Rung's numbers."""


SendingWord = Literal["sound", "lean", "full"]
"""What the recipient is asked to send: sound alone (lean), lean sound beside the camera, or everything."""
SENDINGS: tuple[SendingWord, ...] = ("sound", "lean", "full")
"""By media.sending.Sending's numbers."""


class ConsentView(BaseModel):
    """None: not asked yet, which is never a yes."""

    record: bool | None = None
    transcribe: bool | None = None


class ParticipantView(BaseModel):
    """`seat`: which receiving sections of the recipient's own connection carry this person. `line`: what their device
    check measured, for those who admit. `view`: what they wish to be sent; `rung`: how the recipient receives them;
    `receives`: how they receive the recipient (both null where nothing is sent).
    """

    id: UUID
    role: str
    display_name: str
    state: ParticipantState
    microphone: bool
    camera: bool
    screen: bool
    connected: bool
    media: MediaWord
    consent: ConsentView
    line: LineView | None
    view: View
    rung: RungWord | None
    receives: RungWord | None
    seat: int | None


class PhoneView(BaseModel):
    """`number`: the clinic's, null where it has given none. `since`: the visit goes on by phone, under `reference`."""

    number: str | None = None
    since: datetime | None = None
    reference: str | None = None


class RoomState(BaseModel):
    """The whole room as one participant sees it; sent anew on each change. `epoch`: zero of all media
    times.
    """

    visit_id: UUID
    status: VisitStatus
    me: UUID
    epoch: datetime | None
    recording: bool
    transcribing: bool
    phone: PhoneView
    send: SendingWord
    participants: list[ParticipantView]


@dataclass(slots=True)
class Person:
    """One participant while the room is open. `connection`: the socket that speaks for them now."""

    id: UUID
    account_id: UUID
    role: str
    display_name: str = field(repr=False)
    state: ParticipantState
    consent: dict[Purpose, bool] = field(default_factory=dict)
    latest_wish: dict[Purpose, bool] = field(default_factory=dict)
    """The newest choice that arrived, which may still wait in line to be acted on."""
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    connection: str | None = None
    away_since: datetime | None = None
    sends_media: bool = False
    media: MediaWord = "gone"
    line: LineView | None = None
    view: View = "auto"
    received: dict[UUID, RungWord] = field(default_factory=dict)
    sending: SendingWord = "full"
    oversees: bool = False
    """Holds room:participant:admit, so sees who waits."""

    def begin_media(self) -> None:
        """An offer was answered. A line that is being replaced keeps its word until the new one is connected."""
        self.sends_media = True
        if self.media == "gone":
            self.media = "connecting"

    def end_media(self) -> None:
        self.sends_media, self.media, self.screen = False, "gone", False
        self.received, self.sending = {}, "full"

    @property
    def admitted(self) -> bool:
        return self.state is ParticipantState.ADMITTED

    def has_withdrawn_since(self, purpose: Purpose) -> bool:
        """Whether a no arrived after whatever is being acted on."""
        return self.latest_wish.get(purpose) is False

    def away(self, now: datetime, length: timedelta) -> bool:
        """Whether the connection was lost at least `length` ago and has not come back."""
        lost = self.away_since if self.connection is None else None
        return lost is not None and now - lost >= length


@dataclass(slots=True)
class Room:
    """`seats`: how many others each participant's connection can show."""

    visit_id: UUID
    patient_id: UUID
    status: VisitStatus
    epoch: datetime | None
    seats: int
    phone: PhoneView = field(default_factory=PhoneView)
    people: dict[UUID, Person] = field(default_factory=dict)

    def place(self, participant: Participant, *, oversees: bool = False) -> Person:
        """The person for this participant, with the state the record has now."""
        person = self.people.get(participant.id)
        if person is None:
            person = self.people[participant.id] = Person(
                id=participant.id,
                account_id=participant.account_id,
                role=participant.role,
                display_name=participant.display_name,
                state=participant.state,
            )
        person.state = participant.state
        person.oversees = person.oversees or oversees
        return person

    def person(self, participant_id: UUID) -> Person:
        """Raises ParticipantNotFound."""
        try:
            return self.people[participant_id]
        except KeyError:
            raise ParticipantNotFound from None

    def agree(
        self,
        consents: Mapping[UUID, Mapping[Purpose, bool]],
        withdrawn: Collection[tuple[UUID, Purpose]],
    ) -> bool:
        """Everybody's consent is what the record says, except `withdrawn`, which it does not say yet. Whether that
        changed anything.
        """
        changed = False
        for who, choices in consents.items():
            person = self.people.get(who)
            said = {**choices, **{purpose: False for one, purpose in withdrawn if one == who}}
            if person is not None and not said.items() <= person.consent.items():
                person.consent.update(said)
                changed = True
        return changed

    def runs(self, purpose: Purpose) -> bool:
        """Recording (or transcription) runs exactly while the call does and all admitted people say yes."""
        admitted = [person for person in self.people.values() if person.admitted]
        in_call = self.status is VisitStatus.IN_PROGRESS
        return in_call and bool(admitted) and all(person.consent.get(purpose, False) for person in admitted)

    def taps(self) -> dict[UUID, dict[Purpose, bool]]:
        """What may be taken from each person who sends media: the same for all admitted, nothing from the
        others.
        """
        running = {purpose: self.runs(purpose) for purpose in PURPOSES}
        nothing: dict[Purpose, bool] = dict.fromkeys(PURPOSES, False)
        return {p.id: running if p.admitted else nothing for p in self.people.values() if p.sends_media}

    def deserted(self, now: datetime, length: timedelta) -> bool:
        """Whether nobody is connected and nobody was within `length`."""
        return all(
            person.connection is None and (person.away_since is None or person.away(now, length))
            for person in self.people.values()
        )

    def check_open(self) -> None:
        """Raises VisitEnded."""
        if self.status is VisitStatus.ENDED:
            raise VisitEnded

    def check_admitted(self, person: Person) -> None:
        """Raises VisitEnded, NotAdmitted."""
        self.check_open()
        if not person.admitted:
            raise NotAdmitted

    def check_may_share(self, person: Person) -> None:
        """One screen at a time. Raises VisitEnded, NotAdmitted, ScreenTaken."""
        self.check_admitted(person)
        if any(other.screen and other.admitted for other in self.people.values() if other is not person):
            raise ScreenTaken

    def may_admit(self, participant_id: UUID) -> Person | None:
        """The person to let in, None if they are in already. Raises ParticipantNotFound, NotWaiting,
        RoomFull.
        """
        target = self.person(participant_id)
        if target.admitted:
            return None
        if target.state is not ParticipantState.WAITING:
            raise NotWaiting
        if sum(person.admitted for person in self.people.values()) > self.seats:
            raise RoomFull
        return target

    def sees(self, viewer: Person, other: Person) -> bool:
        """Those who wait see only themselves; those in the call see the call; who admits sees who waits as
        well.
        """
        if viewer is other:
            return True
        if not viewer.admitted or other.state is ParticipantState.LEFT:
            return False
        return other.admitted or viewer.oversees

    def state_for(self, viewer: Person, seats: Mapping[UUID, int]) -> RoomState:
        """`seats`: the viewer's own, as the media plane has them."""
        return RoomState(
            visit_id=self.visit_id,
            status=self.status,
            me=viewer.id,
            epoch=self.epoch,
            recording=self.runs("record"),
            transcribing=self.runs("transcribe"),
            phone=self.phone,
            send=viewer.sending,
            participants=[
                _view(person, viewer, seats.get(person.id))
                for person in self.people.values()
                if self.sees(viewer, person)
            ],
        )


def _view(person: Person, viewer: Person, seat: int | None) -> ParticipantView:
    return ParticipantView(
        id=person.id,
        role=person.role,
        display_name=person.display_name,
        state=person.state,
        microphone=person.microphone,
        camera=person.camera,
        screen=person.screen,
        connected=person.connection is not None,
        media=person.media,
        consent=ConsentView(record=person.consent.get("record"), transcribe=person.consent.get("transcribe")),
        line=person.line if viewer.oversees else None,
        view=person.view,
        rung=viewer.received.get(person.id),
        receives=person.received.get(viewer.id),
        seat=seat,
    )
