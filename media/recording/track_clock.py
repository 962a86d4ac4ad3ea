"""From RTP timestamps to seconds since the visit's media epoch. Pure.

Sound is the master: it is placed once, by its first arrival, and then runs on its own timestamps, because a
moved sample is a lost or doubled one. Pictures follow: RTCP sender reports tell both kinds' timestamps on
the publisher's one wall clock. With the first reports the picture is set to where its sound is, afterwards it is
slid there unseen.
"""

from media.sequence import Unwrapped

SLIDE_S = 0.005  # per frame; not seen
BOGUS_S = 1.5  # sender reports that disagree more than this with the arrivals are wrong
WINDOW_S = 2.0
DRIFT_S = (
    0.12  # packets of a whole window this much early or late: the publisher's clock drifts or stood still
)


class TrackClock:
    """Times of one track."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.connection: int | None = None
        self._unwrap = Unwrapped(32)
        self._offset = 0.0
        self._window: tuple[float, float] | None = None  # began at, least lateness since
        self._report: tuple[float, int] | None = None  # NTP seconds, unwrapped timestamp

    def place(self, connection: int, timestamp: int, at: float) -> float:
        """Seconds since the epoch of a packet with this timestamp that arrived at `at`."""
        if connection != self.connection:
            self.connection = connection
            self._unwrap = Unwrapped(32)
            self._report = None
            self._offset = at - self._unwrap(timestamp) / self.rate
            self._window = None
        ticks = self._unwrap(timestamp)
        self._follow(at - ticks / self.rate - self._offset, at)
        return self._offset + ticks / self.rate

    def _follow(self, late: float, at: float) -> None:
        if self._window is None:
            self._window = (at, late)
            return
        began, least = self._window
        least = min(least, late)
        if at - began < WINDOW_S:
            self._window = (began, least)
            return
        if abs(least) > DRIFT_S:
            self._offset += least
        self._window = None

    def report(self, connection: int, ntp: int, timestamp: int) -> None:
        """A sender report of this track's source; others are ignored."""
        if connection == self.connection and ntp:
            self._report = (ntp / (1 << 32), self._unwrap(timestamp))

    def wall_of(self, seconds: float) -> float | None:
        """The publisher's wall clock (s) at a placed time, None before its first report."""
        if self._report is None:
            return None
        return self._report[0] + seconds - (self._offset + self._report[1] / self.rate)

    def time_of(self, wall: float) -> float | None:
        """The placed time of a moment of the publisher's wall clock."""
        if self._report is None:
            return None
        return wall - self._report[0] + self._offset + self._report[1] / self.rate


class LipSync:
    """Moves picture times to where the sound of the same moment is."""

    def __init__(self, sound: TrackClock, picture: TrackClock) -> None:
        self._sound = sound
        self._picture = picture
        self._shift = 0.0
        self._set_for: int | None = None  # the connection whose reports the shift was set by

    def place(self, seconds: float) -> float:
        if self._picture.connection != self._set_for:
            target = self._target(seconds)
            self._shift = 0.0 if target is None else target - seconds
            self._set_for = None if target is None else self._picture.connection
        elif (target := self._target(seconds)) is not None:
            step = target - seconds - self._shift
            self._shift += max(-SLIDE_S, min(SLIDE_S, step))
        return seconds + self._shift

    def _target(self, seconds: float) -> float | None:
        """Where the sound of this moment is; None while nobody knows, or where the reports cannot be right."""
        if self._sound.connection != self._picture.connection:
            return None
        wall = self._picture.wall_of(seconds)
        target = self._sound.time_of(wall) if wall is not None else None
        return target if target is not None and abs(target - seconds) < BOGUS_S else None
