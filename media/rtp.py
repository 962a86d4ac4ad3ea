"""One RTP packet as forwarding sees it (RFC 3550 section 5.1). Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Packet:
    """Without padding, contributing sources and the extensions nobody here reads."""

    payload_type: int
    marker: int  # 0 or 1
    sequence_number: int
    timestamp: int
    ssrc: int
    payload: bytes
    level: int | None = None  # RFC 6464: the one byte of voice flag and loudness, as it came
    abs_send_time: int | None = None  # 24 bits, 6.18 seconds
