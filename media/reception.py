"""What arrives of one stream: losses to repair, and the figures of its receiver reports. Pure; times are given."""

from aiortc.rtp import RtcpReceiverInfo

from media.sequence import LossTracker
from media.sources import SenderReport


class Reception:
    """One SSRC. `rate`: its clock's ticks per second."""

    def __init__(self, rate: int, losses: LossTracker) -> None:
        self.losses = losses
        self._rate = rate
        self._jitter = 0.0  # in ticks
        self._transit: float | None = None
        self._timestamp = -1
        self._told = (0, 0)  # expected and received at the last report

    def add(self, sequence: int, timestamp: int, now: float) -> bool:
        """False when this packet had come before."""
        if timestamp != self._timestamp:
            self._timestamp = timestamp
            transit = now * self._rate - timestamp
            if self._transit is not None:
                change = abs(transit - self._transit)
                if change < self._rate:  # a wrapped or restarted timestamp is no jitter
                    self._jitter += (change - self._jitter) / 16
            self._transit = transit
        return self.losses.add(sequence, now)

    @property
    def jitter_s(self) -> float:
        return self._jitter / self._rate

    def report(
        self, ssrc: int, heard: SenderReport | None, now: float, further_loss: float = 0.0
    ) -> RtcpReceiverInfo:
        """A report block (RFC 3550 section 6.4.1) since the last one.

        `further_loss`: what is lost of it behind us, on the way to a listener. It counts in the fraction, by which
        the sender of Opus chooses its forward error correction; the total stays ours, by which it chooses its rate.
        """
        expected, received = self.losses.expected - self._told[0], self.losses.received - self._told[1]
        self._told = (self.losses.expected, self.losses.received)
        loss = max(0.0, (expected - received) / expected) if expected > 0 else 0.0
        loss = 1 - (1 - loss) * (1 - further_loss)
        lsr = dlsr = 0
        if heard is not None:
            lsr = (heard.ntp >> 16) & 0xFFFFFFFF
            dlsr = min(int((now - heard.arrived) * 65536), 0xFFFFFFFF)
        missing = max(-0x800000, min(self.losses.expected - self.losses.received, 0x7FFFFF))
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, int(loss * 256)),
            packets_lost=missing,
            highest_sequence=self.losses.highest & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            lsr=lsr,
            dlsr=dlsr,
        )
