"""A participant without a browser: a real WebRTC client (aiortc's own) that speaks given sound and watches
the others.

Used by `consultroom demo-consult` and by tests. Runs in real time; encodes and decodes, so keep it out of
`serve`.
"""

import asyncio
import contextlib
import fractions
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from media.model import KIND_OF, SOURCES
from media.peer import close_quietly, confine

RATE = 48_000
FRAME = 960  # 20 ms
WIDTH, HEIGHT, FPS = 320, 240, 10

Connect = Callable[[str], Awaitable[str]]
"""Takes the SDP offer to the room (over signaling, or MediaPlane.connect itself) and returns the answer."""


@dataclass(slots=True)
class Received:
    """Decoded frames of one seat, and the loudest sample of its last sound frame (0 to 1)."""

    audio: int = 0
    video: int = 0
    screen: int = 0
    level: float = 0.0


def read_sound(path: Path) -> NDArray[np.int16]:
    """A sound file (WAV, FLAC, ...) as mono 48 kHz. Raises av.FFmpegError when it is none."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    parts = []
    with av.open(str(path)) as container:
        for decoded in container.decode(audio=0):
            parts += [frame.to_ndarray()[0] for frame in resampler.resample(decoded)]
    parts += [frame.to_ndarray()[0] for frame in resampler.resample(None)]
    return np.concatenate(parts)


class Microphone(MediaStreamTrack):
    """Plays what is scheduled, silence otherwise, 20 ms at a time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.muted = False
        self._begun: float | None = None
        self._at = 0
        self._said: list[tuple[int, NDArray[np.int16]]] = []

    @property
    def seconds(self) -> float:
        """Sound sent so far."""
        return self._at / RATE

    @property
    def speaking(self) -> bool:
        return any(start + len(sound) > self._at for start, sound in self._said)

    def say(self, sound: NDArray[np.int16], at: float) -> None:
        """Speak from `at` seconds of this microphone's time on (in the past: the beginning is cut)."""
        self._said.append((round(at * RATE), sound))

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        if self._begun is None:
            self._begun = time.monotonic()
        ahead = self._begun + self._at / RATE - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        frame = AudioFrame.from_ndarray(self._slice()[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, fractions.Fraction(1, RATE)
        self._at += FRAME
        return frame

    def _slice(self) -> NDArray[np.int16]:
        out = np.zeros(FRAME, np.int16)
        for start, sound in self._said if not self.muted else []:
            begin, end = max(start, self._at), min(start + len(sound), self._at + FRAME)
            if begin < end:
                out[begin - self._at : end - self._at] = sound[begin - start : end - start]
        return out


class TestPicture(MediaStreamTrack):
    """A bar that wanders over a coloured ground, 320x240, ten times a second."""

    kind = "video"
    __test__ = False  # not a test class

    def __init__(self, hue: int) -> None:
        super().__init__()
        self._hue = hue
        self._number = 0
        self._begun: float | None = None

    async def recv(self) -> VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        if self._begun is None:
            self._begun = time.monotonic()
        ahead = self._begun + self._number / FPS - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        picture = np.full((HEIGHT, WIDTH, 3), ((self._hue * 53) % 200, (self._hue * 97) % 200, 120), np.uint8)
        left = (self._number * 8) % (WIDTH - 40)
        picture[40:200, left : left + 40] = 235
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self._number * 90_000 // FPS, fractions.Fraction(1, 90_000)
        self._number += 1
        return frame


class SimulatedParticipant:
    """Joins a room with microphone and camera, and a screen when one is given. `join` once; `leave` always."""

    def __init__(
        self,
        connect: Connect,
        *,
        seats: int = 3,
        hue: int = 1,
        listen: tuple[str, ...] = (),
        screen: MediaStreamTrack | None = None,
    ) -> None:
        self.microphone = Microphone()
        self.received = [Received() for _ in range(seats)]
        self._connect = connect
        self._camera = TestPicture(hue)
        self._peer = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._peer.addTransceiver(self.microphone, "sendonly")
        self._screen = screen
        self._peer.addTransceiver(self._camera, "sendonly")
        self._peer.addTransceiver("video" if screen is None else screen, "sendonly")
        for _ in range(seats):
            for source in SOURCES:
                self._peer.addTransceiver(KIND_OF[source], "recvonly")
        transport = self._peer.getTransceivers()[0].receiver.transport
        confine(transport.transport._connection, listen)
        self._watching: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        return self._peer.connectionState == "connected"

    async def join(self, timeout_s: float = 15.0) -> None:
        """Offer, take the answer, and wait until media flows. TimeoutError, ConnectionError."""
        await self._peer.setLocalDescription()
        answer = await self._connect(self._peer.localDescription.sdp)
        changed = asyncio.Event()
        self._peer.on("connectionstatechange", changed.set)
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        for place, transceiver in enumerate(self._peer.getTransceivers()[len(SOURCES) :]):
            seat, source = divmod(place, len(SOURCES))
            watch = _watch(transceiver.receiver.track, self.received[seat], SOURCES[source] == "screen")
            self._watching.append(asyncio.create_task(watch))
        async with asyncio.timeout(timeout_s):
            while not self.connected:
                if self._peer.connectionState in ("failed", "closed"):
                    raise ConnectionError("the room did not answer")
                changed.clear()
                await changed.wait()

    def say(self, sound: Path | NDArray[np.int16], at: float | None = None) -> float:
        """Speak a file (or 48 kHz mono samples) at `at` seconds of the microphone's time, default now.

        Returns when it will have been said, in the same time."""
        samples = read_sound(sound) if isinstance(sound, Path) else sound
        begin = self.microphone.seconds if at is None else at
        self.microphone.say(samples, begin)
        return begin + len(samples) / RATE

    def mute(self, muted: bool) -> None:
        """Send silence instead of speech; its time passes all the same."""
        self.microphone.muted = muted

    async def leave(self) -> None:
        self.microphone.stop()
        self._camera.stop()
        if self._screen is not None:
            self._screen.stop()
        await close_quietly(self._peer)
        for task in self._watching:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._watching.clear()


async def _watch(track: MediaStreamTrack, counts: Received, screen: bool) -> None:
    """Take and count frames until the track ends; what nobody takes would pile up."""
    with contextlib.suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            if isinstance(frame, AudioFrame):
                counts.audio += 1
                counts.level = float(np.abs(frame.to_ndarray()).max()) / 32768
            elif screen:
                counts.screen += 1
            else:
                counts.video += 1
