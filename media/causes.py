"""Why a line or a device is bad: one cause per direction, such that somebody can do something about it. Pure.

A number alone helps nobody (field notes B.2). The room sees loss, jitter and round trips; only the browser sees its
processor, its microphone and its camera, and reports them (`media.report`). A browser that reports nonsense gets
nonsense about itself and about nobody else: what it says is used for its own causes only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

Cause = Literal[
    "lost",
    "microphone_silent",
    "uplink_weak",
    "downlink_weak",
    "cpu_overloaded",
    "camera_stopped",
    "camera_covered",
    "slow",
    "relay_in_use",
]
Route = Literal["direct", "relay", "unknown"]

WEAK_LOSS = 0.03  # speech begins to need repair; 16 points of the score
WEAK_JITTER_S = 0.06  # three frames of 20 ms: jitter buffers begin to stretch
NARROW_BPS = 150_000  # below this a camera's picture is no longer of use for looking at skin or faces
SLOW_RTT_S = (
    0.4  # people begin to talk over one another (ITU-T G.114: 150 ms one way is noticed, 400 ms the limit)
)
MOSTLY = 0.5
CONCEALED, FROZEN = 0.05, 0.2
SILENT_LEVEL = 1 / 32_768  # below one step of 16-bit sound: not a quiet room but a device that delivers zeros
COVERED_LIGHT, COVERED_DETAIL, FLAT_DETAIL = 0.06, 0.03, 0.008
SILENT_REPORTS, COVERED_REPORTS = 3, 2
"""In a row, five seconds each: nobody is warned while plugging in a headset or walking past a dark door."""
HELD_WINDOWS = 2
"""A cause of the line is shown at least so many windows, so that words do not flicker."""
FORGOTTEN_S = 12.0  # a browser that says nothing for so long is as one that never reported

_LINE_CAUSES: frozenset[Cause] = frozenset({"uplink_weak", "downlink_weak", "slow"})


class BrowserReport(Protocol):
    """What a browser tells about itself every five seconds. Shares are of the time since its last report; None: not
    known, or switched off."""

    @property
    def cpu_limited(self) -> float: ...
    @property
    def bandwidth_limited(self) -> float: ...
    @property
    def microphone_level(self) -> float | None: ...
    @property
    def camera_light(self) -> float | None: ...
    @property
    def camera_detail(self) -> float | None: ...
    @property
    def camera_fps(self) -> float | None: ...
    @property
    def frozen(self) -> float: ...
    @property
    def concealed(self) -> float: ...
    @property
    def route(self) -> Route: ...


@dataclass(frozen=True, slots=True)
class UpFacts:
    """What a participant sends, in one window. `narrow`: the estimate of its own uplink is what limits it."""

    loss: float = 0.0
    jitter_s: float = 0.0
    rtt_s: float = 0.0
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class DownFacts:
    """What a participant receives. `loss` without what never reached the room (`media.figures.ReportedLoss`);
    `source_weak`: some of those it sees have a weak uplink, which explains gaps it hears."""

    loss: float = 0.0
    rtt_s: float = 0.0
    narrow: bool = False
    source_weak: bool = False


class Devices:
    """One participant's reports, and what they said several times in a row."""

    def __init__(self) -> None:
        self.latest: BrowserReport | None = None
        self._at = 0.0
        self._silent = 0
        self._covered = 0
        self._stopped = 0

    def note(self, report: BrowserReport, now: float) -> None:
        if now - self._at > FORGOTTEN_S:
            self._silent = self._covered = self._stopped = 0
        self.latest, self._at = report, now
        self._silent = self._silent + 1 if _silent(report) else 0
        self._covered = self._covered + 1 if _covered(report) else 0
        self._stopped = self._stopped + 1 if report.camera_fps == 0 else 0

    def fresh(self, now: float) -> BrowserReport | None:
        return self.latest if self.latest is not None and now - self._at <= FORGOTTEN_S else None

    def causes(self, now: float, *, microphone: bool, camera: bool) -> list[Cause]:
        """What this device does to what it sends. `microphone`, `camera`: switched on, as the others see it."""
        report = self.fresh(now)
        if report is None:
            return []
        found: dict[Cause, bool] = {
            "microphone_silent": microphone and self._silent >= SILENT_REPORTS,
            "cpu_overloaded": report.cpu_limited > MOSTLY,
            "camera_stopped": camera and self._stopped >= COVERED_REPORTS,
            "camera_covered": camera and self._covered >= COVERED_REPORTS,
        }
        return [cause for cause, holds in found.items() if holds]


def _silent(report: BrowserReport) -> bool:
    return report.microphone_level is not None and report.microphone_level < SILENT_LEVEL


def _covered(report: BrowserReport) -> bool:
    """Nearly black, or one flat colour: a dim room still has some detail, a lens cap has none."""
    if report.camera_light is None or report.camera_detail is None:
        return False
    dark = report.camera_light < COVERED_LIGHT and report.camera_detail < COVERED_DETAIL
    return dark or report.camera_detail < FLAT_DETAIL


def up_causes(facts: UpFacts) -> list[Cause]:
    weak = facts.loss >= WEAK_LOSS or facts.jitter_s >= WEAK_JITTER_S or facts.narrow
    found: dict[Cause, bool] = {"uplink_weak": weak, "slow": facts.rtt_s >= SLOW_RTT_S}
    return [cause for cause, holds in found.items() if holds]


def down_causes(facts: DownFacts, report: BrowserReport | None) -> list[Cause]:
    weak = facts.loss >= WEAK_LOSS or facts.narrow
    if report is not None and not facts.source_weak:
        weak = weak or report.concealed > CONCEALED or report.frozen > FROZEN
    found: dict[Cause, bool] = {"downlink_weak": weak, "slow": facts.rtt_s >= SLOW_RTT_S}
    return [cause for cause, holds in found.items() if holds]


ORDER: tuple[Cause, ...] = Cause.__args__  # type: ignore[attr-defined]  # the most important first


class CauseOfDirection:
    """The one cause that is shown for a direction: the most important, held for a moment."""

    def __init__(self) -> None:
        self._held: dict[Cause, int] = {}

    def choose(self, found: Iterable[Cause], *, relay: bool, excellent: bool) -> Cause | None:
        """`relay` is named only where the line is not excellent and nothing else explains it."""
        present = set(found)
        self._held = {cause: windows - 1 for cause, windows in self._held.items() if windows > 1}
        self._held |= dict.fromkeys(present & _LINE_CAUSES, HELD_WINDOWS)
        for cause in ORDER:
            if cause in present or cause in self._held:
                return cause
        return "relay_in_use" if relay and not excellent else None
