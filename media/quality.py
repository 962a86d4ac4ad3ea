"""How good a line is, as one number: LiveKit's connection quality formula, in code of our own. Pure.

Source of the figures: livekit-server, pkg/sfu/connectionquality (scorer.go, connectionstats.go), which simplifies
the E-model (ITU-T G.107) to delay, jitter and loss. Written out with worked examples in docs/quality.md.
"""

import math
from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

Level = Literal["excellent", "good", "poor", "lost"]
Flow = Literal["flowing", "silent", "dry", "paused", "lost"]
"""What a direction does: media comes; nobody expects any; expected but none comes; held back on purpose by the
forwarder; the connection itself is gone."""

WINDOW_S = 5.0
BEST, FLOOR = 100.0, 30.0
"""A floor, because a score near zero would take minutes to climb back on a line that is fine again."""
FIXED: dict[Flow, float] = {"silent": BEST, "dry": 40.0, "paused": 30.0, "lost": 20.0}
RISING, FALLING = 0.4, 0.8  # of the way to the new value: slow to trust, quick to warn
OPUS_WEIGHT, VIDEO_WEIGHT = (
    8.0 / 1.5,
    10.0,
)  # points per percent lost; Opus with forward error correction is two thirds
MODE_READINGS = 10  # before that the usual packet rate is not known
_REMEMBERED = 60
_RATE_STEP = 10.0


@dataclass(frozen=True, slots=True)
class LineWindow:
    """One direction of one line in one window.

    `packets`: those that should have come. `loss`: share of them that never did (0 to 1). `expected_bps`: what the
    line was asked to carry, 0 where nobody knows; `room_bps`: what it carried or could have.
    """

    packets: float
    seconds: float = WINDOW_S
    loss: float = 0.0
    jitter_s: float = 0.0
    rtt_s: float = 0.0
    expected_bps: float = 0.0
    room_bps: float = 0.0
    video: bool = True


def delay_effect(rtt_s: float, jitter_s: float) -> float:
    """Points lost to delay: one per 40 ms, one per 10 ms beyond 160 ms, of half the round trip and twice the
    jitter."""
    delay_ms = 1000 * (rtt_s / 2 + jitter_s * 2)
    return (delay_ms - 120) / 10 if delay_ms > 160 else delay_ms / 40


def packet_score(window: LineWindow, weight: float) -> float:
    return max(0.0, BEST - delay_effect(window.rtt_s, window.jitter_s) - 100 * window.loss * weight)


def bitrate_score(expected_bps: float, room_bps: float) -> float:
    """Good (80) at about a third of what was asked for, poor (40) at a twentieth."""
    if expected_bps <= 0:
        return BEST
    if room_bps <= 0:
        return 0.0
    return min(BEST, max(0.0, BEST - 20 * (math.log(expected_bps) - math.log(room_bps))))


def level_of(score: float) -> Level:
    if score > 80:
        return "excellent"
    return "good" if score > 40 else "poor" if score > 20 else "lost"


def mean_opinion(score: float) -> float:
    """The mean opinion score (1 to 4.5) of an R-factor (ITU-T G.107 annex B; below 6.5 its curve dips under 1)."""
    r = min(BEST, max(0.0, score))
    return max(1.0, 1 + 0.035 * r + 0.000007 * r * (r - 60) * (100 - r))


class LineScorer:
    """The smoothed score of one direction, one `update` per window."""

    def __init__(self) -> None:
        self.score = BEST
        self._rates: deque[float] = deque(maxlen=_REMEMBERED)

    def update(self, window: LineWindow | None, flow: Flow = "flowing") -> float:
        """The score after this window. `window` is needed while media flows; without packets it is dry."""
        if flow == "flowing" and window is not None and window.packets > 0:
            measured = min(
                packet_score(window, self._weight(window)),
                bitrate_score(window.expected_bps, window.room_bps),
            )
            step = FALLING if measured < self.score else RISING
            self.score = max(FLOOR, self.score + step * (measured - self.score))
        else:
            self.score = FIXED["dry" if flow == "flowing" else flow]
        return self.score

    def _weight(self, window: LineWindow) -> float:
        """A lost packet counts less while few are sent: a still screen, a paused picture."""
        base = VIDEO_WEIGHT if window.video else OPUS_WEIGHT
        rate = window.packets / window.seconds
        self._rates.append(_RATE_STEP * round(rate / _RATE_STEP))
        usual = Counter(self._rates).most_common(1)[0][0]
        if len(self._rates) < MODE_READINGS or usual <= 0:
            return base
        return base * math.sqrt(min(1.0, rate / usual))
