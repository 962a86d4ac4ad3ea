"""What is told of an utterance that goes on: its sound from `record` to `work`, its words from `work` to `serve`.

Both are sealed with the visit's live key and kept nowhere (ADR 19). In the clear stand the ids, and how long the
utterance was, so that the newest can be told from an older one without opening either.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from clinical_store import ClinicalStore
from clinical_store.model import milliseconds
from clinical_store.note import Frozen
from clinical_store.transcript_model import utterance_id
from core.crypto import NotOpened, seal, unseal
from core.database import Database
from core.errors import InvalidInput

CHANNEL = "open-speech"
"""The broadcast channel of the sound."""
WORDS_HEARD = "utterance.heard"
"""The bus topic of the words."""
MOST_SECONDS = 30.0

_HEAD = struct.Struct("!B16s16sQ")  # version, visit, utterance, end in milliseconds
_BODY = struct.Struct("!16sdd")  # participant, start, end
_VERSION = 1
_MOST_KEYS = 256


@dataclass(frozen=True, slots=True, eq=False)
class OpenSound:
    """What somebody has said so far of an utterance: 16 kHz mono PCM, times in seconds since the visit's epoch."""

    visit_id: UUID
    participant_id: UUID
    start: float
    end: float
    audio: bytes

    @property
    def utterance_id(self) -> UUID:
        """The id that the closed utterance will have."""
        return utterance_id(self.participant_id, milliseconds(self.start))

    def sealed(self, key: bytes) -> bytes:
        """As it is told on the broadcast."""
        head = _HEAD.pack(_VERSION, self.visit_id.bytes, self.utterance_id.bytes, milliseconds(self.end))
        body = _BODY.pack(self.participant_id.bytes, self.start, self.end) + self.audio
        return head + seal(key, body, aad=b"open sound|" + head, key_id=str(self.visit_id))


@dataclass(frozen=True, slots=True)
class SealedSound:
    """An OpenSound as it arrives."""

    visit_id: UUID
    utterance_id: UUID
    end_ms: int
    message: bytes

    @classmethod
    def arrived(cls, message: bytes) -> SealedSound:
        """Raises InvalidInput for what is none."""
        if len(message) < _HEAD.size or message[0] != _VERSION:
            raise InvalidInput("no open utterance")
        _, visit, utterance, end_ms = _HEAD.unpack_from(message)
        return cls(UUID(bytes=visit), UUID(bytes=utterance), end_ms, message)

    def opened(self, key: bytes) -> OpenSound:
        """Raises InvalidInput when it was sealed with another key, damaged, or not what its head says."""
        head, sealed = self.message[: _HEAD.size], self.message[_HEAD.size :]
        try:
            body = unseal({str(self.visit_id): key}, sealed, aad=b"open sound|" + head)
            who, start, end = _BODY.unpack_from(body)
        except (NotOpened, struct.error) as error:
            raise InvalidInput("no open utterance") from error
        return OpenSound(self.visit_id, UUID(bytes=who), start, end, body[_BODY.size :])


class OpenWord(Frozen):
    """One word; times in seconds since the visit's epoch, None where the engine gives none."""

    text: str
    confidence: float
    start: float | None
    end: float | None


class OpenWords(Frozen):
    """What one hearing of an open utterance gave."""

    participant_id: UUID
    start: float
    end: float
    words: tuple[OpenWord, ...]

    @property
    def utterance_id(self) -> UUID:
        """The id that the closed utterance will have."""
        return utterance_id(self.participant_id, milliseconds(self.start))

    def event(self, visit_id: UUID, key: bytes) -> dict[str, str | int]:
        """The payload of a WORDS_HEARD event. Raises nothing."""
        place = _place(visit_id, self.utterance_id)
        sealed = seal(key, self.model_dump_json().encode(), aad=place, key_id=str(visit_id))
        return {
            "visit_id": str(visit_id),
            "utterance_id": str(self.utterance_id),
            "end_ms": milliseconds(self.end),
            "sealed": sealed.hex(),
        }

    @classmethod
    def of_event(cls, visit_id: UUID, utterance: UUID, sealed: str, key: bytes) -> OpenWords:
        """Raises InvalidInput when it was sealed with another key, damaged or moved to another utterance."""
        try:
            words = unseal({str(visit_id): key}, bytes.fromhex(sealed), aad=_place(visit_id, utterance))
            return cls.model_validate_json(words)
        except (NotOpened, ValueError) as error:  # pydantic's own is a ValueError; neither text is kept
            raise InvalidInput("no open utterance") from error


def _place(visit_id: UUID, utterance: UUID) -> bytes:
    return b"open words|" + visit_id.bytes + utterance.bytes


@dataclass(slots=True)
class LiveKeys:
    """The live keys of the visits that are spoken in now; the ones asked for last are remembered."""

    database: Database
    store: ClinicalStore
    _known: OrderedDict[UUID, bytes] = field(default_factory=OrderedDict)

    async def of(self, visit_id: UUID) -> bytes:
        """Raises VisitNotFound, Unavailable."""
        if visit_id not in self._known:
            async with self.database.transaction() as session:
                self._known[visit_id] = await self.store.live_key_of_visit(session, visit_id)
        self._known.move_to_end(visit_id)
        while len(self._known) > _MOST_KEYS:
            self._known.popitem(last=False)
        return self._known[visit_id]
