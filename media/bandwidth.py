"""How much video a line may be given: REMB as it is said, bounded by the loss that is seen. Pure; times are given."""

REMB_AGE_S = 10.0
START_BPS = 600_000
"""Estimates grow by 8 % a second from what is sent, and a browser begins at 300 kbit/s: a good line would show a
blurred face for half a minute. Browsers trust the first REMB at once, so a call begins as if this were there, until
the line shows that it is not."""
START_S = 8.0
LOWEST_BPS = 50_000
"""Chromium still sends 320x240 at 12 frames a second with this (measured), and sound beside it, on 100 kbit/s."""
LOW_LOSS, HIGH_LOSS = 0.02, 0.10  # Galène's rule (rtpconn.go), as libwebrtc's
NEAR = 0.75
MOST_BPS = 10_000_000


class LossBound:
    """Galène's rule: with hardly any loss and a rate near what is allowed, allow 5 % more; above 10 % loss, take
    half of the loss off."""

    def __init__(self) -> None:
        self.bps = MOST_BPS

    def note(self, loss: float, rate_bps: int) -> None:
        """Once per receiver report, about a second. `rate_bps`: what was sent meanwhile."""
        if loss > HIGH_LOSS and rate_bps > 0:
            self.bps = max(LOWEST_BPS, int(min(self.bps, rate_bps) * (1 - loss / 2)))
        elif loss < LOW_LOSS and rate_bps >= NEAR * self.bps:
            self.bps = min(MOST_BPS, int(self.bps * 1.05))


class Downlink:
    """What a subscriber can take of video in all, in bits per second."""

    def __init__(self) -> None:
        self._loss = LossBound()
        self._remb: tuple[int, float] | None = None

    def note_remb(self, bps: int, now: float) -> None:
        self._remb = (bps, now)

    def note_loss(self, loss: float, rate_bps: int) -> None:
        self._loss.note(loss, rate_bps)

    def bps(self, now: float) -> int | None:
        """None while nothing is known."""
        known = [self._remb[0]] if self._remb is not None and now - self._remb[1] < REMB_AGE_S else []
        if self._loss.bps < MOST_BPS:
            known.append(self._loss.bps)
        return min(known, default=None)


class Allowed:
    """What a publisher is told to send at most: the least of its own uplink and what its viewers can take."""

    def __init__(self) -> None:
        self._starts_until: float | None = None

    def begin(self, now: float) -> None:
        """The first picture came."""
        if self._starts_until is None:
            self._starts_until = now + START_S

    def bps(self, uplink: int | None, viewers: int | None, overusing: bool, now: float) -> int | None:
        """None while nothing is to be said."""
        if overusing:
            self._starts_until = 0.0
        starting = self._starts_until is not None and now < self._starts_until
        known = [bps for bps in (uplink, viewers) if bps is not None]
        if not known and not starting:
            return None
        return max(START_BPS if starting else LOWEST_BPS, min(known, default=0))
