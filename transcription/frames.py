"""What the speech process and its owner say to each other: ``length (4 bytes, big endian) | payload``.

Towards the child a payload is ``length (4 bytes) | JSON | samples``: a list with each request's ``samples``
(their number), ``prompt``, ``language``, ``beam`` and ``once``, then the float32 little-endian samples one after the
other. Back comes JSON: ``{"ready": true}`` or an error when it starts; then a list with one answer per request,
either the fields of a Transcription or ``{"error": code, "detail": ...}``.
"""

import dataclasses
import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import ServiceError
from transcription import errors
from transcription.guards import checked_seconds
from transcription.model import SAMPLE_RATE, WINDOW_SECONDS, Request, Transcription, Word

HEADER = struct.Struct(">I")
MOST_BATCHED = 32
"""Requests in one frame."""

_WINDOW_BYTES = int(WINDOW_SECONDS * SAMPLE_RATE) * 4
LARGEST = MOST_BATCHED * (_WINDOW_BYTES + 16_384)
LARGEST_ANSWER = MOST_BATCHED << 18

Answer = Transcription | ServiceError

_KNOWN = {
    kind.code: kind
    for kind in (
        errors.EngineMissing,
        errors.EngineUnsuitable,
        errors.ModelCorrupt,
        errors.ModelMissing,
        errors.ModelUnknown,
        errors.ModelUnsuitable,
        errors.ModelsFolderUnwritable,
        errors.SpeechEngineFailed,
        errors.SpeechOutOfMemory,
        errors.UtteranceTooLong,
    )
}


def frame(payload: bytes) -> bytes:
    """One frame around the payload."""
    return HEADER.pack(len(payload)) + payload


def pack_requests(requests: Sequence[Request]) -> bytes:
    """Requests as a payload.

    Raises:
        UtteranceTooLong: more than 30 seconds.
    """
    for request in requests:
        checked_seconds(request.samples)
    listed = [
        {
            "samples": len(one.samples),
            "prompt": one.prompt,
            "language": one.language,
            "beam": one.beam,
            "once": one.once,
        }
        for one in requests
    ]
    head = json.dumps(listed).encode()
    sound = b"".join(np.ascontiguousarray(one.samples, dtype="<f4").tobytes() for one in requests)
    return HEADER.pack(len(head)) + head + sound


def unpack_requests(payload: bytes) -> list[Request]:
    """The requests of a payload."""
    (length,) = HEADER.unpack(payload[: HEADER.size])
    at = HEADER.size + length
    found = []
    for one in json.loads(payload[HEADER.size : at]):
        count = one.pop("samples")
        samples = np.frombuffer(payload, dtype="<f4", count=count, offset=at).astype(np.float32)
        found.append(Request(samples, **one))
        at += 4 * count
    return found


def pack_start(error: ServiceError | None) -> bytes:
    """ "Ready", or why not, as a payload."""
    return json.dumps({"ready": True} if error is None else _told(error)).encode()


def unpack_start(payload: bytes) -> None:
    """Return when the child is ready.

    Raises:
        ServiceError: the error that the payload tells of.
    """
    started: dict[str, Any] = json.loads(payload)
    if "error" in started:
        raise _raised(started)


def pack_answers(answers: Sequence[Answer]) -> bytes:
    """Transcriptions and errors, one per request, as a payload."""
    fields = [dataclasses.asdict(one) if isinstance(one, Transcription) else _told(one) for one in answers]
    return json.dumps(fields).encode()


def unpack_answers(payload: bytes) -> list[Answer]:
    """The answers of a payload in the requests' order; errors as values."""
    return [_answer(one) for one in json.loads(payload)]


def _told(error: ServiceError) -> dict[str, str]:
    return {"error": error.code, "detail": error.detail or ""}


def _raised(told: dict[str, str]) -> ServiceError:
    return _KNOWN.get(told["error"], errors.SpeechEngineFailed)(told["detail"])


def _answer(told: dict[str, Any]) -> Answer:
    if "error" in told:
        return _raised(told)
    words = tuple(Word(**word) for word in told.pop("words"))
    return Transcription(words=words, warnings=tuple(told.pop("warnings")), **told)
