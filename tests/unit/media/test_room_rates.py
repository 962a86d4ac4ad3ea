"""Who is told to send how much, by what the others' lines take."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from media.room import GROUP_FLOOR_BPS, Room


class Line:
    """A ParticipantConnection as far as rates go."""

    def __init__(self, takes: int | None, sends: int = 0, weak: bool = False) -> None:
        self.receivers: dict[str, Any] = {}
        self.seats: list[dict[str, Any]] = []
        self.state = SimpleNamespace()
        self.told: list[tuple[int | None, bool]] = []
        self._takes, self._sends, self._weak = takes, sends, weak

    def downlink_bps(self, now: float) -> int | None:
        return self._takes

    def video_bps(self, now: float) -> int:
        return self._sends

    def downlink_is_weak(self, now: float) -> bool:
        return self._weak

    def tell_allowed(self, bps: int | None, weak: bool, now: float) -> None:
        self.told.append((bps, weak))


def told(*lines: Line) -> list[int | None]:
    room = Room(UUID(int=9), 5, None, 0.0)
    for number, line in enumerate(lines):
        room.admit(UUID(int=number), cast("Any", line))
    room.tell_downlinks(1.0)
    return [line.told[-1][0] for line in lines]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([Line(None)], [None]),
        ([Line(70_000), Line(900_000)], [900_000, 70_000]),  # each sends what the other one takes
        ([Line(None), Line(None)], [None, None]),
        # The first is weak and is given a copy; the others send what the best line takes.
        ([Line(70_000), Line(900_000), Line(800_000)], [900_000, 800_000, 900_000]),
        # Of the second's line, the third one's picture takes a part.
        ([Line(None), Line(900_000), Line(300_000, 500_000)], [450_000, None, None]),
        ([Line(80_000), Line(80_000), Line(80_000)], [GROUP_FLOOR_BPS] * 3),
    ],
)
def test_publishers_are_told_what_viewers_take(lines: list[Line], expected: list[int | None]) -> None:
    assert told(*lines) == expected


def test_a_beginning_that_the_only_viewer_cannot_take_is_told() -> None:
    weak, strong = Line(70_000, weak=True), Line(900_000)
    told(weak, strong)
    assert (weak.told[-1][1], strong.told[-1][1]) == (False, True)
