from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.errors import UnknownTimeZone
from scheduling.model import WEEK, Availability, Span, Weekday, slots_of, zone

DOCTOR = UUID("018f0000-0000-7000-8000-000000000001")
EVERY_DAY = frozenset(Weekday)


def availability(
    day: date,
    start: str,
    end: str,
    minutes: int = 30,
    *,
    to: date | None = None,
    time_zone: str = "Europe/Berlin",
) -> Availability:
    return Availability(
        DOCTOR,
        day,
        to or day,
        EVERY_DAY,
        time.fromisoformat(start),
        time.fromisoformat(end),
        minutes,
        time_zone,
    )


def starts(spans: list[Span], time_zone: str = "Europe/Berlin") -> list[str]:
    return [f"{span.start.astimezone(ZoneInfo(time_zone)):%H:%M %z}" for span in spans]


def test_an_ordinary_morning() -> None:
    spans = list(slots_of(availability(date(2026, 11, 23), "09:00", "10:30")))
    assert [span.start for span in spans] == [
        datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 8, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    ]


def test_a_rest_shorter_than_a_slot_is_not_offered() -> None:
    assert len(list(slots_of(availability(date(2026, 11, 23), "09:00", "09:50", 20)))) == 2


def test_only_the_named_weekdays() -> None:
    week = availability(date(2026, 11, 23), "09:00", "09:30", to=date(2026, 11, 29))
    tuesdays = Availability(
        week.doctor_id,
        week.from_date,
        week.to_date,
        frozenset({Weekday.TUESDAY}),
        week.start,
        week.end,
        week.slot_minutes,
        week.time_zone,
    )
    [only] = slots_of(tuesdays)
    assert only.start.date() == date(2026, 11, 24)


def test_a_wall_time_in_the_spring_gap_is_no_slot() -> None:
    spans = list(slots_of(availability(date(2026, 3, 29), "01:30", "04:00")))
    assert starts(spans) == ["01:30 +0100", "03:00 +0200", "03:30 +0200"]


def test_a_slot_running_over_the_gap_keeps_its_length() -> None:
    spans = list(slots_of(availability(date(2026, 3, 29), "01:30", "04:30", 45)))
    # 02:15 does not exist; 03:00 would begin while the slot of 01:30 still runs.
    assert starts(spans) == ["01:30 +0100", "03:45 +0200"]


def test_a_wall_time_in_the_autumn_fold_is_its_first_occurrence() -> None:
    spans = list(slots_of(availability(date(2026, 10, 25), "02:00", "04:00", 60)))
    assert starts(spans) == ["02:00 +0200", "03:00 +0100"]


@pytest.mark.parametrize(
    "name", ["Europe/Nowhere", "", "../../etc/passwd", "Europe", "/etc/localtime", "a\0b"]
)
def test_an_unknown_zone_is_one_clear_error(name: str) -> None:
    with pytest.raises(UnknownTimeZone):
        zone(name)


ZONES = st.sampled_from(sorted(available_timezones()))


@given(
    time_zone=ZONES,
    first=st.dates(date(2024, 1, 1), date(2035, 12, 31)),
    days=st.integers(0, 3),
    start=st.integers(0, 23 * 60),
    window=st.integers(5, 24 * 60),
    minutes=st.integers(5, 240),
)
@settings(max_examples=400, deadline=None)
def test_slots_in_every_zone_keep_their_promises(
    time_zone: str, first: date, days: int, start: int, window: int, minutes: int
) -> None:
    end = min(start + window, 24 * 60 - 1)
    wanted = Availability(
        DOCTOR,
        first,
        first + timedelta(days=days),
        EVERY_DAY,
        time(start // 60, start % 60),
        time(end // 60, end % 60),
        minutes,
        time_zone,
    )
    check_promises(wanted, list(slots_of(wanted)))


@given(time_zone=ZONES, year=st.integers(2024, 2035), minutes=st.sampled_from([5, 15, 20, 25, 45, 50, 90]))
@settings(max_examples=150, deadline=None)
def test_slots_around_every_transition_keep_their_promises(time_zone: str, year: int, minutes: int) -> None:
    clinic = ZoneInfo(time_zone)
    for day in transition_days(clinic, year):
        wanted = availability(day, "00:00", "23:59", minutes, to=day + timedelta(days=1), time_zone=time_zone)
        check_promises(wanted, list(slots_of(wanted)))


def check_promises(wanted: Availability, spans: list[Span]) -> None:
    clinic = ZoneInfo(wanted.time_zone)
    assert all(span.end - span.start == timedelta(minutes=wanted.slot_minutes) for span in spans)
    assert all(earlier.end <= later.start for earlier, later in pairwise(spans))
    for span in spans:
        wall = span.start.astimezone(clinic)
        assert wanted.from_date <= wall.date() <= wanted.to_date
        assert wanted.start <= wall.time().replace(tzinfo=None) < wanted.end
        assert wall.fold == 0
        assert WEEK[wall.weekday()] in wanted.weekdays


def transition_days(clinic: ZoneInfo, year: int) -> list[date]:
    noons = [datetime(year, 1, 1, 12, tzinfo=clinic) + timedelta(days=n) for n in range(365)]
    return [later.date() for earlier, later in pairwise(noons) if earlier.utcoffset() != later.utcoffset()]
