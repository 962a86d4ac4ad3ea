"""One microphone made lean: decoded and encoded again at 18 or 24 kbit/s in packets of 60 ms. Child process only.

On a line of 40 kbit/s the packets' own headers matter more than the sound in them: 50 packets a second cost 24 kbit/s
of IP, UDP, RTP and SRTP, 17 cost eight. In-band FEC (RFC 6716 section 2.1.7) lets the listener hear a lost packet from
the next one.
"""

from collections.abc import Callable

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from media.link_protocol import StreamPacket
from media.recording.reorder import Ordered, ReorderBuffer
from media.sequence import Unwrapped

RATE = 48_000
FRAME = RATE * 60 // 1000
EXPECTED_LOSS = 25
"""Per cent. By it libopus decides whether its rate has room for FEC: wide-band speech at 18 kbit/s gets none when
told 15 or 20, and puts it into every voiced packet when told 25 (measured, libopus of PyAV 18.1)."""
HIGHEST_HZ = 8_000  # above it libopus leaves SILK, and FEC with it
LEAN_BPS, LOW_BPS = 18_000, 24_000
REORDER_S = 0.06
CONCEALED = RATE // 5  # samples of a gap that are bridged; after a longer one the sound begins anew
REPEATED = RATE // 50

Sound = NDArray[np.int16]


class LeanVoice:
    """`send(marker, timestamp, payload)` takes the copy's packets."""

    def __init__(self, send: Callable[[bool, int, bytes], None], bps: int) -> None:
        self._send = send
        self._bps = bps
        self._reorder = ReorderBuffer(REORDER_S)
        self._unwrap = Unwrapped(32)
        self._decoder = av.CodecContext.create("libopus", "r")
        self._encoder = encoder_of(bps)
        self._waiting: list[Sound] = []
        self._begins = 0  # timestamp of the first waiting sample
        self._next: int | None = None  # timestamp that the next sample has when nothing is missing
        self._begun = False  # whether the coming packet is the first of a spell (RFC 3551 section 4.1)

    def wish(self, bps: int) -> None:
        if bps != self._bps:
            self._bps, self._encoder = bps, encoder_of(bps)

    def take(self, packet: StreamPacket) -> None:
        for item in self._reorder.push(packet):
            self._place(item)

    def _place(self, item: Ordered) -> None:
        sound = self._decode(item.packet.payload)
        if sound is None or not len(sound):
            return
        at = self._unwrap(item.packet.timestamp)
        gap = 0 if self._next is None else at - self._next
        if self._next is None or not -len(sound) < gap <= CONCEALED:
            self._begin(at)
        elif gap > 0:
            self._add(self._bridge(gap))
        elif gap < 0:
            sound = sound[-gap:]
        self._add(sound)
        self._give()

    def _begin(self, at: int) -> None:
        self._waiting, self._begins, self._next, self._begun = [], at, at, False
        self._encoder = encoder_of(self._bps)

    def _add(self, sound: Sound) -> None:
        self._waiting.append(sound)
        self._next = (self._next or 0) + len(sound)

    def _bridge(self, gap: int) -> Sound:
        """The last 20 ms again and again, each time half as loud: less disturbing than a hole."""
        last = self._waiting[-1][-REPEATED:] if self._waiting else np.zeros(REPEATED, np.int16)
        parts = [(last * 0.5**n).astype(np.int16) for n in range(1, gap // max(1, len(last)) + 2)]
        return np.concatenate(parts)[:gap]

    def _decode(self, payload: bytes) -> Sound | None:
        if not payload:
            return None
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except av.FFmpegError:
            return None
        mono = [_mono(frame) for frame in frames if isinstance(frame, AudioFrame)]
        return np.concatenate(mono) if mono else None

    def _give(self) -> None:
        if sum(map(len, self._waiting)) < FRAME:
            return
        sound = np.concatenate(self._waiting)
        whole = len(sound) // FRAME * FRAME
        for at in range(0, whole, FRAME):
            self._encode(sound[at : at + FRAME], self._begins + at)
        self._waiting = [sound[whole:]]
        self._begins += whole

    def _encode(self, sound: Sound, timestamp: int) -> None:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(sound[np.newaxis]), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, timestamp
        for packet in self._encoder.encode(frame):
            self._send(not self._begun, timestamp & 0xFFFFFFFF, bytes(packet))
            self._begun = True


def encoder_of(bps: int) -> av.AudioCodecContext:
    """libopus for speech with FEC, mono, no DTX (recordings and recognition keep an unbroken time line)."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", bps
    encoder.options = {
        "application": "voip", "frame_duration": "60", "fec": "1", "packet_loss": str(EXPECTED_LOSS), "vbr": "on",
        "cutoff": str(HIGHEST_HZ),
    }  # fmt: skip
    return encoder


def _mono(frame: AudioFrame) -> Sound:
    values = frame.to_ndarray()
    channels = values if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels).T
    mixed = channels.mean(axis=0, dtype=np.float32)
    scale = 1.0 if values.dtype == np.int16 else 32767.0
    whole: Sound = np.clip(mixed * scale, -32768, 32767).astype(np.int16)
    return whole
