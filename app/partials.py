"""The words of utterances that go on (in `work`): heard when no closed utterance waits, and told at once.

Every worker hears of every piece; the first one that is free claims it. A piece that nobody was free for within two
seconds, or that a longer one of the same utterance has replaced, is left out. Nothing of this is stored.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from app.open_speech import WORDS_HEARD, LiveKeys, OpenSound, OpenWord, OpenWords, SealedSound
from app.sound import float32
from core.broadcast import Broadcast
from core.bus import Bus
from core.errors import InvalidInput, ServiceError
from core.telemetry import counter, get_logger
from transcription import Priority, Request, Transcription
from transcription.errors import SpeechEngineBusy

log = get_logger()
HEARD = counter("open_utterances_total", "Pieces of open utterances, by what became of them", ("outcome",))

STALE_SECONDS = 2.0
"""A piece that has waited longer is left out."""
MOST_WAITING = 64
"""Open utterances that wait here, the newest piece of each; over this the longest waiting one is left out."""
AT_ONCE = 4
"""Open utterances heard together: the speech process makes one batch of them."""
PATIENCE_SECONDS = 0.05
"""So long it is waited when closed utterances are being heard, then looked again."""
UNFIT = frozenset(
    {"repetition", "too_many_words", "prompt_echo", "outside_speech", "no_speech", "other_language"}
)
"""Warnings with which a closed utterance is shown and flagged; of an open one, which carries no flag, nothing is shown:
another try comes."""
LONGEST_HEARING = 1.0
"""Seconds that a hearing may take: a sentence that closes meanwhile waits for no longer than this."""
_CLAIMED = timedelta(seconds=10)
_NEWEST_SHARE, _FORGETTING = 0.3, 0.9


class Speech(Protocol):
    """transcription.SpeechProcess, as far as it is asked here."""

    @property
    def finals(self) -> int: ...

    async def transcribe(
        self, request: Request, priority: Priority = ..., timeout: float = ...
    ) -> Transcription: ...


AsRequest = Callable[[OpenSound], Request]


@dataclass(slots=True)
class Newest:
    """The newest piece of each open utterance; who has waited longest comes first."""

    monotonic: Callable[[], float]
    _waiting: OrderedDict[UUID, tuple[SealedSound, float]] = field(default_factory=OrderedDict)

    def put(self, sound: SealedSound) -> None:
        """Instead of an older piece of the same utterance, in its place of the line."""
        known = self._waiting.get(sound.utterance_id)
        if known is not None and known[0].end_ms >= sound.end_ms:
            return
        self._waiting[sound.utterance_id] = (sound, self.monotonic())
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
            HEARD.labels("full").inc()

    def take(self, but_of: Collection[UUID] = ()) -> SealedSound | None:
        """The piece that has waited longest, is not stale, and is of no utterance of `but_of`."""
        self.forget_stale()
        for utterance_id in self._waiting:
            if utterance_id not in but_of:
                return self._waiting.pop(utterance_id)[0]
        return None

    def forget_stale(self) -> None:
        """Leave out what has waited too long."""
        oldest = self.monotonic() - STALE_SECONDS
        for utterance_id in [one for one, (_, since) in self._waiting.items() if since < oldest]:
            del self._waiting[utterance_id]
            HEARD.labels("stale").inc()

    def __len__(self) -> int:
        return len(self._waiting)


@dataclass(slots=True)
class Pace:
    """What hearing costs here: seconds per second of speech, learnt from every hearing."""

    cost: float = 0.0

    def took(self, speech: float, seconds: float) -> None:
        """A hearing of `speech` seconds took `seconds`."""
        self.cost += _NEWEST_SHARE * (seconds / max(speech, 0.1) - self.cost)

    def allows(self, speech: float) -> bool:
        """Whether a hearing of `speech` seconds will be over in time. A no makes the next yes likelier: a machine
        that was busy may be idle by now."""
        if self.cost * speech <= LONGEST_HEARING:
            return True
        self.cost *= _FORGETTING
        return False


@dataclass(slots=True)
class Partials:
    """Run beside the job queues. `as_request`: with which vocabulary and language a piece is heard."""

    speech: Speech
    keys: LiveKeys
    air: Broadcast
    bus: Bus
    as_request: AsRequest = field(default=lambda sound: Request(float32(sound.audio)))
    monotonic: Callable[[], float] = time.monotonic
    _pace: Pace = field(default_factory=Pace)
    _newest: Newest = field(init=False)
    _hearing: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._newest = Newest(self.monotonic)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. No trouble of one piece, of Valkey or of the model ends this."""
        begin = asyncio.create_task(self._begin_hearings(), name="partials")
        try:
            async for message in self.air.listen(stop):
                try:
                    self._newest.put(SealedSound.arrived(message))
                except InvalidInput:
                    HEARD.labels("not_ours").inc()
                self._look.set()
        finally:
            tasks = [begin, *self._hearing.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin_hearings(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            if (
                self._newest and self.speech.finals
            ):  # another worker may be free; what grows stale is left out
                await asyncio.sleep(PATIENCE_SECONDS)
                self._newest.forget_stale()
                self._look.set()
                continue
            while len(self._hearing) < AT_ONCE and (sound := self._newest.take(self._hearing)) is not None:
                self._hearing[sound.utterance_id] = asyncio.create_task(self._hear_one(sound), name="partial")

    async def _hear_one(self, sound: SealedSound) -> None:
        try:
            HEARD.labels(await self.hear(sound)).inc()
        except SpeechEngineBusy:
            HEARD.labels("busy").inc()
        except ServiceError as error:
            HEARD.labels("failed").inc()
            log.warning("open_utterance.not_heard", error_type=type(error).__name__)
        except Exception as error:  # what one piece did must not end the hearing of all others
            HEARD.labels("failed").inc()
            log.error("open_utterance.failed", exc_info=error)
        finally:
            del self._hearing[sound.utterance_id]
            self._look.set()

    async def hear(self, sound: SealedSound) -> str:
        """Hear one piece and tell its words; returns what became of it. Raises ServiceError."""
        key = await self.keys.of(sound.visit_id)
        opened = sound.opened(key)
        if not self._pace.allows(opened.end - opened.start):
            return "slow"  # here: a faster machine may claim it
        if not await self.air.claim(f"{sound.utterance_id}:{sound.end_ms}", _CLAIMED):
            return "claimed"
        began = self.monotonic()
        heard = await self.speech.transcribe(self.as_request(opened), Priority.PARTIAL)
        self._pace.took(opened.end - opened.start, self.monotonic() - began)
        if not heard.words or not UNFIT.isdisjoint(heard.warnings):
            return "unfit"
        await self.bus.publish(WORDS_HEARD, words_of(opened, heard).event(sound.visit_id, key))
        return "told"


def words_of(sound: OpenSound, heard: Transcription) -> OpenWords:
    """The transcription on the visit's own time line."""
    words = tuple(
        OpenWord(
            text=word.text,
            confidence=word.confidence,
            start=None if word.start is None else sound.start + word.start,
            end=None if word.end is None else sound.start + word.end,
        )
        for word in heard.words
    )
    return OpenWords(participant_id=sound.participant_id, start=sound.start, end=sound.end, words=words)
