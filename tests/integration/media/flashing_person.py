"""A real WebRTC client that sends encoded flashes and beeps by the clock: nothing is encoded while it runs."""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction
from typing import Any
from uuid import UUID

import av
from aiortc import MediaStreamTrack, RTCRtpSender
from aiortc.mediastreams import MediaStreamError

from media import MediaPlane
from media.simulated import SimulatedParticipant
from tests.integration.media.flashes import camera, voice
from tools.impairer import Impairer, impaired, without_candidates


class Stage:
    """The common zero of one person's tracks."""

    def __init__(self) -> None:
        self.begun: float | None = None

    def zero(self) -> float:
        if self.begun is None:
            self.begun = time.monotonic()
        return self.begun


class Encoded(MediaStreamTrack):
    """Gives out packets at their time, those whose time is over at once."""

    def __init__(self, kind: str, packets: list[tuple[float, bytes]], stage: Stage) -> None:
        self.kind = kind
        super().__init__()
        self._rate = 48_000 if kind == "audio" else 90_000
        self._packets = iter(packets)
        self._stage = stage

    async def recv(self) -> Any:
        following = next(self._packets, None)
        if following is None or self.readyState != "live":
            raise MediaStreamError
        at, data = following
        await asyncio.sleep(max(0.0, self._stage.zero() + at - time.monotonic()))
        packet = av.Packet(data)
        packet.pts, packet.time_base = round(at * self._rate), Fraction(1, self._rate)
        return packet


class FlashingPerson:
    """`late`: the picture comes so much later than the sound. With `through`, behind an impaired line."""

    def __init__(
        self,
        plane: MediaPlane,
        visit: UUID,
        who: UUID,
        *,
        seconds: float,
        flashes: tuple[float, ...],
        late: float = 0.0,
        turned_at: float = 1e9,
        screen_from: float | None = None,
        codec: str = "vp8",
        through: bool = False,
    ) -> None:
        self.stage = Stage()
        self.impairer: Impairer | None = None
        self._plane, self._visit, self._who, self._through = plane, visit, who, through
        sound = voice(seconds, flashes)
        frames = camera(seconds, flashes, (320, 240), turned_at, codec=codec, begins=late)
        pictures = [(at, data) for at, data, _ in frames]
        shared = camera(seconds, flashes, (160, 96), codec=codec) if screen_from is not None else []
        screen = [(at, data) for at, data, _ in shared if at >= (screen_from or 0.0)]
        self._person = SimulatedParticipant(
            self._connect, listen=("127.0.0.1",), screen=Encoded("video", screen, self.stage)
        )
        self._own = [Encoded("audio", sound, self.stage), Encoded("video", pictures, self.stage)]
        transceivers = self._person._peer.getTransceivers()
        for transceiver, track in zip(transceivers, self._own, strict=False):
            transceiver.sender.replaceTrack(track)
        wanted = [
            c for c in RTCRtpSender.getCapabilities("video").codecs if c.mimeType.lower() == f"video/{codec}"
        ]
        for transceiver in transceivers[1:3]:
            transceiver.setCodecPreferences(wanted)

    async def _connect(self, offer: str) -> str:
        if not self._through:
            return await self._plane.connect(self._visit, self._who, offer)
        answer = await self._plane.connect(self._visit, self._who, without_candidates(offer))
        self.impairer, led = await impaired(answer)
        return led

    @property
    def seconds(self) -> float:
        """Since the first sound was sent."""
        return time.monotonic() - self.stage.zero()

    async def until(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds - self.seconds))  # the person acts in real time

    async def join(self) -> None:
        await self._person.join()

    async def leave(self) -> None:
        for track in self._own:
            track.stop()
        await self._person.leave()
        if self.impairer is not None:
            await self.impairer.close()
