"""How much video a line may be given: REMB as it is said, bounded by the loss that is seen. Pure; times are given."""

REMB_AGE_S = 10.0
WEAK = 0.7  # of what is sent; the two are measured over slightly different seconds
START_BPS = 600_000
"""Estimates grow by 8 % a second from what is sent, and a browser begins at 300 kbit/s: a good line would show a
blurred face for half a minute. Browsers trust the first REMB at once, so a call begins as if this were there, until
the line shows that it is not."""
START_S = 8.0
LOWEST_BPS = 38_000
"""Chromium still sends 320x240 at 12 frames a second with this (measured), and it fits on 100 kbit/s beside sound in
packets of 20 ms, whose headers make it 56."""
LOW_LOSS, HIGH_LOSS = 0.02, 0.10  # Galène's rule (rtpconn.go), as libwebrtc's
NEAR = 0.75
TELLING = 0.05  # of loss, between what two explanations of it predict
MOST_OWN = 0.3  # a line worse than this by itself carries no picture anyway
FORGET = 0.97  # per judgement: lines get better
TOGETHER = 4  # reports
MORE = 1.05**TOGETHER
FLOODED = 0.3  # of loss: not to be waited with
MOST_BPS = 10_000_000


class LossBound:
    """Galène's rule: with hardly any loss and a rate near what is allowed, allow 5 % more; above 10 % loss, take
    half of the loss off.

    By itself that rule takes the picture from anybody whose line loses a tenth at any rate (a bad radio link), where
    repair and forward error correction do well. So what is still lost after the rate was brought down is the line's
    own, and only what is lost beside it counts.
    """

    def __init__(self) -> None:
        self.bps = MOST_BPS
        self._own = 0.0  # the line's loss that no lower rate cures
        self._reports: list[tuple[float, int]] = []
        self._before: tuple[float, int] | None = None  # loss and rate when this bringing down began

    def note(self, loss: float, rate_bps: int) -> None:
        """Once per receiver report, about a second. `rate_bps`: what was sent meanwhile. A few are judged together,
        because a second of a small picture is a dozen packets."""
        self._reports.append((loss, rate_bps))
        if len(self._reports) < TOGETHER and loss < FLOODED:
            return
        rate = sum(bps for _, bps in self._reports)
        lost = sum(share * bps for share, bps in self._reports) / rate if rate else 0.0
        mean = rate // len(self._reports)
        self._reports.clear()
        self._judge(lost, mean)

    def _judge(self, loss: float, rate_bps: int) -> None:
        caused = max(0.0, loss - self._own)
        self._own = min(self._own, loss) if loss < self._own / 2 else self._own * FORGET
        if caused > HIGH_LOSS and rate_bps > 0:
            self._bring_down(caused, loss, rate_bps)
        elif caused < LOW_LOSS:
            self._before = None
            if rate_bps >= NEAR * self.bps:
                self.bps = min(MOST_BPS, int(self.bps * MORE))

    def _bring_down(self, caused: float, loss: float, rate_bps: int) -> None:
        if self._before is None:
            self._before = loss, rate_bps
        lost, sent = self._before
        # Were a bottleneck full, as much as before would arrive, and this would be lost of the lower rate.
        overflow = max(0.0, 1 - (1 - lost) * sent / rate_bps)
        if lost - overflow < TELLING:
            self._before = max(self._before, (loss, rate_bps))
        elif overflow + TELLING < loss < MOST_OWN and loss > (lost + overflow) / 2:
            self._own, self._before = loss, None
            self.bps = min(MOST_BPS, max(self.bps, sent))
            return
        else:
            self._before = loss, rate_bps
        self.bps = max(LOWEST_BPS, int(min(self.bps, rate_bps) * (1 - caused / 2)))


class Downlink:
    """What a subscriber can take of video in all, in bits per second."""

    def __init__(self) -> None:
        self._loss = LossBound()
        self._remb: tuple[int, float] | None = None
        self._weak_at = -1e9

    def note_remb(self, bps: int, now: float) -> None:
        self._remb = (bps, now)

    def note_second(self, loss: float, rate_bps: int, now: float) -> None:
        """What was sent in the last second, and the share of it that did not come."""
        self._loss.note(loss, rate_bps)
        takes_less = self._remb is not None and now - self._remb[1] < 2.0 and self._remb[0] < WEAK * rate_bps
        if takes_less or loss > HIGH_LOSS:
            self._weak_at = now

    def is_weak(self, now: float) -> bool:
        """Whether the line lately took less than it was given. An estimate that merely begins low is at least what
        came (libwebrtc's rate control); one below it is a queue that grew."""
        return now - self._weak_at < START_S

    def said_bps(self, now: float) -> int | None:
        """REMB as the subscriber says it, None when it has not lately: by delay, so without holes made before us."""
        return self._remb[0] if self._remb is not None and now - self._remb[1] < REMB_AGE_S else None

    def bps(self, now: float) -> int | None:
        """None while nothing is known."""
        said = self.said_bps(now)
        known = [said] if said is not None else []
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

    def bps(self, uplink: int | None, viewers: int | None, weak: bool, now: float) -> int | None:
        """None while nothing is to be said. `weak`: one of the lines does not carry the beginning."""
        if weak:
            self._starts_until = 0.0
        starting = self._starts_until is not None and now < self._starts_until
        known = [bps for bps in (uplink, viewers) if bps is not None]
        if not known and not starting:
            return None
        return max(START_BPS if starting else LOWEST_BPS, min(known, default=0))
