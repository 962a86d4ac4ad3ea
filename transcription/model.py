"""What speech becomes: utterances, transcriptions and whole transcripts. Pure values and rules on them."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples a second everywhere in this package: what Whisper and Silero were trained on."""

WINDOW_SECONDS = 30.0
"""What Whisper hears at once."""

Samples = NDArray[np.float32]
"""Mono sound, shape ``(n,)``, float32 in [-1, 1], 16 kHz."""

_MOST_WORDS_A_SECOND = 6.0
_LOOP = re.compile(r"\b(\w+(?:\W+\w+){0,7}?)(?:\W+\1\b){2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """One stretch of speech on a track.

    ``start`` and ``end`` are seconds on the track's own time line and agree with ``samples``:
    ``end - start == len(samples) / 16000``. A little of the silence around the speech is inside.
    """

    start: float
    end: float
    samples: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One utterance to hear: mono float32 at 16 kHz, at most 30 s.

    Attributes:
        prompt: words that may come (the visit's vocabulary), or empty.
        language: ISO 639-1 code of the language that is spoken; English-only models know no other.
        beam: hypotheses kept while decoding; 1 is greedy.
        once: whatever comes of the first hearing is told: for what is still being said, and heard again anyway.
    """

    samples: Samples
    prompt: str = ""
    language: str = "en"
    beam: int = 1
    once: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word with the probability (0 to 1) of its least certain token.

    ``start`` and ``end``: seconds from the utterance's first sample, inside the utterance; None where the
    engine gives no times.
    """

    text: str
    confidence: float
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was heard in one utterance.

    Attributes:
        text: empty when there was no speech.
        confidence: 0 to 1, the geometric mean of the token probabilities.
        no_speech_probability: 0 to 1, Whisper's own.
        words: the text word by word; empty when the text is.
        warnings: any of ``repetition``, ``low_confidence``, ``too_many_words``, ``no_speech``,
            ``other_language``, ``prompt_echo``, ``outside_speech``.
            Text is flagged, never deleted, except where there was no speech.
        language: what the engine took the language to be, None where it cannot tell.
    """

    text: str
    confidence: float
    no_speech_probability: float
    words: tuple[Word, ...] = ()
    warnings: tuple[str, ...] = ()
    language: str | None = None


NOTHING = Transcription("", 0.0, 1.0, warnings=("no_speech",))
"""The transcription of silence."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One utterance's text with its speaker; times in seconds from the start of the tracks."""

    speaker: str
    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class TranscriptDocument:
    """A whole consult, turns in the order in which they began.

    Attributes:
        id: of the content, the same for the same words at the same times.
        model: name of the speech model.
        notice: what the reader must know about the model, or None.
        flagged: start seconds of turns that carry a warning.
    """

    id: str
    model: str
    notice: str | None
    turns: tuple[SpokenTurn, ...]
    flagged: tuple[float, ...] = ()


def document_id(turns: tuple[SpokenTurn, ...]) -> str:
    """Twelve hexadecimal digits that stand for these words at these times."""
    said = "\n".join(f"{turn.speaker} {turn.start:.2f} {turn.end:.2f} {turn.text}" for turn in turns)
    return "consult-" + hashlib.sha256(said.encode()).hexdigest()[:12]


def repeats(text: str) -> bool:
    """Whether one to eight words come three times or more in a row: Whisper's repetition loop."""
    return _LOOP.search(text) is not None


def doubts(text: str, seconds: float, mean_log_probability: float, compression: float) -> tuple[str, ...]:
    """The warnings that a text of ``seconds`` of speech deserves; thresholds are openai-whisper's own."""
    found = {
        "repetition": compression > 2.4 or repeats(text),
        "low_confidence": mean_log_probability < -1.0,
        "too_many_words": len(text.split()) > 3 + _MOST_WORDS_A_SECOND * seconds,
    }
    return tuple(name for name, present in found.items() if present)
