"""What is known of a participant's line: the check before the call, the scores in it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from clinical_store.note import Frozen

Path = Literal["relay", "direct", "blocked", "untested"]
"""How the check reached the media server: through the clinic's TURN relay, straight, not at all, or it did not run."""
Verdict = Literal["good", "fair", "weak", "unknown"]
Microphone = Literal["good", "quiet", "noisy", "silent", "none"]
Camera = Literal["good", "dark", "none"]
Speaker = Literal["heard", "not_heard", "untried"]

INTERVAL_S = 5
MOST_POINTS = 720
"""Of one participant in one answer: an hour in full; of a longer call the worst of each stretch."""

WEAK_KBPS, FAIR_KBPS = 100, 400  # sound with a few pictures; a camera in a useful size
WEAK_LOSS, FAIR_LOSS = 0.05, 0.02
WEAK_RTT_MS, FAIR_RTT_MS = 600, 300


class LineCheck(Frozen):
    """What a browser measured before the call. None: not measured."""

    path: Path
    up_kbps: int | None
    down_kbps: int | None
    loss: float | None
    rtt_ms: int | None
    microphone: Microphone
    camera: Camera
    speaker: Speaker

    @property
    def verdict(self) -> Verdict:
        """Good: picture and sound. Fair: a small picture. Weak: sound only is advised."""
        kbps = [rate for rate in (self.up_kbps, self.down_kbps) if rate is not None]
        if self.path == "blocked":
            return "weak"
        if self.path == "untested" or not kbps:
            return "unknown"
        loss, rtt_ms = self.loss or 0.0, self.rtt_ms or 0
        if min(kbps) < WEAK_KBPS or loss >= WEAK_LOSS or rtt_ms >= WEAK_RTT_MS:
            return "weak"
        if min(kbps) < FAIR_KBPS or loss >= FAIR_LOSS or rtt_ms >= FAIR_RTT_MS:
            return "fair"
        return "good"


class LineView(Frozen):
    """A line check as the clinic sees it before letting somebody in."""

    verdict: Verdict
    path: Path
    up_kbps: int | None
    down_kbps: int | None
    loss: float | None
    rtt_ms: int | None
    microphone: Microphone
    camera: Camera
    speaker: Speaker
    checked_at: datetime


class QualitySample(Frozen):
    """One participant's two directions in the five seconds before `at` (seconds from the media epoch)."""

    visit_id: UUID
    participant_id: UUID
    at: float
    up: int
    down: int
    up_cause: str | None = None
    down_cause: str | None = None


class QualityPoint(Frozen):
    """Scores 0 to 100: up is what the participant sends, down what they receive."""

    at: float
    up: int
    down: int
    up_cause: str | None
    down_cause: str | None


class ParticipantQuality(Frozen):
    """One participant's history, by time. A hole of more than one interval: they were not connected, or not in the
    call."""

    participant_id: UUID
    role: str
    display_name: str
    line: LineView | None
    points: tuple[QualityPoint, ...]


class VisitQuality(Frozen):
    """How the lines of a visit were. `interval`: seconds that a point speaks for."""

    visit_id: UUID
    interval: int
    participants: tuple[ParticipantQuality, ...]


def line_view(check: LineCheck, checked_at: datetime) -> LineView:
    return LineView(verdict=check.verdict, checked_at=checked_at, **check.model_dump())


def stretch_of(points: int) -> int:
    """How many samples become one point so that an answer stays bounded."""
    return max(1, -(-points // MOST_POINTS))


def thinned(points: Sequence[QualityPoint], stretch: int) -> tuple[QualityPoint, ...]:
    """The worst of each stretch of `stretch` points, with the cause that goes with it."""
    return tuple(_worst(points[at : at + stretch]) for at in range(0, len(points), stretch))


def _worst(points: Sequence[QualityPoint]) -> QualityPoint:
    up = min(points, key=lambda point: (point.up, point.up_cause is None))
    down = min(points, key=lambda point: (point.down, point.down_cause is None))
    return QualityPoint(
        at=points[-1].at, up=up.up, down=down.down, up_cause=up.up_cause, down_cause=down.down_cause
    )
