"""A recorded stream as a file a browser can seek in: a head with duration and cues before the stored clusters.

Nothing is copied: the clusters are read where they lie. Finding them is a walk over their heads, a few dozen bytes of
each. Blocking; run in a thread. A recording that still grows, or was cut by kill -9, ends at its last whole cluster.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from media.errors import RecordingNotFound
from media.matroska import (
    CLUSTER,
    EBML,
    INFO,
    KEY,
    PICTURE,
    SEGMENT,
    SIMPLE_BLOCK,
    SOUND,
    TIMESTAMP,
    TRACKS,
    cues,
    information,
)
from media.ports import SeekableBytes

HEAD_BYTES = 64  # enough for a cluster's head, its timestamp and the head of its first block
LONGEST_HEAD = STRIDE = 64 * 1024
SOUND_EVERY_MS = 2000  # without pictures one may begin anywhere: a cue so often
BLOCK_MS = 20


@dataclass(frozen=True, slots=True)
class _Element:
    number: int
    begin: int  # of its content
    end: int | None  # None: unknown


class _Broken(ValueError):
    """Not what our recorder writes."""


class IndexedRecording:
    """SeekableBytes with duration and cues; several threads may read. Raises RecordingNotFound where there is
    nothing to play."""

    def __init__(self, source: SeekableBytes) -> None:
        self._source = source
        self._lock = Lock()
        try:
            self._head, self._first, self._end, self.seconds = _indexed(source)
        except (_Broken, IndexError) as error:
            raise RecordingNotFound from error

    @property
    def size(self) -> int:
        return len(self._head) + self._end - self._first

    @property
    def media_type(self) -> str:
        """WebM, or Matroska for H.264, which no WebM may hold."""
        return "video/x-matroska" if b"matroska" in self._head[:64] else "video/webm"

    def read(self, offset: int, n: int) -> bytes:
        data = self._head[offset : offset + n]
        rest = min(n - len(data), self.size - offset - len(data))
        if rest > 0:
            with self._lock:
                data += self._source.read(self._first + offset + len(data) - len(self._head), rest)
        return data


def _indexed(source: SeekableBytes) -> tuple[bytes, int, int, float]:
    """(new head, where the clusters begin and end in the source, seconds)."""
    kept, first = _front(source)
    clusters = list(_clusters(source, first))
    if not clusters:
        raise _Broken
    end = clusters[-1].end
    seconds = _last_ms(source, clusters[-1]) / 1000
    points = [(c.time, c.track, c.at - first) for c in _cued(clusters)]
    middle = information(seconds) + kept[1]
    size_of_cues = len(cues(points))
    moved = [(time, track, at + len(middle) + size_of_cues) for time, track, at in points]
    content = middle + cues(moved)
    length = (len(content) + end - first) | 1 << 56
    head = kept[0] + SEGMENT.to_bytes(4, "big") + length.to_bytes(8, "big") + content
    return head, first, end, seconds


def _front(source: SeekableBytes) -> tuple[tuple[bytes, bytes], int]:
    """The EBML and Tracks elements as they are, and where the first cluster begins."""
    data = source.read(0, LONGEST_HEAD)
    at, kept = 0, {EBML: b"", TRACKS: b""}
    while at < len(data):
        found = _element(data, at, 0)
        if found.number == CLUSTER:
            return (kept[EBML], kept[TRACKS]), at
        if found.number == SEGMENT:
            at = found.begin
            continue
        if found.end is None or found.number not in (EBML, INFO, TRACKS):
            raise _Broken
        kept[found.number] = data[at : found.end]
        at = found.end
    raise _Broken


@dataclass(frozen=True, slots=True)
class _Cluster:
    at: int
    end: int
    time: int
    track: int
    key: bool


def _clusters(source: SeekableBytes, at: int) -> Iterator[_Cluster]:
    """Whole clusters from here on, also those behind a damaged stretch."""
    end = source.size  # once: a growing recording would be longer at every look
    while at < end:
        found = _cluster(source, at)
        if found is not None and found.end <= end:
            yield found
            at = found.end
        else:
            at = _next_cluster(source, at + 1, end)


def _cluster(source: SeekableBytes, at: int) -> _Cluster | None:
    """The cluster that begins here."""
    data = source.read(at, HEAD_BYTES)
    try:
        cluster = _element(data, 0, at)
        time = _element(data, cluster.begin - at, at)
        first = _element(data, (time.end or at) - at, at)
        track, flags = data[first.begin - at] & 0x7F, data[first.begin - at + 3]
    except (IndexError, _Broken):
        return None
    if (cluster.number, time.number, first.number) != (
        CLUSTER,
        TIMESTAMP,
        SIMPLE_BLOCK,
    ) or cluster.end is None:
        return None
    value = int.from_bytes(data[time.begin - at : time.end and time.end - at], "big")
    return _Cluster(at, cluster.end, value, track, bool(flags & KEY))


def _next_cluster(source: SeekableBytes, at: int, end: int) -> int:
    """Where the next cluster seems to begin; `end` when none does."""
    mark = CLUSTER.to_bytes(4, "big")
    while at < end:
        found = source.read(at, STRIDE).find(mark)
        if found >= 0:
            return at + found
        at += STRIDE - len(mark)
    return end


def _cued(clusters: list[_Cluster]) -> Iterator[_Cluster]:
    """Those a player may begin at."""
    pictures = [c for c in clusters if c.track == PICTURE and c.key]
    if pictures:
        yield from pictures
        return
    due = 0
    for cluster in clusters:
        if cluster.track == SOUND and cluster.time >= due:
            due = cluster.time + SOUND_EVERY_MS
            yield cluster


def _last_ms(source: SeekableBytes, cluster: _Cluster) -> int:
    data = source.read(cluster.at, cluster.end - cluster.at)
    at, last = _element(data, 0, 0).begin, 0
    while at < len(data):
        inner = _element(data, at, 0)
        if inner.end is None:
            raise _Broken
        if inner.number == SIMPLE_BLOCK:
            last = max(last, int.from_bytes(data[inner.begin + 1 : inner.begin + 3], "big", signed=True))
        at = inner.end
    return cluster.time + last + BLOCK_MS


def _element(data: bytes, at: int, base: int) -> _Element:
    """The element whose head lies at `at`; positions told with `base` added. Raises IndexError at the data's end."""
    width = 9 - data[at].bit_length()
    number = int.from_bytes(data[at : at + width], "big")
    at += width
    length = 9 - data[at].bit_length()
    if width > 4 or length > 8 or at + length > len(data):
        raise _Broken
    value = int.from_bytes(data[at : at + length], "big") & ~(1 << 7 * length)
    begin = base + at + length
    return _Element(number, begin, None if value == (1 << 7 * length) - 1 else begin + value)
