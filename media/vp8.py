"""The VP8 payload descriptor (RFC 7741 section 4.2): read it, renumber it, tell key frames. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a forwarder needs of one VP8 RTP payload."""

    length: int  # bytes before the VP8 data
    starts_frame: bool
    picture_id: int | None
    picture_id_bits: int  # 0, 7 or 15
    tl0_at: int | None  # position of TL0PICIDX


def parse_descriptor(payload: bytes) -> Descriptor | None:
    """None when the payload is no VP8 payload."""
    try:
        return _parse(payload)
    except IndexError:
        return None


def _parse(payload: bytes) -> Descriptor:
    first = payload[0]
    at, picture_id, bits, tl0_at = 1, None, 0, None
    if first & 0x80:
        extension = payload[1]
        at = 2
        if extension & 0x80:
            wide = payload[at] & 0x80
            bits = 15 if wide else 7
            picture_id = ((payload[at] & 0x7F) << 8 | payload[at + 1]) if wide else payload[at]
            at += 2 if wide else 1
        if extension & 0x40:
            tl0_at = at
            at += 1
        if extension & 0x30:
            at += 1
    _ = payload[at - 1]  # a truncated descriptor raises IndexError
    return Descriptor(at, bool(first & 0x10) and not first & 0x07, picture_id, bits, tl0_at)


def starts_key_frame(payload: bytes) -> bool:
    descriptor = parse_descriptor(payload)
    return (
        descriptor is not None
        and descriptor.starts_frame
        and len(payload) > descriptor.length
        and not payload[descriptor.length] & 0x01
    )


def renumbered(payload: bytes, picture_offset: int, tl0_offset: int) -> bytes:
    """The payload with its picture id and TL0PICIDX moved on, in the width they have."""
    descriptor = parse_descriptor(payload)
    if descriptor is None or (descriptor.picture_id is None and descriptor.tl0_at is None):
        return payload
    out = bytearray(payload)
    if descriptor.picture_id is not None:
        moved = descriptor.picture_id + picture_offset
        if descriptor.picture_id_bits == 15:
            out[2:4] = (0x8000 | (moved & 0x7FFF)).to_bytes(2, "big")
        else:
            out[2] = moved & 0x7F
    if descriptor.tl0_at is not None:
        out[descriptor.tl0_at] = (out[descriptor.tl0_at] + tl0_offset) & 0xFF
    return bytes(out)


def key_frame_size(frame: bytes) -> tuple[int, int] | None:
    """(width, height) of a whole VP8 key frame, None for any other frame (RFC 6386 section 9.1)."""
    if len(frame) < 10 or frame[0] & 0x01 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width, height = int.from_bytes(frame[6:8], "little"), int.from_bytes(frame[8:10], "little")
    return width & 0x3FFF, height & 0x3FFF
