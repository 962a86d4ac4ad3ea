"""How much a participant's line towards us carries: the receiving side of Google's congestion control
(draft-ietf-rmcat-gcc-02), with aiortc's filter, detector and rate control.

One estimate serves all streams of a connection, which share the line. aiortc would keep one per stream and pay 6 µs
for each packet; here the packets of a burst are one measurement, as the draft says, and the rate is counted in
tenths of a second.
"""

from collections import deque

from aiortc.rate import AimdRateControl, BandwidthUsage, OveruseDetector, OveruseEstimator

GROUP = 1311  # 5 ms in the units of abs-send-time (2^-18 s): the pacer's burst
BURST_S = 0.005
PER_MS = (1 << 18) / 1000
UPDATE_S = 0.5
TENTHS = 10  # the window of the incoming rate: 1 s
SILENCE_S = 5.0  # after it send times are not compared: they wrap every 64 s, and half of that looks late


class IncomingRate:
    """Bits per second over the last second."""

    def __init__(self) -> None:
        self._tenths: deque[tuple[int, int]] = deque()
        self._tenth = 0
        self._octets = 0

    def add(self, octets: int, now: float) -> None:
        tenth = int(now * 10)
        if tenth != self._tenth:
            if self._octets:
                self._tenths.append((self._tenth, self._octets))
            self._tenth, self._octets = tenth, 0
        self._octets += octets

    def bps(self, now: float) -> int | None:
        """None before half a second was seen, and after a second of silence."""
        tenth = int(now * 10)
        if tenth != self._tenth:
            self.add(0, now)  # the last tenth is over
        while self._tenths and self._tenths[0][0] < tenth - TENTHS:
            self._tenths.popleft()
        if not self._tenths or tenth - self._tenths[0][0] < TENTHS // 2:
            return None
        total = sum(octets for _, octets in self._tenths)
        return 80 * total // (tenth - self._tenths[0][0])


class UplinkEstimate:
    """Fed with every packet that tells when it was sent (abs-send-time)."""

    def __init__(self) -> None:
        self.bps: int | None = None
        self._rate = IncomingRate()
        self._filter = OveruseEstimator()
        self._detector = OveruseDetector()
        self._control = AimdRateControl()
        self._updated = -1.0
        self._first = self._last = -1  # send times within the present group
        self._size = 0
        self._arrived = 0.0
        self._former: tuple[int, float, int] | None = (
            None  # last send time, arrival, size of the group before
        )

    @property
    def overusing(self) -> bool:
        return self._detector.state() is BandwidthUsage.OVERUSING

    def add(self, sent: int, now: float, octets: int) -> None:
        """`sent`: 24 bits, 6.18 seconds; `now`: monotonic seconds of the arrival."""
        self._rate.add(octets, now)
        ahead = (sent - self._first) & 0xFFFFFF
        if self._first < 0 or now - self._arrived > SILENCE_S:
            self._first = self._last = sent
            self._former, self._size = None, 0
        elif ahead >= 0x800000:
            return  # late: says nothing
        elif ahead >= GROUP and not self._in_burst(sent, now):
            self._close_group(now)
            self._first = self._last = sent
            self._size = 0
        elif (sent - self._last) & 0xFFFFFF < 0x800000:
            self._last = sent
        self._size += octets
        self._arrived = now
        if now - self._updated > UPDATE_S or self.overusing:
            self._update(now)

    def _in_burst(self, sent: int, now: float) -> bool:
        """Packets that were queued on the way and came together (libwebrtc's BelongsToBurst)."""
        later_s = now - self._arrived
        return later_s <= BURST_S and later_s * 1000 < ((sent - self._last) & 0xFFFFFF) / PER_MS

    def _close_group(self, now: float) -> None:
        former, self._former = self._former, (self._last, self._arrived, self._size)
        if former is None:
            return
        sent_ms = ((self._last - former[0]) & 0xFFFFFF) / PER_MS
        came_ms = (self._arrived - former[1]) * 1000
        now_ms = int(now * 1000)
        state = self._detector.state()
        self._filter.update(came_ms, sent_ms, self._size - former[2], state, now_ms)  # type: ignore[arg-type]
        self._detector.detect(self._filter.offset(), sent_ms, self._filter.num_of_deltas(), now_ms)

    def _update(self, now: float) -> None:
        self._updated = now
        bps = self._control.update(self._detector.state(), self._rate.bps(now), int(now * 1000))
        if bps is not None:
            self.bps = bps
