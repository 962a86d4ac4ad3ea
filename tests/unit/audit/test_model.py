"""The chain as pure values: whatever is done to it, the first place that does not fit is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model import AuditEvent, BadReason, BadRow, Seal, StoredEvent, chain, check

KEY = bytes(range(32))
START = datetime(2030, 1, 7, 9, tzinfo=UTC)
PERSON = UUID(int=7)


def event_number(number: int) -> StoredEvent:
    return StoredEvent(
        id=number,
        at=START + timedelta(seconds=number),
        actor_id=PERSON,
        action="record:note:read",
        subject_kind="visit",
        subject_id=uuid5(PERSON, str(number)),
        patient_id=None,
        outcome="allowed",
        reason="",
    )


def chained(length: int) -> tuple[list[StoredEvent], list[Seal]]:
    events = [event_number(number) for number in range(1, length + 1)]
    seals: list[Seal] = []
    for event in events:
        seals.append(chain(KEY, seals[-1] if seals else None, event))
    return events, seals


def first_bad(seals: list[Seal], events: dict[int, StoredEvent], key: bytes = KEY) -> BadRow | None:
    last: Seal | None = None
    for seal in seals:
        bad = check(key, last, seal, events.get(seal.event_id))
        if bad is not None:
            return bad
        last = seal
    return None


def by_id(events: list[StoredEvent]) -> dict[int, StoredEvent]:
    return {event.id: event for event in events}


def test_an_untouched_chain_fits() -> None:
    events, seals = chained(5)
    assert [seal.position for seal in seals] == [1, 2, 3, 4, 5]
    assert first_bad(seals, by_id(events)) is None


FIELDS = {
    "at": START,
    "actor_id": None,
    "action": "record:note:sign",
    "subject_kind": "patient",
    "subject_id": UUID(int=1),
    "patient_id": PERSON,
    "outcome": "denied",
    "reason": "role",
}


@pytest.mark.parametrize("field", FIELDS)
@given(place=st.integers(1, 6))
def test_a_changed_field_is_named_at_its_place(field: str, place: int) -> None:
    events, seals = chained(6)
    found = by_id(events)
    found[place] = replace(found[place], **{field: FIELDS[field]})  # type: ignore[arg-type]  # one field at a time
    assert first_bad(seals, found) == BadRow(place, place, "event_changed")


@given(place=st.integers(1, 6))
def test_a_removed_event_is_named(place: int) -> None:
    events, seals = chained(6)
    found = by_id(events)
    del found[place]
    assert first_bad(seals, found) == BadRow(place, place, "event_missing")


@given(place=st.integers(1, 5))
def test_a_removed_seal_is_named(place: int) -> None:
    events, seals = chained(6)
    del seals[place - 1]
    assert first_bad(seals, by_id(events)) == BadRow(place, None, "position_missing")


@given(st.permutations(range(1, 7)).filter(lambda order: order != sorted(order)))
def test_moved_events_are_found(order: list[int]) -> None:
    events, seals = chained(6)
    moved = [replace(seal, event_id=number) for seal, number in zip(seals, order, strict=True)]
    bad = first_bad(moved, by_id(events))
    first_moved = next(place for place, number in enumerate(order, 1) if place != number)
    assert bad == BadRow(first_moved, order[first_moved - 1], "event_changed")


def test_a_row_sealed_again_after_a_change_breaks_the_next_link() -> None:
    events, seals = chained(3)
    found = by_id(events)
    found[2] = replace(found[2], action="record:note:sign")
    seals[1] = chain(KEY, seals[0], found[2])
    assert first_bad(seals, found) == BadRow(3, 3, "link_broken")


def test_without_the_key_nobody_can_make_a_chain_that_fits() -> None:
    events, _ = chained(3)
    forged: list[Seal] = []
    for event in events:
        forged.append(chain(bytes(32), forged[-1] if forged else None, event))
    assert first_bad(forged, by_id(events)) == BadRow(1, 1, "event_changed")


def test_the_hash_does_not_depend_on_the_zone_a_driver_reports() -> None:
    event = event_number(1)
    elsewhere = replace(event, at=event.at.astimezone(tz=None))
    assert elsewhere.canonical() == event.canonical()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "read the note"),
        ("reason", "Maria Keller has a headache"),
        ("reason", "x" * 65),
        ("subject_kind", ""),
        ("subject_kind", "Maria"),
        ("outcome", "maybe"),
    ],
)
def test_an_event_carries_codes_and_never_a_sentence(field: str, value: str) -> None:
    event = AuditEvent(PERSON, "record:note:read", "visit", PERSON, None, "allowed")
    with pytest.raises(ValueError, match=r"code|action|outcome"):
        replace(event, **{field: value})  # type: ignore[arg-type]  # wrong on purpose


def test_every_reason_is_a_code() -> None:
    assert all(reason.replace("_", "").isalpha() for reason in get_args(BadReason))
