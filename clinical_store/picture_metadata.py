"""Pictures without what they say about their maker: place, device, time, comments, hidden further pictures.

A phone writes the place where a photo was taken into it. What a picture needs to be shown stays: colour
profile, and of Exif the orientation alone. Both cleaners take bytes as they arrive and hold at most one
segment (64 KiB) back. What follows the picture's end (phones append films there) is dropped.

Sources: JPEG ITU-T T.81 annex B; Exif 2.32 (CIPA DC-008) section 4.5; PNG (W3C, 3rd edition) section 5.
"""

import re
import struct
from typing import Protocol

_JPEG_END, _SCAN = 0xD9, 0xDA
_KEPT_APP = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
# In a scan 0xFF is data when 0x00 follows; restart markers and fill bytes belong to it as well.
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD hIST pHYs acTL fcTL fdAT cICP mDCV cLLI".split()
)


class PictureDamaged(ValueError):
    """Not a whole picture of its kind."""


class Cleaner(Protocol):
    """Bytes in as they come, bytes out as they may be kept."""

    def feed(self, data: bytes) -> bytes:
        """Raises ValueError for what is not of the kind."""
        ...

    def close(self) -> bytes:
        """What was held back. Raises ValueError where the end is missing."""
        ...


class _StepCleaner:
    """Takes bytes as they come and gives on what stays, step by step; a file that ends early is damaged."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        out = bytearray()
        if not self._ended:
            self._waiting += data
        while not self._ended and self._step(out):
            pass
        return bytes(out)

    def close(self) -> bytes:
        if not self._ended:
            raise PictureDamaged
        return b""

    def _step(self, out: bytearray) -> bool:
        """One part of the file, its kept bytes into `out`; False when more bytes are needed. Raises PictureDamaged."""
        raise NotImplementedError


class JpegCleaner(_StepCleaner):
    """Keeps the picture, its colours and its orientation."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = self._in_scan = False

    def _step(self, out: bytearray) -> bool:
        """One marker, segment or stretch of scan; False when more bytes are needed."""
        if self._in_scan:
            return self._scan(out)
        if len(self._waiting) < 2:
            return False
        if self._waiting[0] != 0xFF:
            raise PictureDamaged
        marker = self._waiting[1]
        if marker == 0xFF:  # a fill byte
            del self._waiting[:1]
            return True
        return self._segment(marker, out) if self._begun else self._begin(marker, out)

    def _begin(self, marker: int, out: bytearray) -> bool:
        if marker != 0xD8:
            raise PictureDamaged
        self._begun = True
        self._move(2, out)
        return True

    def _segment(self, marker: int, out: bytearray) -> bool:
        if marker == _JPEG_END:
            self._move(2, out)
            self._ended = True
            self._waiting.clear()
            return False
        if len(self._waiting) < 4:
            return False
        end = 2 + int.from_bytes(self._waiting[2:4])
        if end < 4:
            raise PictureDamaged
        if len(self._waiting) < end:
            return False
        out += _kept(marker, bytes(self._waiting[:end]))
        del self._waiting[:end]
        self._in_scan = marker == _SCAN
        return True

    def _scan(self, out: bytearray) -> bool:
        found = _MARKER_IN_SCAN.search(self._waiting)
        if found is not None:
            self._move(found.start(), out)
            self._in_scan = False
            return True
        # A last 0xFF may be the first half of a marker.
        self._move(len(self._waiting) - self._waiting.endswith(b"\xff"), out)
        return False

    def _move(self, count: int, out: bytearray) -> None:
        out += self._waiting[:count]
        del self._waiting[:count]


class PngCleaner(_StepCleaner):
    """Keeps the chunks that a picture is drawn from."""

    def __init__(self) -> None:
        super().__init__()
        self._left = 0  # of the chunk that is being passed on or dropped, with its checksum
        self._keeps = self._begun = self._last = False

    def _step(self, out: bytearray) -> bool:
        if self._left:
            return self._pass_on(out)
        return self._head(out) if self._begun else self._begin(out)

    def _begin(self, out: bytearray) -> bool:
        if len(self._waiting) < len(_PNG_HEAD):
            return False
        if not self._waiting.startswith(_PNG_HEAD):
            raise PictureDamaged
        self._begun = True
        out += _PNG_HEAD
        del self._waiting[: len(_PNG_HEAD)]
        return True

    def _head(self, out: bytearray) -> bool:
        if len(self._waiting) < 8:
            return False
        length, kind = int.from_bytes(self._waiting[:4]), bytes(self._waiting[4:8])
        if length >= 1 << 31 or not kind.isalpha():
            raise PictureDamaged
        self._keeps, self._last = kind in _PNG_KEPT, kind == b"IEND"
        if self._keeps:
            out += self._waiting[:8]
        del self._waiting[:8]
        self._left = length + 4
        return True

    def _pass_on(self, out: bytearray) -> bool:
        count = min(self._left, len(self._waiting))
        if self._keeps:
            out += self._waiting[:count]
        del self._waiting[:count]
        self._left -= count
        if self._left == 0 and self._last:
            self._ended = True
            self._waiting.clear()
        return count > 0


def _kept(marker: int, segment: bytes) -> bytes:
    """The segment, what of it may stay, or nothing."""
    if marker == 0xE1 and segment[4:10] == _EXIF:
        return _orientation_only(segment[10:])
    if 0xE0 <= marker <= 0xEF:
        return segment if segment[4:].startswith(_KEPT_APP.get(marker, b"\xff never")) else b""
    return b"" if marker == 0xFE else segment


def _orientation_only(tiff: bytes) -> bytes:
    """An Exif segment that says which side is up, where the photo's own one did; else nothing."""
    turned = _orientation(tiff)
    if not 2 <= turned <= 8:
        return b""
    directory = struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, turned, 0, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">I", 8) + directory
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """Tag 0x0112 of the first directory; 1 (upright) where there is none that can be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack_from(order + "I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind = struct.unpack_from(order + "HH", tiff, entry)
        if (tag, kind) == (_ORIENTATION, 3):
            return int(struct.unpack_from(order + "H", tiff, entry + 8)[0])
    return 1
