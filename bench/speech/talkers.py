"""Simulated people in real visits of a whole running clinic: real WebRTC, sound encoded beforehand, so that on a
machine of two cores they cost next to nothing and what is measured is the clinic.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from app.demo.client import DemoPerson
from app.demo.consult import meet, prepare
from app.demo.people import PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from bench.media.client import Client
from bench.media.scenes import room_sections
from media.simulated import FRAME, RATE, read_sound

SEATS = 3
FRAME_SECONDS = FRAME / RATE
_LOUD = (
    0.01  # of full scale, peak within 10 ms: the voices of the demo are synthetic, their pauses are silent
)
_SLICE = RATE // 100


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """Sound to be said: Opus packets of 20 ms, and at which of its seconds something can be heard."""

    packets: Sequence[bytes]
    audible: NDArray[np.float64]

    @classmethod
    def of(cls, path: Path, times: int, longest: float) -> Voice:
        """The file `times` over, at most `longest` seconds of it."""
        samples = np.tile(read_sound(path), times)[: round(longest * RATE) // FRAME * FRAME]
        peaks = np.abs(samples[: len(samples) // _SLICE * _SLICE].reshape(-1, _SLICE)).max(axis=1)
        audible = (np.flatnonzero(peaks > _LOUD * 32768) + 1) / 100
        return cls(encoded(samples), audible)

    @property
    def seconds(self) -> float:
        return len(self.packets) * FRAME_SECONDS

    def ended(self, before: float) -> float:
        """The last audible moment up to `before`."""
        at = int(np.searchsorted(self.audible, before, side="right"))
        return float(self.audible[max(0, at - 1)])

    def began(self, after: float) -> float:
        """The first audible moment from `after` on."""
        at = int(np.searchsorted(self.audible, after, side="left"))
        return float(self.audible[min(len(self.audible) - 1, at)]) - 0.01


def encoded(samples: NDArray[np.int16]) -> list[bytes]:
    """48 kHz mono as Opus packets as browsers make them: 32 kbit/s, 20 ms, in-band FEC."""
    codec = av.CodecContext.create("libopus", "w")
    codec.bit_rate, codec.sample_rate, codec.layout, codec.format = 32_000, RATE, "mono", "s16"
    codec.options = {"application": "voip", "fec": "1", "packet_loss": "10", "frame_duration": "20"}
    packets: list[bytes] = []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        frame = AudioFrame.from_ndarray(samples[np.newaxis, at : at + FRAME], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


@dataclass(frozen=True, slots=True)
class Line:
    """A `transcript.utterance` as a socket got it, and when (Unix time)."""

    at: float
    view: dict[str, Any]


@dataclass(slots=True)
class Talker:
    """One person in a visit, with what their socket has shown them."""

    person: DemoPerson
    voice: Voice
    client: Client = field(default_factory=Client)
    lines: list[Line] = field(default_factory=list)
    began: float = 0.0
    late: int = 0

    def watch(self) -> None:
        self.person.on("transcript.utterance", lambda view: self.lines.append(Line(time.time(), view)))

    async def connect(self) -> None:
        answer = await self.person.offer(await self.client.offer(room_sections(SEATS)))
        await self.client.accept(answer)
        await self.person.tell("media.state", {"microphone": True, "camera": False})

    async def talk(self, begin: float) -> None:
        """Second t of the voice has been sent at Unix time `begin` + t: a packet goes when its sound is over."""
        track = next(track for track in self.client.tracks if track.kind == "audio")
        self.began = begin
        reported = 0.0
        for number, payload in enumerate(self.voice.packets):
            due = begin + (number + 1) * FRAME_SECONDS
            if (ahead := due - time.time()) > 0:
                await asyncio.sleep(ahead)
            self.late += time.time() - due > 0.02
            self.client.send(track.packet(payload, False, number * FRAME))
            if due - reported >= 1.0:
                self.client.report({"audio": number * FRAME, "video": 0})
                reported = due

    def own(self, state: str) -> list[Line]:
        """The lines of what this person said, in this state, as their own screen showed them."""
        me = self.person.state["me"]
        return [one for one in self.lines if one.view["participant_id"] == me and one.view["state"] == state]

    def firsts(self, state: str) -> list[Line]:
        """Of `own`, the first line of each utterance."""
        first: dict[str, Line] = {}
        for line in self.own(state):
            first.setdefault(line.view["id"], line)
        return list(first.values())

    def on_voice(self, seconds: float) -> float:
        """Seconds of the visit's media time as seconds of this voice."""
        return self.epoch + seconds - self.began

    @property
    def epoch(self) -> float:
        return datetime.fromisoformat(self.person.state["epoch"]).timestamp()


async def consult(url: str, voices: Sequence[Voice], stack: AsyncExitStack) -> list[Talker]:
    """Doctor and patient in a visit of their own, agreed and connected; nothing is said yet."""
    visit = UUID(str(await prepare(url)))
    talkers = []
    for account, voice in zip((SIMULATED_DOCTOR, SIMULATED_PATIENT), voices, strict=True):
        person = await stack.enter_async_context(DemoPerson.signed_in(url, account.email, PASSWORD))
        talkers.append(Talker(person, voice))
        talkers[-1].watch()
    await meet(talkers[0].person, talkers[1].person, visit)
    for talker in talkers:
        await talker.connect()
        stack.push_async_callback(talker.client.close)
    return talkers
