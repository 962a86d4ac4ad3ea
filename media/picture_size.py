"""How large a picture says it is, read from RTP payloads without decoding. Pure; survives any bytes."""

from media.model import Codec
from media.vp8 import parse_descriptor

UNREADABLE = (1 << 16, 1 << 16)
"""Of a sequence parameter set that cannot be read: larger than anything acceptable."""

_SPS, _STAP_A, _FU_A = 7, 24, 28
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


def picture_size(codec: Codec, payload: bytes) -> tuple[int, int] | None:
    """(width, height) when this packet states it: a VP8 key frame's first packet, an H.264 parameter set."""
    if codec == "vp8":
        return _vp8(payload)
    return _h264(payload) if codec == "h264" else None


def _vp8(payload: bytes) -> tuple[int, int] | None:
    """RFC 6386 section 9.1 behind the payload descriptor of RFC 7741."""
    if not payload or payload[0] & 0x17 != 0x10:  # only the first partition's first packet
        return None
    descriptor = parse_descriptor(payload)
    frame = payload[descriptor.length :] if descriptor is not None else b""
    if not frame or frame[0] & 1:  # an inter frame
        return None
    if len(frame) < 10 or frame[3:6] != b"\x9d\x01\x2a":
        return UNREADABLE
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def _h264(payload: bytes) -> tuple[int, int] | None:
    """RFC 6184: a parameter set stands alone or in an aggregate; cut into pieces it is nobody's honest one."""
    kind = payload[0] & 31 if payload else 0
    if kind == _SPS:
        return _sps(payload[1:])
    if kind == _FU_A:
        return UNREADABLE if len(payload) > 1 and payload[1] & 31 == _SPS else None
    if kind != _STAP_A:
        return None
    at, found = 1, None
    while at + 3 <= len(payload):
        length = int.from_bytes(payload[at : at + 2], "big")
        if payload[at + 2] & 31 == _SPS:
            size = _sps(payload[at + 3 : at + 2 + length])
            found = max(found, size, key=lambda s: s[0] * s[1]) if found else size
        at += 2 + length
    return found


class _Bits:
    """Bits of a parameter set, most significant first, with emulation prevention taken out (H.264 7.4.1)."""

    def __init__(self, data: bytes) -> None:
        data = data[:256].replace(b"\x00\x00\x03", b"\x00\x00")
        self._bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
        self._at = 0

    def take(self, count: int) -> int:
        piece = self._bits[self._at : self._at + count]
        if len(piece) < count:
            raise ValueError
        self._at += count
        return int(piece, 2) if piece else 0

    def exp_golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError
        return (1 << zeros) - 1 + self.take(zeros)


def _sps(data: bytes) -> tuple[int, int]:
    """H.264 section 7.3.2.1.1, up to the size in macroblocks (cropping only makes it smaller)."""
    try:
        bits = _Bits(data)
        profile = bits.take(8)
        bits.take(16)
        bits.exp_golomb()
        if profile in _HIGH_PROFILES:
            _skip_high(bits)
        bits.exp_golomb()
        _skip_order(bits)
        bits.exp_golomb()
        bits.take(1)
        width, height = bits.exp_golomb() + 1, bits.exp_golomb() + 1
        return 16 * width, 16 * height * (2 - bits.take(1))
    except ValueError:
        return UNREADABLE


def _skip_high(bits: _Bits) -> None:
    if bits.exp_golomb() == 3:
        bits.take(1)
    bits.exp_golomb()
    bits.exp_golomb()
    bits.take(1)
    if bits.take(1):  # scaling matrices: no browser sends them
        raise ValueError


def _skip_order(bits: _Bits) -> None:
    order = bits.exp_golomb()
    if order == 0:
        bits.exp_golomb()
    elif order == 1:
        bits.take(1)
        bits.exp_golomb()
        bits.exp_golomb()
        for _ in range(min(255, bits.exp_golomb())):
            bits.exp_golomb()
