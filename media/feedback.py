"""Where a participant's RTCP goes: reports and wishes to the streams they are about, REMB to the line. Bad or unknown
parts are ignored (RFC 3550, RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb-03)."""

from collections.abc import Callable, Iterable

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from media.receiver import RoomReceiver
from media.sender import RoomSender

OnRemb = Callable[[int, float], None]
"""(bits per second, monotonic now)."""


class Feedback:
    """One connection's streams by their SSRCs."""

    def __init__(
        self, receivers: Iterable[RoomReceiver], senders: Iterable[RoomSender], on_remb: OnRemb
    ) -> None:
        self._receivers = list(receivers)
        self._senders = {sender.ssrc: sender for sender in senders}
        self._on_remb = on_remb

    def take(self, packet: AnyRtcpPacket, now: float) -> None:
        if isinstance(packet, RtcpSrPacket):
            for receiver in self._receivers:
                if receiver.media_ssrc == packet.ssrc:
                    receiver.take_report(packet, now)
        if isinstance(packet, (RtcpSrPacket, RtcpRrPacket)):
            for report in packet.reports:
                if (sender := self._senders.get(report.ssrc)) is not None:
                    sender.take_report(report, now)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._take_remb(packet, now)
        elif isinstance(packet, (RtcpRtpfbPacket, RtcpPsfbPacket)) and _target(packet) in self._senders:
            self._senders[_target(packet)].take_rtcp(packet)

    def _take_remb(self, packet: RtcpPsfbPacket, now: float) -> None:
        try:
            self._on_remb(unpack_remb_fci(packet.fci)[0], now)
        except (ValueError, IndexError):
            return


def _target(packet: RtcpRtpfbPacket | RtcpPsfbPacket) -> int:
    """The stream a wish is about; a FIR names it in its body (RFC 5104 section 4.3.1.2)."""
    if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_FIR:
        return int.from_bytes(packet.fci[:4], "big")
    return packet.media_ssrc


def remb(own_ssrc: int, bps: int, ssrcs: list[int]) -> bytes:
    """Receiver estimated maximum bitrate: all of these together may take `bps`."""
    fci = pack_remb_fci(bps, ssrcs)
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own_ssrc, media_ssrc=0, fci=fci))


def listeners_loss(receiver: RoomReceiver, now: float) -> float:
    """What is lost of a voice on the way to the listener with the worst line, 0 to 1."""
    viewers = [viewer for viewer in receiver.viewers if isinstance(viewer, RoomSender)]
    return max((viewer.reported_loss(now) for viewer in viewers), default=0.0)
