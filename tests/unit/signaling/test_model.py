from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_store import PURPOSES, Participant, ParticipantState, Purpose, VisitStatus
from core.ids import new_id
from signaling.errors import NotAdmitted, NotWaiting, ParticipantNotFound, RoomFull, VisitEnded
from signaling.model import Person, Room

VISIT = new_id()
AT = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


def room_of(*states: ParticipantState, status: VisitStatus = VisitStatus.IN_PROGRESS, seats: int = 3) -> Room:
    """The first is the doctor."""
    room = Room(VISIT, new_id(), status, None, seats)
    for number, state in enumerate(states):
        role = "patient" if number else "doctor"
        room.place(
            Participant(
                id=UUID(int=number + 1),
                visit_id=VISIT,
                account_id=new_id(),
                role=role,
                display_name=f"Person {number}",
                state=state,
            ),
            oversees=number == 0,
        )
    return room


IN, WAITS, INVITED, LEFT = (
    ParticipantState.ADMITTED,
    ParticipantState.WAITING,
    ParticipantState.INVITED,
    ParticipantState.LEFT,
)


def people(room: Room) -> list[Person]:
    return list(room.people.values())


def agree(room: Room, purpose: Purpose = "record") -> None:
    for person in people(room):
        person.consent[purpose] = True


def test_recording_runs_when_everybody_in_the_call_agrees() -> None:
    room = room_of(IN, IN)
    assert not room.runs("record")  # nobody was asked: never a yes
    agree(room)
    assert room.runs("record")
    assert not room.runs("transcribe")


def test_one_no_stops_it_for_all() -> None:
    room = room_of(IN, IN, IN)
    agree(room)
    people(room)[2].consent["record"] = False
    assert not room.runs("record")


def test_somebody_new_in_the_call_stops_it_until_they_agree() -> None:
    room = room_of(IN, IN)
    agree(room)
    newcomer = people(room_of(IN, IN, IN))[2]
    room.people[newcomer.id] = newcomer
    assert not room.runs("record")


def test_who_waits_or_left_has_no_say() -> None:
    room = room_of(IN, IN, WAITS, LEFT, INVITED)
    for person in people(room)[:2]:
        person.consent["record"] = True
    assert room.runs("record")


@pytest.mark.parametrize("status", [VisitStatus.SCHEDULED, VisitStatus.WAITING, VisitStatus.ENDED])
def test_a_doctor_alone_before_or_after_the_call_is_not_recorded(status: VisitStatus) -> None:
    room = room_of(IN, status=status)
    agree(room)
    assert not room.runs("record")


@given(
    states=st.lists(st.sampled_from(list(ParticipantState)), max_size=5),
    answers=st.lists(st.sampled_from([None, True, False]), min_size=5, max_size=5),
    status=st.sampled_from(list(VisitStatus)),
)
def test_no_tap_without_every_yes(
    states: list[ParticipantState], answers: list[bool | None], status: VisitStatus
) -> None:
    room = room_of(*states, status=status)
    for person, answer in zip(people(room), answers, strict=False):
        person.sends_media = True
        if answer is not None:
            person.consent["record"] = answer
    for participant_id, tap in room.taps().items():
        if tap["record"]:
            assert room.people[participant_id].admitted
            assert status is VisitStatus.IN_PROGRESS
            assert all(person.consent.get("record") for person in people(room) if person.admitted)
        assert set(tap) == set(PURPOSES)


def test_only_who_sends_media_is_tapped() -> None:
    room = room_of(IN, IN)
    people(room)[1].sends_media = True
    assert list(room.taps()) == [people(room)[1].id]


def test_the_room_has_as_many_places_as_seats_and_oneself() -> None:
    room = room_of(IN, IN, WAITS, seats=1)
    with pytest.raises(RoomFull):
        room.may_admit(people(room)[2].id)


def test_admission_is_for_those_who_wait() -> None:
    room = room_of(IN, WAITS, INVITED, LEFT)
    assert room.may_admit(people(room)[0].id) is None
    assert room.may_admit(people(room)[1].id) is people(room)[1]
    for other in people(room)[2:]:
        with pytest.raises(NotWaiting):
            room.may_admit(other.id)
    with pytest.raises(ParticipantNotFound):
        room.may_admit(new_id())


def test_nothing_happens_in_an_ended_visit() -> None:
    room = room_of(IN, status=VisitStatus.ENDED)
    with pytest.raises(VisitEnded):
        room.check_admitted(people(room)[0])
    with pytest.raises(NotAdmitted):
        room_of(IN, WAITS).check_admitted(people(room_of(IN, WAITS))[1])


def test_who_sees_whom() -> None:
    room = room_of(IN, IN, WAITS, INVITED, LEFT)
    doctor, patient, waits, invited, left = people(room)
    seen = {viewer.display_name: visible(room, viewer) for viewer in people(room)}
    assert seen["Person 0"] == [doctor.id, patient.id, waits.id, invited.id]
    assert seen["Person 1"] == [doctor.id, patient.id]
    assert seen["Person 2"] == [waits.id]
    assert seen["Person 3"] == [invited.id]
    assert seen["Person 4"] == [left.id]


def visible(room: Room, viewer: Person) -> list[UUID]:
    return [view.id for view in room.state_for(viewer, {}).participants]


def test_the_state_is_the_recipients_own() -> None:
    room = room_of(IN, IN)
    doctor, patient = people(room)
    patient.connection = "socket"
    state = room.state_for(doctor, {patient.id: 2})
    assert state.me == doctor.id
    assert [view.seat for view in state.participants] == [None, 2]
    assert [view.connected for view in state.participants] == [False, True]
    assert state.participants[0].consent.record is None


def test_away_and_deserted() -> None:
    room = room_of(IN, IN)
    doctor, patient = people(room)
    doctor.connection = "socket"
    patient.away_since = AT
    minute = timedelta(minutes=1)
    assert patient.away(AT + minute, minute)
    assert not patient.away(AT, minute)
    assert not room.deserted(AT + minute, minute)
    doctor.connection, doctor.away_since = None, AT + minute
    assert not room.deserted(AT + minute, minute)
    assert room.deserted(AT + 2 * minute, minute)


def test_names_stay_out_of_reprs() -> None:
    assert "Person" not in repr(people(room_of(IN))[0]).removeprefix("Person(")
