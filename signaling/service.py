"""What happens in a room: one public method per event. Durable first, then memory, then everybody is told.

Each durable change is one transaction under the visit's lock; if it fails nothing has changed and nobody
was told anything. The one exception is withdrawn consent: the taps close before anything is awaited, and
stay closed until it can be written (`signaling.withdrawals`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from access import Permission
from audit import AuditEvent, record
from clinical_store import LineCheck, ParticipantState, Purpose, Visit, VisitStatus
from core.clock import Clock
from core.database import Database
from signaling.desk import TicketDesk
from signaling.errors import NotAdmitted, NotInRoom, SdpTooLarge, VisitEnded
from signaling.events import (
    JOIN_PERMISSION,
    MAX_SDP_CHARACTERS,
    Admission,
    Candidate,
    ChatText,
    ConsentChoice,
    DeviceCheck,
    MediaState,
    Offer,
)
from signaling.model import Person, PhoneView, Room
from signaling.ports import CallQuality, MediaPlane, RoomEvents, RoomRecord, TicketOffice, Wire
from signaling.registry import Member, OpenRooms
from signaling.withdrawals import Withdrawal, Withdrawals

Answer = dict[str, JsonValue]


class Rooms:
    """The use cases. `seats`: how many others a participant's connection shows (media.SEATS)."""

    def __init__(
        self,
        *,
        database: Database,
        record: RoomRecord,
        tickets: TicketOffice,
        media: MediaPlane,
        events: RoomEvents,
        wire: Wire,
        clock: Clock,
        seats: int,
        desk: TicketDesk,
        quality: CallQuality,
        clinic_phone: str = "",
    ) -> None:
        self.open = OpenRooms()
        self.unwritten = Withdrawals()
        self._database = database
        self._record = record
        self._tickets = tickets
        self._media = media
        self._events = events
        self._wire = wire
        self._clock = clock
        self._seats = seats
        self.desk = desk
        self.quality = quality
        self.clinic_phone = clinic_phone
        self._tapped: dict[UUID, dict[Purpose, bool]] = {}

    async def join(self, connection: str, ticket: str, visit_id: UUID) -> None:
        """Redeem the ticket and take the participant's place; an earlier connection of the account loses it.

        Raises TicketInvalid, TicketExpired, TicketUsed, Forbidden, NotFound, VisitEnded.
        """
        async with self.open.lock(visit_id):
            async with self._database.transaction() as session:
                actor = await self._tickets.redeem(session, ticket, visit_id)
                actor.must(JOIN_PERMISSION)
                await self.desk.claim(session, visit_id)
                visit = await self._record.visit_for(session, actor, visit_id)
                if visit.status is VisitStatus.ENDED:
                    raise VisitEnded
                participant = await self._record.join_visit(session, actor, visit_id)
                room = self.open.room(visit_id) or await self._load(session, visit)
                consents = await self._record.consents(session, visit_id)
            room.status, room.epoch = visit.status, visit.media_epoch or room.epoch
            room.phone = PhoneView(
                number=self.clinic_phone or None, since=visit.phone_since, reference=visit.phone_reference
            )
            person = room.place(participant, oversees=actor.may(Permission.PARTICIPANT_ADMIT))
            self.open.open(room)
            if not person.admitted:  # put out meanwhile: what they had before goes on no longer
                await self.end_media(room, person)
            former = self.open.enter(Member(connection, actor, room, person))
            self.agree(room, consents)
        if former is not None:
            await self.remove(former, "replaced")

    async def joined(self, connection: str) -> None:
        """The connection may be written to now: everybody, and it, is told."""
        await self.announce(self.open.member(connection).room)

    async def gone(self, connection: str) -> None:
        """The connection is lost. The place stays, for coming back; media ends by itself or is picked up again."""
        member = self.open.leave(connection)
        if member is not None:
            member.person.away_since = self._clock.now()
            await self.announce(member.room)

    async def remove(self, connection: str, reason: str) -> None:
        """Tell a connection that its place is gone, and end it."""
        await self._wire.send(connection, "room.removed", {"reason": reason})
        await self._wire.drop(connection)

    async def ready(self, me: Member, check: DeviceCheck) -> Answer:
        """Device check passed: wait to be admitted. Raises VisitEnded."""
        room, person = me.room, me.person
        async with self.open.lock(room.visit_id):
            room.check_open()
            if person.admitted:
                return {}
            begins, line = person.role == "patient" and room.status is VisitStatus.SCHEDULED, person.line
            async with self._database.transaction() as session:
                await self._record.set_participant_state(session, person.id, ParticipantState.WAITING)
                if begins:
                    await self._record.set_visit_status(session, room.visit_id, VisitStatus.WAITING)
                if check.line is not None:
                    measured = LineCheck.model_validate(check.line.model_dump())
                    line = await self._record.keep_line_check(session, person.id, measured, self._clock.now())
                await _audit(session, me, "room:lobby:wait", person.id)
            person.state, person.camera, person.microphone = (
                ParticipantState.WAITING,
                check.camera,
                check.microphone,
            )
            person.line = line
            room.status = VisitStatus.WAITING if begins else room.status
        await self.announce(room)
        return {}

    async def admit(self, me: Member, wanted: Admission) -> Answer:
        """Let somebody in; the first one begins the visit and its media time.

        Raises VisitEnded, NotAdmitted, ParticipantNotFound, NotWaiting, RoomFull.
        """
        room = me.room
        async with self.open.lock(room.visit_id):
            room.check_admitted(me.person)
            target = room.may_admit(wanted.participant_id)
            if target is None:
                return {}
            async with self._database.transaction() as session:
                await self._record.set_participant_state(session, target.id, ParticipantState.ADMITTED)
                await self._record.set_visit_status(session, room.visit_id, VisitStatus.IN_PROGRESS)
                epoch = await self._record.start_media(session, room.visit_id, self._clock.now())
                await _audit(session, me, "room:participant:admit", target.id)
            target.state, room.status, room.epoch = ParticipantState.ADMITTED, VisitStatus.IN_PROGRESS, epoch
            self._apply_taps(room)
        await self.announce(room)
        return {}

    async def offer(self, me: Member, offer: Offer) -> Answer:
        """Connect the participant's media. Raises SdpTooLarge, NotAdmitted, VisitEnded, MalformedOffer."""
        if len(offer.sdp) > MAX_SDP_CHARACTERS:
            raise SdpTooLarge
        room, person = me.room, me.person
        room.check_admitted(person)
        answer = await self._media.connect(room.visit_id, person.id, offer.sdp)
        # Negotiating took a while: the visit may have ended, or the person may have left, in the meantime.
        if room.status is VisitStatus.ENDED or not person.admitted:
            await self._media.disconnect(room.visit_id, person.id)
            raise NotAdmitted
        if person.connection != me.connection:
            raise NotInRoom
        person.begin_media()
        self._apply_taps(room)
        await self.announce(room)
        seats = self._media.seats(room.visit_id, person.id)
        return {"sdp": answer, "seats": {str(other): seat for other, seat in seats.items()}}

    async def candidate(self, me: Member, candidate: Candidate) -> Answer:
        """A trickled ICE candidate. Raises NotAdmitted, VisitEnded, and what the media plane refuses."""
        me.room.check_admitted(me.person)
        await self._media.add_candidate(
            me.room.visit_id, me.person.id, candidate.candidate, candidate.sdp_mid
        )
        return {}

    async def media_state(self, me: Member, state: MediaState) -> Answer:
        """What the others see as on. Raises VisitEnded; for a screen Forbidden, NotAdmitted, ScreenTaken."""
        me.room.check_open()
        if state.screen:
            me.actor.must(Permission.SCREEN_SHARE)
            me.room.check_may_share(me.person)
        person = me.person
        person.microphone, person.camera, person.screen = state.microphone, state.camera, state.screen
        await self.announce(me.room)
        return {}

    async def consent(self, me: Member, choice: ConsentChoice) -> Answer:
        """One's own consent. Withdrawn, it holds from this very moment, whatever the database does.

        Raises VisitEnded.
        """
        room, person = me.room, me.person
        room.check_open()
        if not choice.granted:
            self._withdraw(me, choice)
            await self.announce(room)
        async with self.open.lock(room.visit_id):
            room.check_open()
            if choice.granted and person.has_withdrawn_since(choice.purpose):
                return {}
            async with self._database.transaction() as session:
                withdrawal = self.unwritten.find(person.id, choice.purpose)
                if withdrawal is not None:
                    await self._write(session, withdrawal)
                if choice.granted:
                    await self._record.set_consent(
                        session, me.actor, person.id, choice.purpose, True, choice.text_version
                    )
            if withdrawal is not None:
                self.unwritten.written(withdrawal)
            if choice.granted and not person.has_withdrawn_since(choice.purpose):
                person.consent[choice.purpose] = True
                self._apply_taps(room)
        await self.announce(room)
        return {}

    def consent_arrived(self, me: Member, choice: ConsentChoice) -> None:
        """A choice has arrived but may have to wait in line behind the person's own earlier messages.

        What is withdrawn is not heard while it waits; `consent` does the rest in its turn.
        """
        if me.room.status is VisitStatus.ENDED:
            return
        me.person.latest_wish[choice.purpose] = choice.granted
        if not choice.granted:
            self._withdraw(me, choice)

    async def write_withdrawal(self, withdrawal: Withdrawal) -> None:
        """Once more, what could not be written when it was made. Raises Unavailable and what the record
        refuses.
        """
        async with self.open.lock(withdrawal.visit_id), self._database.transaction() as session:
            await self._write(session, withdrawal)
        self.unwritten.written(withdrawal)

    async def _write(self, session: AsyncSession, no: Withdrawal) -> None:
        await self._record.set_consent(
            session, no.actor, no.participant_id, no.purpose, False, no.text_version
        )

    def _withdraw(self, me: Member, choice: ConsentChoice) -> None:
        """No await in here: nothing comes between the decision and the tap."""
        me.person.consent[choice.purpose] = False
        self._apply_taps(me.room)
        self.unwritten.keep(
            Withdrawal(me.room.visit_id, me.person.id, choice.purpose, me.actor, choice.text_version)
        )

    async def chat(self, me: Member, line: ChatText) -> Answer:
        """To everybody in the call, the writer included. Raises VisitEnded, NotAdmitted."""
        me.room.check_admitted(me.person)
        async with self._database.transaction() as session:
            message = await self._record.add_chat(session, me.actor, me.room.visit_id, line.text)
        view = message.model_dump(mode="json")
        await self.tell_admitted(me.room, "chat.message", view)
        return {"message": view}

    async def leave(self, me: Member) -> Answer:
        """Give up the place; coming back means to be admitted again (the visit's doctor is at once)."""
        await self.vacate(me.room, me.person, ParticipantState.LEFT, me)
        self.open.leave(me.connection)
        await self.announce(me.room)
        return {}

    async def vacate(
        self, room: Room, person: Person, state: ParticipantState, me: Member | None = None
    ) -> None:
        """Durably out of call and waiting room; the media connection ends. A visit nobody waits for is
        scheduled.
        """
        async with self.open.lock(room.visit_id):
            waits_no_more = (
                person.role == "patient"
                and person.state is ParticipantState.WAITING
                and room.status is VisitStatus.WAITING
            )
            async with self._database.transaction() as session:
                await self._record.set_participant_state(session, person.id, state)
                if waits_no_more:
                    await self._record.set_visit_status(session, room.visit_id, VisitStatus.SCHEDULED)
                if me is not None:
                    await _audit(session, me, "room:session:leave", person.id)
            person.state = state
            room.status = VisitStatus.SCHEDULED if waits_no_more else room.status
            self._apply_taps(room)
            await self.end_media(room, person)

    async def end(self, me: Member) -> Answer:
        """The visit is over, for everybody. Raises VisitEnded, NotAdmitted."""
        room = me.room
        async with self.open.lock(room.visit_id):
            room.check_admitted(me.person)
            async with self._database.transaction() as session:
                await self._record.set_visit_status(session, room.visit_id, VisitStatus.ENDED)
                await self._events.on_visit_ended(session, room.visit_id)
                await _audit(session, me, "room:visit:end", room.visit_id, kind="visit")
            await self.over(room)
        return {}

    async def over(self, room: Room) -> None:
        """The record says that the visit has ended: nothing is heard any more, and everybody is told."""
        room.status = VisitStatus.ENDED
        self._apply_taps(room)
        await self.close_media(room)
        for member in self.open.members_of(room.visit_id):
            await self._wire.send(member.connection, "room.ended", {})

    def agree(self, room: Room, consents: Mapping[UUID, Mapping[Purpose, bool]]) -> bool:
        """Consents as the record has them, less the withdrawals it does not have yet; whether any changed."""
        unwritten = [(no.participant_id, no.purpose) for no in self.unwritten.of(room.visit_id)]
        changed = room.agree(consents, unwritten)
        self._apply_taps(room)
        return changed

    async def epoch_of(self, visit_id: UUID) -> datetime:
        """The zero of the visit's media times; set now if nothing has set it before."""
        room = self.open.room(visit_id)
        if room is not None and room.epoch is not None:
            return room.epoch
        async with self._database.transaction() as session:
            epoch = await self._record.start_media(session, visit_id, self._clock.now())
        if room is not None:
            room.epoch = epoch
        return epoch

    async def announce(self, room: Room) -> None:
        """The whole room, to each as they may see it."""
        for person in list(room.people.values()):
            if person.connection is not None:
                seats = self._media.seats(room.visit_id, person.id)
                state = room.state_for(person, seats).model_dump(mode="json")
                await self._wire.send(person.connection, "room.state", state)

    async def tell_admitted(
        self,
        room: Room,
        event: str,
        payload: JsonValue,
        only: Callable[[Member], bool] = lambda _: True,
    ) -> None:
        """To those in the call for whom `only` holds."""
        for member in self.open.members_of(room.visit_id):
            if member.person.admitted and only(member):
                await self._wire.send(member.connection, event, payload)

    async def end_media(self, room: Room, person: Person) -> None:
        person.end_media()
        self._tapped.pop(person.id, None)
        await self._media.disconnect(room.visit_id, person.id)

    async def close_media(self, room: Room) -> None:
        for person in room.people.values():
            person.end_media()
            self._tapped.pop(person.id, None)
        await self._media.close_room(room.visit_id)

    def _apply_taps(self, room: Room) -> None:
        """Tell the media plane what changed. No await in here: nothing comes before the tap."""
        for participant_id, wanted in room.taps().items():
            if self._tapped.get(participant_id) != wanted:
                self._tapped[participant_id] = dict(wanted)
                self._media.tap(room.visit_id, participant_id, **wanted)

    def untap(self, visit_id: UUID, participant_id: UUID) -> None:
        self._tapped.pop(participant_id, None)
        self._media.tap(visit_id, participant_id, record=False, transcribe=False)

    async def _load(self, session: AsyncSession, visit: Visit) -> Room:
        """The room as the record has it: the first to join after a restart finds admissions and consents."""
        room = Room(visit.id, visit.patient_id, visit.status, visit.media_epoch, self._seats)
        for participant in await self._record.participants(session, visit.id):
            room.place(participant)
        for participant_id, line in (await self._record.line_checks(session, visit.id)).items():
            room.person(participant_id).line = line
        return room


async def _audit(
    session: AsyncSession, me: Member, action: str, subject_id: UUID, kind: str = "participant"
) -> None:
    event = AuditEvent(me.actor.account_id, action, kind, subject_id, me.room.patient_id, "allowed")
    await record(session, event)
