"""Everybody in a room judged together: who is told what, when one line of several is bad."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from media.call_quality import Assessment, CallQuality
from media.model import ConnectionState, Figures, LineFigures, Source
from tests.unit.media.test_causes import Report

VISIT = uuid4()
PATIENT, DOCTOR, DAUGHTER = (UUID(int=number) for number in (1, 2, 3))


@dataclass
class On:
    microphone: bool = True
    camera: bool = True


@dataclass
class FakeLines:
    """Figures as a test sets them; packets grow by themselves with each window."""

    up: dict[UUID, dict[Source, LineFigures]] = field(default_factory=dict)
    down: dict[UUID, dict[Source, LineFigures]] = field(default_factory=dict)
    states: dict[UUID, ConnectionState] = field(default_factory=dict)
    rates: dict[tuple[UUID, str, Source], int] = field(default_factory=dict)
    windows: int = 0
    held: dict[UUID, tuple[bool, bool]] = field(default_factory=dict)

    def held_back(self, participant_id: UUID) -> tuple[bool, bool]:
        return self.held.get(participant_id, (False, False))

    def figures(self, visit_id: UUID, participant_id: UUID) -> Figures:
        return {
            "up": self._counted(participant_id, "up", self.up),
            "down": self._counted(participant_id, "down", self.down),
        }

    def estimates(self, visit_id: UUID, participant_id: UUID) -> tuple[int | None, int | None]:
        found = self.figures(visit_id, participant_id)
        return found["up"]["camera"].estimate_bps, found["down"]["camera"].estimate_bps

    def _counted(
        self, who: UUID, direction: str, of: dict[UUID, dict[Source, LineFigures]]
    ) -> dict[Source, LineFigures]:
        found: dict[Source, LineFigures] = {}
        sources: tuple[Source, ...] = ("microphone", "camera")
        for source in sources:
            line = of.get(who, {}).get(
                source, LineFigures(estimate_bps=900_000 if source == "camera" else None)
            )
            packets = self.rates.get((who, direction, source), 250) * self.windows
            found[source] = LineFigures(
                line.bitrate_bps, line.estimate_bps, line.loss, line.jitter_s, line.rtt_s, packets
            )
        return found

    def state(self, visit_id: UUID, participant_id: UUID) -> ConnectionState:
        return self.states.get(participant_id, ConnectionState.CONNECTED)


@dataclass
class Call:
    lines: FakeLines = field(default_factory=FakeLines)
    on: dict[UUID, On] = field(default_factory=lambda: {PATIENT: On(), DOCTOR: On()})
    reports: dict[UUID, Report] = field(default_factory=dict)
    at: float = 100.0

    def __post_init__(self) -> None:
        self.quality = CallQuality(self.lines, lambda: self.at)

    def windows(self, number: int = 3) -> dict[UUID, Assessment]:
        for _ in range(number):
            self.at += 5
            self.lines.windows += 1
            for who, report in self.reports.items():
                self.quality.report(VISIT, who, report)
            told = self.quality.assess(VISIT, self.on, 5.0)
        return told


@pytest.fixture
def call() -> Call:
    return Call()


def test_a_good_call(call: Call) -> None:
    for assessment in call.windows().values():
        for judged in (assessment.up, assessment.down):
            assert (judged.level, judged.cause) == ("excellent", None)
            assert judged.score >= 99


def test_a_weak_uplink_is_the_senders_and_nobody_elses(call: Call) -> None:
    """The hole is passed on, so the doctor's browser conceals it and its picture stands."""
    lossy = LineFigures(loss=0.1)
    call.lines.up[PATIENT] = {"microphone": lossy, "camera": LineFigures(loss=0.1, estimate_bps=900_000)}
    call.lines.down[DOCTOR] = {"camera": LineFigures(bitrate_bps=50_000, estimate_bps=60_000)}
    call.reports = {DOCTOR: Report(concealed=0.1, frozen=0.5), PATIENT: Report(bandwidth_limited=1.0)}
    told = call.windows()
    assert told[PATIENT].up.cause == "uplink_weak"
    assert told[PATIENT].up.level == "poor"
    assert told[DOCTOR].down.cause is None
    assert told[PATIENT].down.cause is None
    assert told[DOCTOR].up.cause is None


def test_a_weak_downlink_is_the_viewers(call: Call) -> None:
    call.lines.down[PATIENT] = {"microphone": LineFigures(loss=0.08, rtt_s=0.1)}
    told = call.windows()
    assert told[PATIENT].down.cause == "downlink_weak"
    assert told[PATIENT].down.level == "good"
    assert told[DOCTOR].up.cause is None
    assert told[DOCTOR].up.level == "excellent"


def test_a_small_picture_is_blamed_on_the_line_that_asked_for_it(call: Call) -> None:
    """The doctor's downlink takes 60 kbit/s, so the patient's encoder is limited by bandwidth: not its own."""
    call.lines.down[DOCTOR] = {"camera": LineFigures(bitrate_bps=50_000, estimate_bps=60_000)}
    call.lines.up[PATIENT] = {"camera": LineFigures(bitrate_bps=50_000, estimate_bps=700_000)}
    call.reports[PATIENT] = Report(bandwidth_limited=1.0)
    told = call.windows()
    assert told[DOCTOR].down.cause == "downlink_weak"
    assert told[PATIENT].up.cause is None
    assert told[PATIENT].up.level == "excellent"
    assert told[DOCTOR].down.score < 60


def test_a_narrow_uplink_without_loss(call: Call) -> None:
    call.lines.up[PATIENT] = {"camera": LineFigures(bitrate_bps=50_000, estimate_bps=60_000)}
    call.reports[PATIENT] = Report(bandwidth_limited=1.0)
    told = call.windows()
    assert told[PATIENT].up.cause == "uplink_weak"
    assert told[DOCTOR].down.cause is None


def test_a_still_room_needs_few_bits_and_is_not_a_weak_line(call: Call) -> None:
    call.lines.up[PATIENT] = {"camera": LineFigures(bitrate_bps=30_000, estimate_bps=None)}
    call.lines.down[DOCTOR] = {"camera": LineFigures(bitrate_bps=30_000, estimate_bps=50_000)}
    told = call.windows()
    assert told[PATIENT].up.level == "excellent"
    assert told[DOCTOR].down.cause is None


def test_pictures_that_the_ladder_keeps_back_are_a_poor_line_with_its_cause(call: Call) -> None:
    call.lines.held = {DOCTOR: (False, True)}
    call.lines.rates = {(DOCTOR, "down", "camera"): 0}
    told = call.windows()
    assert (told[DOCTOR].down.score, told[DOCTOR].down.cause) == (30, "downlink_weak")
    assert told[PATIENT].up.cause is None
    call.lines.held = {PATIENT: (True, False)}
    call.lines.rates = {(PATIENT, "up", "camera"): 0, (DOCTOR, "down", "camera"): 0}
    told = call.windows()
    assert (told[PATIENT].up.score, told[PATIENT].up.cause) == (30, "uplink_weak")
    assert told[DOCTOR].down.cause is None


def test_a_long_way_is_slow_in_both_directions(call: Call) -> None:
    call.lines.up[PATIENT] = {"microphone": LineFigures(rtt_s=0.6)}
    call.lines.down[PATIENT] = {"microphone": LineFigures(rtt_s=0.6)}
    told = call.windows()
    assert (told[PATIENT].up.cause, told[PATIENT].down.cause) == ("slow", "slow")
    assert told[DOCTOR].up.cause is None


def test_devices(call: Call) -> None:
    call.reports[PATIENT] = Report(microphone_level=0.0, camera_light=0.01, camera_detail=0.0)
    assert call.windows()[PATIENT].up.cause == "microphone_silent"
    call.on[PATIENT].microphone = False
    told = call.windows(1)[PATIENT]
    assert told.up.cause == "camera_covered"
    assert told.up.level == "excellent"  # a device is no line
    assert told.down.cause is None


def test_who_lies_about_itself_harms_only_itself(call: Call) -> None:
    call.reports[PATIENT] = Report(
        cpu_limited=1,
        bandwidth_limited=1,
        microphone_level=0,
        camera_light=0,
        frozen=1,
        concealed=1,
        route="relay",
    )
    told = call.windows()
    assert told[DOCTOR] == Call().windows()[DOCTOR]


def test_muted_and_without_camera_nothing_is_expected(call: Call) -> None:
    call.on[PATIENT] = On(microphone=False, camera=False)
    call.lines.rates = {(PATIENT, "up", "microphone"): 0, (PATIENT, "up", "camera"): 0}
    assert call.windows()[PATIENT].up.level == "excellent"


def test_a_microphone_that_should_send_and_does_not(call: Call) -> None:
    call.lines.rates = {(PATIENT, "up", "microphone"): 0}
    assert call.windows()[PATIENT].up.score == 40


def test_a_lost_connection_and_one_that_is_only_being_made(call: Call) -> None:
    call.windows()
    call.lines.states[PATIENT] = ConnectionState.DISCONNECTED
    told = call.windows(1)
    assert (told[PATIENT].up.level, told[PATIENT].up.cause) == ("lost", "lost")
    assert told[DOCTOR].up.cause is None
    call.lines.states[PATIENT] = ConnectionState.CONNECTING
    assert PATIENT not in call.windows(1)
    call.lines.states[PATIENT] = ConnectionState.CONNECTED
    assert call.windows(1)[PATIENT].up.score == 52  # slow to trust


def test_a_new_connection_counts_its_packets_from_zero(call: Call) -> None:
    call.windows(5)
    call.lines.windows = 0
    assert call.windows(1)[PATIENT].up.level == "excellent"


def test_three_people_and_one_who_leaves(call: Call) -> None:
    call.on[DAUGHTER] = On()
    call.lines.up[DAUGHTER] = {"microphone": LineFigures(loss=0.2)}
    told = call.windows()
    assert told[DAUGHTER].up.cause == "uplink_weak"
    assert told[DOCTOR].down.cause is None
    del call.on[DAUGHTER]
    assert set(call.windows(1)) == {PATIENT, DOCTOR}
    call.quality.forget(VISIT)
