"""The child process: one thread, sound first, and never more work than the time there is.

What arrives is taken from the socket at once (so that age is seen), sound is coded immediately, pictures one by one
in between.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator

from media.link_protocol import HEAD, MAX_FRAME, BrokenFrame, CloseStream, KeyFrameWanted, StreamPacket
from media.low_bandwidth.pictures import SmallPictures
from media.low_bandwidth.protocol import Alive, Frame, Still, StillWanted, Wish, decode, encode
from media.low_bandwidth.voice import LeanVoice
from media.model import Codec

READ_BYTES = 256 * 1024
MOST_STREAMS = 64
MOST_PICTURES = 2048  # packets in line, about 2 MB; beyond it the oldest go and a key frame is waited for
MOST_UNSENT = 1024 * 1024  # bytes; `serve` does not read: pictures are dropped
ALIVE_S = 1.0

Copy = SmallPictures | LeanVoice


class Child:
    """Reads `serving` until it is closed. Raises BrokenFrame, ConnectionError: then the process ends."""

    def __init__(self, serving: socket.socket) -> None:
        self._socket = serving
        self._socket.setblocking(False)
        self._read = bytearray()
        self._unsent = bytearray()
        self._wishes: dict[int, Wish] = {}
        self._copies: dict[int, Copy] = {}
        self._pictures: deque[StreamPacket] = deque(maxlen=MOST_PICTURES)
        self._told = 0.0

    def run(self) -> None:
        while self._receive(wait=not self._pictures):
            for frame in self._frames():
                self._handle(frame)
            if self._pictures:
                packet = self._pictures.popleft()
                self._work(packet)
            self._flush()

    # --- the socket ---

    def _receive(self, wait: bool) -> bool:
        """False when the other end is gone."""
        waiting = [self._socket] if self._unsent else []
        readable, _, _ = select.select([self._socket], waiting, [], ALIVE_S if wait else 0)
        if time.monotonic() - self._told >= ALIVE_S:
            self._told = time.monotonic()
            self._tell(Alive())
        if not readable:
            return True
        data = self._socket.recv(READ_BYTES)
        self._read += data
        return bool(data)

    def _frames(self) -> Iterator[Frame]:
        at = 0
        while len(self._read) - at >= HEAD.size:
            length, kind = HEAD.unpack_from(self._read, at)
            if length > MAX_FRAME:
                raise BrokenFrame
            end = at + HEAD.size + length
            if len(self._read) < end:
                break
            yield decode(kind, bytes(self._read[at + HEAD.size : end]))
            at = end
        del self._read[:at]

    def _tell(self, frame: Frame) -> None:
        picture = isinstance(frame, Still) or (isinstance(frame, StreamPacket) and frame.kind == "video")
        if len(self._unsent) <= (MOST_UNSENT if picture else 2 * MOST_UNSENT):
            self._unsent += encode(frame)

    def _flush(self) -> None:
        if not self._unsent:
            return
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        del self._unsent[:sent]

    # --- the work ---

    def _handle(self, frame: Frame) -> None:
        match frame:
            case StreamPacket():
                if frame.kind == "audio":
                    self._work(frame)
                else:
                    self._pictures.append(frame)
            case Wish(stream):
                self._wish(stream, frame)
            case StillWanted(stream, token, size):
                self._still(stream, token, size)
            case KeyFrameWanted(stream):
                copy = self._copies.get(stream)
                if isinstance(copy, SmallPictures):
                    copy.force_key_frame()
            case CloseStream(stream):
                self._wishes.pop(stream, None)
                self._copies.pop(stream, None)

    def _wish(self, stream: int, wish: Wish) -> None:
        if stream not in self._wishes and len(self._wishes) >= MOST_STREAMS:
            return
        self._wishes[stream] = wish
        match self._copies.get(stream):
            case SmallPictures() as pictures:
                pictures.wish(wish.copy, wish.bps)
            case LeanVoice() as voice:
                voice.wish(wish.bps)

    def _still(self, stream: int, token: int, size: int) -> None:
        copy = self._copies.get(stream)
        found = copy.still(size, time.monotonic()) if isinstance(copy, SmallPictures) else None
        if found is not None:
            self._tell(Still(stream, token, *found))

    def _work(self, packet: StreamPacket) -> None:
        wish = self._wishes.get(packet.stream)
        if wish is None:
            return
        copy = self._copies.get(packet.stream)
        if copy is None:
            copy = self._copies[packet.stream] = self._begin(packet, wish)
        if isinstance(copy, LeanVoice):
            copy.take(packet)
        else:
            copy.take(packet, time.monotonic())

    def _begin(self, packet: StreamPacket, wish: Wish) -> Copy:
        send = self._sender(packet)
        if packet.kind == "audio":
            return LeanVoice(send, wish.bps)
        pictures = SmallPictures(send, lambda: self._tell(KeyFrameWanted(packet.stream)), time.monotonic())
        pictures.wish(wish.copy, wish.bps)
        return pictures

    def _sender(self, of: StreamPacket) -> Callable[[bool, int, bytes], None]:
        codec: Codec = "opus" if of.kind == "audio" else "vp8"

        def send(marker: bool, timestamp: int, payload: bytes) -> None:
            at = time.monotonic()  # sequence numbers are given in `serve`, where they outlive this process
            self._tell(StreamPacket(of.stream, of.source, codec, 0, marker, 0, timestamp, at, payload))

        return send
