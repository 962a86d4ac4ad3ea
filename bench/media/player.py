"""Plays the recording into many clients at once, in real time, from one timer."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Iterable

from bench.media.client import Client, Outgoing
from bench.media.recorded import AUDIO_FRAME, FPS, RATE, Recording


class Playing:
    """One participant's camera and microphone. Each begins elsewhere in the recording and in the second."""

    def __init__(self, client: Client, recording: Recording, chance: random.Random) -> None:
        self.client = client
        self._recording = recording
        self._sound_at = chance.randrange(len(recording.sounds))
        self._frame = self._frame_at = chance.choice(recording.key_frames)
        self._sounds = self._pictures = 0
        self._asked = 0
        kinds: dict[str, Outgoing] = {}
        for track in client.tracks:  # the camera is the first picture; a screen sends nothing
            kinds.setdefault(track.kind, track)
        self._audio, self._video = kinds.get("audio"), kinds.get("video")

    @property
    def timestamps(self) -> dict[str, int]:
        return {"audio": self._sounds * AUDIO_FRAME, "video": self._pictures * 90_000 // FPS}

    def sound(self) -> None:
        if self._audio is not None:
            sounds = self._recording.sounds
            payload = sounds[(self._sound_at + self._sounds) % len(sounds)]
            self.client.play(self._audio, payload, False, self._sounds * AUDIO_FRAME)
        self._sounds += 1

    def picture(self) -> None:
        if self.client.key_frames_asked != self._asked:
            self._asked = self.client.key_frames_asked
            self._frame_at = self._recording.next_key_frame(self._frame_at)
        payloads = self._recording.frames[self._frame_at % len(self._recording.frames)]
        if self._video is not None:
            for payload in payloads:
                marker = payload is payloads[-1]
                self.client.play(self._video, payload, marker, self._pictures * 90_000 // FPS)
        self._frame_at += 1
        self._pictures += 1

    def report(self) -> None:
        self.client.report(self.timestamps)


class Player:
    """`add` participants at any time; `close` ends all."""

    def __init__(self, recording: Recording, seed: int = 1) -> None:
        self._recording = recording
        self._chance = random.Random(seed)
        self._due: list[tuple[float, int, float, Callable[[], None]]] = []
        self._count = itertools.count()
        self._playing: list[Playing] = []
        self._listeners: list[Client] = []
        self.late = 0  # turns that began over 20 ms late: the machine was too slow to play
        self._task = asyncio.create_task(self._run())

    def add(self, client: Client) -> Playing:
        playing = Playing(client, self._recording, self._chance)
        self._playing.append(playing)
        now = asyncio.get_running_loop().time()
        for every, act in (
            (AUDIO_FRAME / RATE, playing.sound),
            (1 / FPS, playing.picture),
            (1.0, playing.report),
        ):
            self._push(now + self._chance.random() * every, every, act)
        return playing

    def listen(self, client: Client) -> None:
        """A client that only receives: its reports are sent."""
        self._push(asyncio.get_running_loop().time() + 0.5, 1.0, lambda: client.report({}))

    def remove(self, clients: Iterable[Client]) -> None:
        gone = {id(client) for client in clients}
        self._due = [
            entry
            for entry in self._due
            if id(getattr(getattr(entry[3], "__self__", None), "client", None)) not in gone
        ]
        heapq.heapify(self._due)

    def _push(self, at: float, every: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at, next(self._count), every, act))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for _ in range(64):  # then the sockets have their turn, however late it is
                if not self._due or self._due[0][0] > loop.time():
                    break
                at, _, every, act = heapq.heappop(self._due)
                if loop.time() - at > 0.02:
                    self.late += 1
                act()
                self._push(at + every, every, act)
            await asyncio.sleep(max(0.0, self._due[0][0] - loop.time()) if self._due else 0.05)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
