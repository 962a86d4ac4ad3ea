"""Seats: one for each of the others, stable while they are in the room."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import RoomFull
from media.seats import SeatPlan

PEOPLE = [UUID(int=number) for number in range(6)]


def test_two_see_each_other_on_the_first_seat() -> None:
    plan = SeatPlan(3)
    plan.join(PEOPLE[0])
    plan.join(PEOPLE[1])
    assert plan.seen_by(PEOPLE[0]) == {PEOPLE[1]: 0}
    assert plan.seen_by(PEOPLE[1]) == {PEOPLE[0]: 0}


def test_a_freed_seat_is_taken_and_the_others_stay() -> None:
    plan = SeatPlan(3)
    for person in PEOPLE[:4]:
        plan.join(person)
    plan.leave(PEOPLE[1])
    plan.join(PEOPLE[4])
    assert plan.seen_by(PEOPLE[0]) == {PEOPLE[2]: 1, PEOPLE[3]: 2, PEOPLE[4]: 0}


def test_a_full_room_changes_nothing() -> None:
    plan = SeatPlan(1)
    plan.join(PEOPLE[0])
    plan.join(PEOPLE[1])
    with pytest.raises(RoomFull):
        plan.join(PEOPLE[2])
    assert plan.seen_by(PEOPLE[0]) == {PEOPLE[1]: 0}
    assert plan.seen_by(PEOPLE[2]) == {}


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(PEOPLE)), max_size=40))
def test_seats_are_distinct_and_stable(steps: list[tuple[bool, UUID]]) -> None:
    plan, inside = SeatPlan(5), set[UUID]()
    for joining, person in steps:
        before = {viewer: plan.seen_by(viewer) for viewer in inside}
        (plan.join if joining else plan.leave)(person)
        inside = inside | {person} if joining else inside - {person}
        for viewer in inside:
            view = plan.seen_by(viewer)
            assert set(view) == inside - {viewer}
            assert len(set(view.values())) == len(view)
            assert all(
                view[other] == seat
                for other, seat in before.get(viewer, {}).items()
                if other in view and other != person
            )
