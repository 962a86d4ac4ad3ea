"""H.264 from RTP (RFC 6184) to whole pictures as Matroska keeps them (ISO/IEC 14496-15). Pure."""

START = b"\x00\x00\x00\x01"
_STAP_A, _FU_A = 24, 28
_IDR, _SPS, _PPS = 5, 7, 8
LONGEST_SET = 256  # bytes of a parameter set; browsers send about 30
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})


def depacketized(payload: bytes) -> bytes | None:
    """The payload's NAL units, each behind a start code; of a fragment its part of one. None: not H.264."""
    if len(payload) < 2:
        return None
    kind = payload[0] & 0x1F
    if 0 < kind < _STAP_A:
        return START + payload
    if kind == _STAP_A:
        return _aggregated(payload)
    if kind == _FU_A and len(payload) > 2:
        begins = payload[1] & 0x80
        head = START + bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) if begins else b""
        return head + payload[2:]
    return None


def _aggregated(payload: bytes) -> bytes | None:
    at, units = 1, []
    while at + 2 <= len(payload):
        length = int.from_bytes(payload[at : at + 2], "big")
        unit = payload[at + 2 : at + 2 + length]
        if not length or len(unit) < length:
            return None
        units.append(START + unit)
        at += 2 + length
    return b"".join(units) or None


def begins_frame(payload: bytes) -> bool:
    """False for the later fragments of a unit."""
    return payload[0] & 0x1F != _FU_A or bool(payload[1] & 0x80)


class ParameterSets:
    """The last SPS and PPS seen; a key frame without them cannot be decoded."""

    def __init__(self) -> None:
        self._sps = self._pps = b""

    def frame(self, joined: bytes) -> tuple[bytes, tuple[int, int] | None, bytes]:
        """(units with their lengths, (width, height) of a key frame, avcC) of units behind start codes."""
        units = [unit for unit in joined.split(START) if unit]
        for unit in units:
            if len(unit) > LONGEST_SET:
                continue
            if unit[0] & 0x1F == _SPS:
                self._sps = unit
            elif unit[0] & 0x1F == _PPS:
                self._pps = unit
        data = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
        is_key = any(unit[0] & 0x1F == _IDR for unit in units)
        size = picture_size(self._sps) if is_key and self._sps and self._pps else None
        return data, size, self._configuration() if size else b""

    def _configuration(self) -> bytes:
        """AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1), lengths of 4 bytes."""
        sets = ((0xE1, self._sps), (0x01, self._pps))
        listed = b"".join(bytes([count]) + len(unit).to_bytes(2, "big") + unit for count, unit in sets)
        return b"\x01" + self._sps[1:4] + b"\xff" + listed


class _Bits:
    """Reads a sequence parameter set bit by bit (H.264 section 7.2, 9.1)."""

    def __init__(self, unit: bytes) -> None:
        raw = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(raw, "big")
        self._left = 8 * len(raw)

    def take(self, count: int) -> int:
        if count > self._left:
            raise IndexError
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise IndexError
        return (1 << zeros) - 1 + (self.take(zeros) if zeros else 0)

    def signed(self) -> int:
        value = self.golomb()
        return -(value // 2) if value % 2 == 0 else (value + 1) // 2


def picture_size(sps: bytes) -> tuple[int, int] | None:
    """(width, height) told by a sequence parameter set (H.264 section 7.3.2.1.1); None when it cannot be read."""
    try:
        width, height = _size(_Bits(sps[:LONGEST_SET]), sps[1])
    except IndexError:
        return None
    return (width, height) if width > 0 and height > 0 else None


def _size(bits: _Bits, profile: int) -> tuple[int, int]:
    bits.take(32)  # NAL head, profile, constraints, level
    bits.golomb()
    chroma = _skip_high(bits) if profile in _HIGH_PROFILES else 1
    bits.golomb()
    _skip_order(bits)
    bits.golomb()
    bits.take(1)
    width, rows = 16 * (bits.golomb() + 1), bits.golomb() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    height = 16 * rows * (2 - frames_only)
    bits.take(1)
    if not bits.take(1):
        return width, height
    left, right, top, bottom = (bits.golomb() for _ in range(4))
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * (2 - frames_only)
    return width - across * (left + right), height - down * (top + bottom)


def _skip_high(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):  # scaling lists: no browser sends them, and their length is told by their content
        raise IndexError
    return chroma


def _skip_order(bits: _Bits) -> None:
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.golomb()):
            bits.signed()
