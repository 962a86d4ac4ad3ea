"""One RTP packet as forwarding sees it (RFC 3550 section 5.1, RFC 8285). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Literal

FIXED = Struct("!BBHLL")
_WITH_WORD = Struct("!BBHLLHHL")
_EXTENSION_HEAD = Struct("!HH")
_ONE_BYTE = 0xBEDE

Extension = Literal["level", "abs_send_time", "mid"]
ExtensionIds = Mapping[int, Extension]
"""What a connection agreed to: identifier (1 to 14) -> extension."""


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
    mid: bytes | None = None


def parse(data: bytes, extensions: ExtensionIds) -> Packet | None:
    """The packet, its payload in plain; None when the bytes are none."""
    size = len(data)
    if size < 12:
        return None
    first, second, sequence, timestamp, ssrc = FIXED.unpack_from(data)
    packet = Packet(second & 0x7F, second >> 7, sequence, timestamp, ssrc, b"")
    begin = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        begin = _read_extensions(packet, data, begin, extensions)
    if first & 0x20:  # padding: its last byte counts it
        size -= data[-1] or size
    if begin > size:
        return None
    packet.payload = data[begin:size]
    return packet


def _read_extensions(packet: Packet, data: bytes, begin: int, extensions: ExtensionIds) -> int:
    """Where the payload begins; past the end when the extension is cut off."""
    if begin + 4 > len(data):
        return len(data) + 1
    profile: int
    words: int
    profile, words = _EXTENSION_HEAD.unpack_from(data, begin)
    at, end = begin + 4, begin + 4 + 4 * words
    if profile != _ONE_BYTE or end > len(data):
        return end
    while at < end:
        head = data[at]
        at += 1
        if head < 16:  # padding
            continue
        stop = at + (head & 0x0F) + 1
        name = extensions.get(head >> 4)
        if name is not None and stop <= end:
            _keep(packet, name, data[at:stop])
        at = stop
    return end


def _keep(packet: Packet, name: Extension, value: bytes) -> None:
    if name == "abs_send_time":
        packet.abs_send_time = int.from_bytes(value, "big") & 0xFFFFFF
    elif name == "level":
        packet.level = value[0]
    else:
        packet.mid = value


def header(marker_type: int, sequence: int, timestamp: int, ssrc: int) -> bytes:
    """The fixed header without extensions; `marker_type`: marker bit and payload type in one byte."""
    return FIXED.pack(0x80, marker_type, sequence, timestamp, ssrc)


def header_with_word(marker_type: int, sequence: int, timestamp: int, ssrc: int, word: int) -> bytes:
    """The header with extensions that fit in exactly one word (32 bits)."""
    return _WITH_WORD.pack(0x90, marker_type, sequence, timestamp, ssrc, _ONE_BYTE, 1, word)
