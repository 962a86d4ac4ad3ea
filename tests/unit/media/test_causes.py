"""Which cause is named, for how long, and for whom."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.causes import (
    FORGOTTEN_S,
    ORDER,
    Cause,
    CauseOfDirection,
    Devices,
    DownFacts,
    Route,
    UpFacts,
    down_causes,
    up_causes,
)


@dataclass(frozen=True)
class Report:
    """A browser with nothing to complain of."""

    cpu_limited: float = 0.0
    bandwidth_limited: float = 0.0
    microphone_level: float | None = 0.2
    camera_light: float | None = 0.5
    camera_detail: float | None = 0.2
    camera_fps: float | None = 24.0
    frozen: float = 0.0
    concealed: float = 0.0
    route: Route = "direct"


def told(*reports: Report) -> list[Cause]:
    devices = Devices()
    for number, report in enumerate(reports):
        devices.note(report, 5.0 * number)
    return devices.causes(5.0 * (len(reports) - 1), microphone=True, camera=True)


SILENT = Report(microphone_level=0.0)
COVERED = Report(camera_light=0.02, camera_detail=0.01)


def test_a_device_that_works_has_no_cause() -> None:
    assert told(Report()) == []
    assert Devices().causes(0.0, microphone=True, camera=True) == []


def test_a_microphone_that_delivers_zeros_for_fifteen_seconds() -> None:
    assert told(SILENT, SILENT) == []
    assert told(SILENT, SILENT, SILENT) == ["microphone_silent"]
    assert told(SILENT, SILENT, Report(microphone_level=0.0001), SILENT) == []  # a quiet room is no silence


def test_who_muted_is_not_told_that_the_microphone_is_silent() -> None:
    devices = Devices()
    for at in range(4):
        devices.note(SILENT, 5.0 * at)
    assert devices.causes(15.0, microphone=False, camera=True) == []
    assert told(*[Report(microphone_level=None)] * 4) == []


@pytest.mark.parametrize(
    "report", [COVERED, Report(camera_light=0.9, camera_detail=0.001)], ids=["black", "one flat colour"]
)
def test_a_covered_camera(report: Report) -> None:
    assert told(report) == []
    assert told(report, report) == ["camera_covered"]


def test_a_dim_room_is_not_a_covered_camera() -> None:
    assert told(*[Report(camera_light=0.05, camera_detail=0.05)] * 4) == []


def test_a_camera_that_stopped_and_a_processor_that_is_too_slow() -> None:
    assert told(*[Report(camera_fps=0.0)] * 2) == ["camera_stopped"]
    assert told(Report(cpu_limited=0.8)) == ["cpu_overloaded"]
    assert told(*[Report(camera_fps=None, camera_light=None, camera_detail=None)] * 4) == []


def test_what_was_said_long_ago_counts_no_more() -> None:
    devices = Devices()
    for at in range(3):
        devices.note(SILENT, 5.0 * at)
    assert devices.causes(10.0 + FORGOTTEN_S + 0.1, microphone=True, camera=True) == []
    devices.note(SILENT, 60.0)  # counting begins anew
    assert devices.causes(60.0, microphone=True, camera=True) == []


def test_lines() -> None:
    assert up_causes(UpFacts()) == []
    assert up_causes(UpFacts(loss=0.03)) == ["uplink_weak"]
    assert up_causes(UpFacts(jitter_s=0.1)) == ["uplink_weak"]
    assert up_causes(UpFacts(narrow=True, rtt_s=0.5)) == ["uplink_weak", "slow"]
    assert down_causes(DownFacts(), None) == []
    assert down_causes(DownFacts(loss=0.1), None) == ["downlink_weak"]
    assert down_causes(DownFacts(rtt_s=0.4), None) == ["slow"]


def test_gaps_that_were_made_on_the_speakers_way_are_not_the_listeners() -> None:
    hears_gaps = Report(concealed=0.2)
    assert down_causes(DownFacts(), hears_gaps) == ["downlink_weak"]
    assert down_causes(DownFacts(source_weak=True), hears_gaps) == []
    assert down_causes(DownFacts(source_weak=True, loss=0.1), hears_gaps) == ["downlink_weak"]


def test_the_most_important_cause_is_shown_and_stays_for_a_moment() -> None:
    shown = CauseOfDirection()
    windows: list[list[Cause]] = [["slow", "uplink_weak"], ["slow"], [], [], []]
    chosen = [shown.choose(found, relay=False, excellent=True) for found in windows]
    assert chosen == ["uplink_weak", "uplink_weak", "slow", None, None]


def test_what_a_device_does_is_taken_back_at_once() -> None:
    shown = CauseOfDirection()
    assert shown.choose(["camera_covered"], relay=False, excellent=True) == "camera_covered"
    assert shown.choose([], relay=False, excellent=True) is None


def test_the_relay_is_named_only_where_nothing_else_explains_a_line_that_is_not_excellent() -> None:
    assert CauseOfDirection().choose([], relay=True, excellent=True) is None
    assert CauseOfDirection().choose([], relay=True, excellent=False) == "relay_in_use"
    assert CauseOfDirection().choose(["slow"], relay=True, excellent=False) == "slow"


@given(
    st.lists(
        st.builds(
            Report,
            cpu_limited=st.floats(0, 1),
            microphone_level=st.none() | st.floats(0, 1),
            camera_light=st.none() | st.floats(0, 1),
            camera_detail=st.none() | st.floats(0, 1),
            camera_fps=st.none() | st.floats(0, 60),
        ),
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
)
def test_no_report_blames_what_is_switched_off(reports: list[Report], microphone: bool, camera: bool) -> None:
    devices = Devices()
    for number, report in enumerate(reports):
        devices.note(report, 5.0 * number)
    found = devices.causes(5.0 * len(reports), microphone=microphone, camera=camera)
    assert microphone or "microphone_silent" not in found
    assert camera or not {"camera_covered", "camera_stopped"} & set(found)
    assert set(found) <= set(ORDER)


@given(st.lists(st.sets(st.sampled_from(ORDER)), min_size=1, max_size=20))
def test_a_cause_is_shown_whenever_there_is_one(windows: list[set[Cause]]) -> None:
    shown = CauseOfDirection()
    for found in windows:
        chosen = shown.choose(found, relay=False, excellent=True)
        assert not found or chosen is not None
        assert chosen is None or ORDER.index(chosen) <= min(
            (ORDER.index(one) for one in found), default=len(ORDER)
        )
