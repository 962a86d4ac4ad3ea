"""What one subscriber is sent of one publisher, by what the subscriber's line carries. Pure; times are given.

Down quickly, up slowly: a line that fails is left within 1.5 s, a better rung is tried only after many seconds of
proven head-room, and each try that fails doubles the wait before the next (Galène's and Jitsi's senders ramp in the
same way; field notes B.1 and B.2). Figures from `LineFigures`: `estimate_bps` is what the subscriber says that
pictures may take beside the sound (REMB, draft-alvestrand-rmcat-remb-03: browsers count video only).
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

from media.model import LineFigures

Choice = Literal["auto", "save_data", "audio_only"]
"""What a participant wants to be sent, by hand. "save_data": pictures of at most LOW_MOST_BPS."""


class Rung(IntEnum):
    """Ordered: a higher rung is more to see."""

    PHONE = 0  # even sound does not come through: the telephone is offered
    AUDIO_ONLY = 1
    STILLS = 2
    LOW = 3
    FULL = 4

    @property
    def word(self) -> str:
        """As signaling and the browser call it: "full", "low", "stills", "audio_only", "phone"."""
        return self.name.lower()


LEAST_VIDEO_BPS = 35_000
"""Chromium 156 asked for 40 kbit/s sent 38 at 320x240 and 12 frames/s (field notes 0.4): 8 frames/s need a little
less. Below this a moving picture is not worth what it takes from the sound."""
LOW_LEAST_BPS, LOW_MOST_BPS = 60_000, 150_000  # what the low-bandwidth copy may take (issue 3)
FULL_SHARE = 0.75  # of what a picture takes in full: below it a viewer in a group gets the low copy
HEAD_ROOM = (
    1.3  # the estimate over the present rate before more is tried; receivers allow up to 1.5 (aiortc rate.py)
)
LEAN_BELOW_BPS, LEAN_UNTIL_BPS = (
    90_000,
    180_000,
)  # sound of 20 ms packets takes 56 kbit/s on the wire, lean 25
BAD_LOSS = 0.25  # ten per cent lost at random is repaired (NACK) and hidden (FEC); a quarter is not
BAD_SOUND_LOSS = 0.30  # Opus with FEC is hard to follow above this (janus-gateway #3297, field notes B.4)
CLEAN_LOSS = 0.05
SLOW_ROUND_TRIP_S = 1.0  # a queue that does not drain; satellites take 0.6
BAD_ROUND_TRIP_S = 2.0  # twice ITU-T G.114's 400 ms one way and more: people talk over one another
STILL_SPARE_BPS = 80_000  # proven beside the sound before moving pictures are tried again
STILL_SPARE_FOR_TWO_BPS = (
    45_000  # the publisher itself sends as little as LEAST_VIDEO_BPS then, and needs this head-room
)
STUCK_STILL_BPS = 3_000  # stills slower than this hinder the sound

DOWN_S = 1.5
ADAPTED_S = 6.0
"""Between two people the publisher is told at once to send less, which takes a browser some five seconds (measured on
a line cut from all to 100 kbit/s). A line that is clean after that may well carry the lesser picture: the first time
it is tried without further proof."""
PHONE_S = 10.0
UP_S = 12.0
UNPROVEN_UP_S = 30.0  # without any still to measure with, only a long clean time speaks for the line
WARM_UP_S = (
    4.0  # the estimate of a new connection, or of pictures that come again, begins low and means nothing yet
)
AFTERMATH_S = 10.0  # after a line was lost and found, the loss that is reported of it is still the outage's
TRIAL_S = 15.0  # a rung left again within this time was a failed climb
FIRST_WAIT_S, LONGEST_WAIT_S = 12.0, 240.0


@dataclass(frozen=True, slots=True)
class Demand:
    """What there is to be sent. `full_bps`: what a picture takes in full now, on average; `sent_bps`: what one takes
    as it is sent; `spare_bps`: what stills have proven to fit beside the sound (None: nothing proven lately)."""

    pictures: int = 1
    group: bool = False
    choice: Choice = "auto"
    full_bps: int = 0
    sent_bps: int = LOW_MOST_BPS
    spare_bps: int | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Those there are, lowest first. Between two people the publisher itself sends less (REMB): `LOW` is then a
        wish (save data) and no copy."""
        if self.choice == "audio_only":
            return Rung.PHONE, Rung.AUDIO_ONLY
        if self.choice == "save_data":
            return Rung.PHONE, Rung.AUDIO_ONLY, Rung.STILLS, Rung.LOW
        if self.group:
            return Rung.PHONE, Rung.AUDIO_ONLY, Rung.STILLS, Rung.LOW, Rung.FULL
        return Rung.PHONE, Rung.AUDIO_ONLY, Rung.STILLS, Rung.FULL


@dataclass(frozen=True, slots=True)
class Step:
    """What to send now. `lean`: the low-bandwidth sound. `offer_phone`: sound has been unusable for PHONE_S."""

    rung: Rung
    lean: bool
    offer_phone: bool


class Ladder:
    """One subscriber's position. Call `step` about twice a second."""

    def __init__(self, now: float) -> None:
        self.rung = Rung.FULL
        self._choice: Choice = "auto"
        self._failed_climbs = 0
        self._lean = False
        self._warm_at = now + WARM_UP_S
        self._restarted_until = now
        self._failing = Lasting()
        self._clean = Lasting()
        self._tight = Lasting()
        self._roomy = Lasting()
        self._wait = FIRST_WAIT_S
        self._may_climb_at = now
        self._trial_ends: float | None = None

    def restart(self, now: float) -> None:
        """A new connection of the same person, perhaps on another line: the rung stays, what was measured does
        not."""
        self._warm_at = now + WARM_UP_S
        self._restarted_until = now + AFTERMATH_S
        for lasting in (self._failing, self._clean, self._tight, self._roomy):
            lasting.note(False, now)

    def step(self, line: LineFigures, demand: Demand, now: float) -> Step:
        """The next position. `line`: the subscriber's downlink of the last seconds."""
        self._obey(demand, now)
        if now < self._restarted_until:
            line = replace(line, loss=0.0, rtt_s=None)
        if self._failing.note(self._fails(line, demand, now), now) >= self._patience:
            self._down(demand, now)
        elif self._may_climb(line, demand, now):
            self._up(demand, now)
        if self._trial_ends is not None and now >= self._trial_ends:  # the climb was right
            self._wait, self._trial_ends, self._failed_climbs = FIRST_WAIT_S, None, 0
        return Step(self.rung, self._lean_sound(line, demand, now), self.rung is Rung.PHONE)

    def _obey(self, demand: Demand, now: float) -> None:
        """A choice by hand, and a room that grew or shrank, hold at once."""
        relaxed = demand.choice != self._choice and demand.rungs[-1] > self.rung
        self._choice = demand.choice
        if relaxed or self.rung > demand.rungs[-1]:
            self._move(demand.rungs[-1], now)
        elif self.rung not in demand.rungs:  # the third person left: the publisher is asked for less itself
            self._move(min(rung for rung in demand.rungs if rung > self.rung), now)

    # --- down ---

    @property
    def _patience(self) -> float:
        return PHONE_S if self.rung is Rung.AUDIO_ONLY else DOWN_S

    def _fails(self, line: LineFigures, demand: Demand, now: float) -> bool:
        """Whether the line does not carry the present rung."""
        if self.rung is Rung.PHONE:
            return False
        if self.rung is Rung.AUDIO_ONLY:
            return line.loss >= BAD_SOUND_LOSS or (line.rtt_s or 0.0) >= BAD_ROUND_TRIP_S
        warm = (
            now >= self._warm_at or self.rung is not Rung.FULL
        )  # a call's beginning overshoots for a moment
        if warm and (line.loss >= BAD_LOSS or (line.rtt_s or 0.0) >= BAD_ROUND_TRIP_S):
            return True
        if self.rung is Rung.STILLS:
            return demand.spare_bps is not None and demand.spare_bps < STUCK_STILL_BPS
        if now < self._warm_at or (self._trial_ends is not None and line.loss < CLEAN_LOSS):
            return False  # the estimate still grows from what the former rung left
        share = _share(line, demand)
        # An estimate well above what is sent is bounded by what is sent (a quiet screen), not by the line.
        bound = min(self._needed(demand), HEAD_ROOM * demand.sent_bps)
        # Between two people the publisher is asked for that little at least (media.bandwidth.LOWEST_BPS). While the
        # line carries it, an estimate below it is one that recovers from the beginning.
        carried = not demand.group and not _suffers(line)
        return share is not None and share < bound and not carried

    def _needed(self, demand: Demand) -> float:
        """Bits per second below which the present rung is left."""
        if self.rung is Rung.FULL and demand.group:
            return max(LEAST_VIDEO_BPS, FULL_SHARE * demand.full_bps)
        return LEAST_VIDEO_BPS

    def _down(self, demand: Demand, now: float) -> None:
        if self._trial_ends is not None:  # the climb was too early
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)
            self._failed_climbs += 1
        adapting = self.rung is Rung.FULL and _for_two(demand) and not self._failed_climbs
        self._may_climb_at = now + (ADAPTED_S if adapting else self._wait)
        self._move(max(rung for rung in demand.rungs if rung < self.rung), now)

    # --- up ---

    def _may_climb(self, line: LineFigures, demand: Demand, now: float) -> bool:
        needed_s = self._clean_seconds(line, demand)
        clean_s = self._clean.note(needed_s is not None, now)
        return needed_s is not None and clean_s >= needed_s and now >= self._may_climb_at

    def _clean_seconds(self, line: LineFigures, demand: Demand) -> float | None:
        """How long the line must stay as it is before the next rung is tried; None: it does not look like more."""
        if self.rung >= demand.rungs[-1]:
            return None
        if self.rung in (Rung.PHONE, Rung.AUDIO_ONLY):
            usable = (line.rtt_s or 0.0) < BAD_ROUND_TRIP_S
            return UP_S if usable and line.loss < BAD_SOUND_LOSS / 2 else None
        if line.loss >= CLEAN_LOSS:
            return None
        if self.rung is Rung.STILLS:
            untried = _for_two(demand) and not self._failed_climbs
            return ADAPTED_S if untried else _after_stills(demand)
        share = _share(line, demand)
        # What is not sent cannot be estimated: a copy of a quiet picture proves only that it is not what limits.
        proof = HEAD_ROOM * min(LOW_MOST_BPS, max(LOW_LEAST_BPS, demand.sent_bps))
        return UP_S if share is not None and share >= proof else None

    def _up(self, demand: Demand, now: float) -> None:
        self._move(min(rung for rung in demand.rungs if rung > self.rung), now)
        self._trial_ends = now + TRIAL_S

    def _move(self, rung: Rung, now: float) -> None:
        self.rung, self._trial_ends = rung, None
        self._failing.note(False, now)
        self._clean.note(False, now)

    # --- sound ---

    def _lean_sound(self, line: LineFigures, demand: Demand, now: float) -> bool:
        """Below full, and in full on a line where the sound's own packets are what takes the picture's place."""
        estimate = line.estimate_bps
        warm = now >= self._warm_at
        bound = min(LEAN_BELOW_BPS, HEAD_ROOM * demand.sent_bps * max(1, demand.pictures))
        tight = estimate is not None and estimate < bound and (warm or _suffers(line))
        if self._tight.note(tight, now) >= DOWN_S:
            self._lean = True
        elif self._roomy.note(estimate is not None and estimate >= LEAN_UNTIL_BPS, now) >= UP_S:
            self._lean = False
        return self._lean or self.rung < Rung.FULL


def _suffers(line: LineFigures) -> bool:
    return line.loss >= CLEAN_LOSS or (line.rtt_s or 0.0) >= SLOW_ROUND_TRIP_S


class UnusableSound:
    """Whether somebody's own sound has been too broken to follow for PHONE_S; over after UP_S of better."""

    def __init__(self) -> None:
        self.so = False
        self._bad = Lasting()
        self._better = Lasting()

    def note(self, loss: float, now: float) -> bool:
        bad_s = self._bad.note(loss >= BAD_SOUND_LOSS, now)
        better_s = self._better.note(loss < BAD_SOUND_LOSS / 2, now)
        self.so = bad_s >= PHONE_S or (self.so and better_s < UP_S)
        return self.so


class Lasting:
    """For how long something has been so."""

    def __init__(self) -> None:
        self._since: float | None = None

    def note(self, so: bool, now: float) -> float:
        """Seconds it has lasted by now; 0 when it is not so."""
        if not so:
            self._since = None
            return 0.0
        if self._since is None:
            self._since = now
        return now - self._since


def _share(line: LineFigures, demand: Demand) -> float | None:
    """One picture's part of the estimate; above ten per cent loss no more than arrives (Galène's rule)."""
    if line.estimate_bps is None:
        return None
    bounded = line.estimate_bps * (1 - line.loss / 2 if line.loss > 0.1 else 1.0)
    return bounded / max(1, demand.pictures)


def _after_stills(demand: Demand) -> float | None:
    if demand.spare_bps is None:
        return UNPROVEN_UP_S
    return (
        UP_S
        if demand.spare_bps >= (STILL_SPARE_FOR_TWO_BPS if _for_two(demand) else STILL_SPARE_BPS)
        else None
    )


def _for_two(demand: Demand) -> bool:
    """Whether the publisher itself sends what this viewer's line carries."""
    return not demand.group and demand.choice == "auto"
