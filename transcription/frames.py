"""What the speech process and its owner say to each other: ``length (4 bytes, big endian) | payload``.

Towards the child a payload is the float32 little-endian samples of one utterance; back comes JSON, either
``{"ready": true}``, the fields of a Transcription, or ``{"error": code, "detail": ...}``.
"""

import dataclasses
import json
import struct
from typing import Any

import numpy as np

from core.errors import ServiceError
from transcription import errors
from transcription.model import SAMPLE_RATE, WINDOW_SECONDS, Samples, Transcription, Word

HEADER = struct.Struct(">I")
LARGEST = int(WINDOW_SECONDS * SAMPLE_RATE) * 4

_KNOWN = {
    kind.code: kind
    for kind in (
        errors.ModelCorrupt,
        errors.ModelMissing,
        errors.ModelUnknown,
        errors.SpeechEngineFailed,
        errors.UtteranceTooLong,
    )
}


def frame(payload: bytes) -> bytes:
    """One frame around the payload."""
    return HEADER.pack(len(payload)) + payload


def pack_samples(samples: Samples) -> bytes:
    """Samples as a payload.

    Raises:
        UtteranceTooLong: more than 30 seconds.
    """
    payload = np.ascontiguousarray(samples, dtype="<f4").tobytes()
    if len(payload) > LARGEST:
        raise errors.UtteranceTooLong(
            f"{len(samples) / SAMPLE_RATE:.1f} seconds were given as one utterance."
        )
    return payload


def unpack_samples(payload: bytes) -> Samples:
    """The samples of a payload."""
    return np.frombuffer(payload, dtype="<f4").astype(np.float32)


def pack_answer(answer: Transcription | ServiceError | None) -> bytes:
    """A transcription, an error, or None for "ready", as a payload."""
    match answer:
        case None:
            return b'{"ready": true}'
        case Transcription():
            return json.dumps(dataclasses.asdict(answer)).encode()
        case error:
            return json.dumps({"error": error.code, "detail": error.detail}).encode()


def unpack_answer(payload: bytes) -> Transcription | None:
    """The transcription of a payload, or None for "ready".

    Raises:
        ServiceError: the error that the payload tells of.
    """
    answer: dict[str, Any] = json.loads(payload)
    if "error" in answer:
        raise _KNOWN.get(answer["error"], errors.SpeechEngineFailed)(answer["detail"])
    if "ready" in answer:
        return None
    words = tuple(Word(**word) for word in answer.pop("words"))
    return Transcription(words=words, warnings=tuple(answer.pop("warnings")), **answer)
