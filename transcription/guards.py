"""What is believed of what an engine heard: shared by both engines, pure.

Thresholds of compression, log probability and silence are those of ``whisper.transcribe`` (v20250625). Text is
flagged, never deleted, except where there was no speech; no phrase is ever black-listed, for patients say
"thank you" too.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from transcription.errors import UtteranceTooLong
from transcription.model import (
    NOTHING,
    SAMPLE_RATE,
    WINDOW_SECONDS,
    Request,
    Samples,
    Transcription,
    Word,
    doubts,
)

TEMPERATURES = (0.0, 0.4, 0.8)
"""Tried one after the other until one hearing is good."""

MOST_PROMPT_TOKENS = 223
"""Half of Whisper's text context less the token that begins the prompt."""

_SHORTEST_SECONDS = 0.1
_FLOOR = 0.0006  # RMS; the quietest sound an utterance can be made of (transcription.utterances.Policy.floor)
_FRAME = SAMPLE_RATE // 50
_MOST_COMPRESSED = 2.4
_LEAST_LOG_PROBABILITY = -1.0
_NO_SPEECH = 0.6
_SURELY_SILENT = 0.9
_SPOKEN_FROM = 0.03  # of the loud parts' level (-30 dB): softer is a pause, whoever speaks
_AROUND_WORD = 0.15  # seconds a word's time may be off
_SURELY_OTHER = 0.7
_TOLD_APART_FROM = 2.0  # seconds; the language of "mm-hm" is nobody's
_PART_OF = {"yue": "zh"}  # Cantonese is Chinese to models before large-v3
_ECHO_WORDS = 3
_TWICE = re.compile(r"\b(\w+(?:\W+\w+){2,}?)\W+\1\b", re.IGNORECASE)
"""Three words or more, and at once the same again: people do it, and so do windows that are too short."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One hearing of one utterance, before anything is believed.

    Attributes:
        mean_log_probability: over the text's tokens and the end of text.
        no_speech_probability: 0 to 1, Whisper's own.
        language: the likeliest one, None where the weights know one only; with its probability.
        cut_off: the decoder was stopped at :func:`token_limit`.
    """

    text: str
    mean_log_probability: float
    no_speech_probability: float
    words: tuple[Word, ...] = ()
    language: str | None = None
    language_probability: float = 0.0
    cut_off: bool = False


def checked_seconds(samples: Samples) -> float:
    """The length in seconds.

    Raises:
        UtteranceTooLong: more than 30 seconds.
    """
    seconds = len(samples) / SAMPLE_RATE
    if seconds > WINDOW_SECONDS:
        raise UtteranceTooLong(f"{seconds:.1f} seconds were given as one utterance.")
    return seconds


def nothing_to_hear(samples: Samples) -> bool:
    """Too short or too quiet for any speech: not worth decoding, and no text may come of it."""
    if len(samples) < _SHORTEST_SECONDS * SAMPLE_RATE:
        return True
    return bool(_levels(samples).max(initial=0.0) < _FLOOR)


def token_limit(seconds: float) -> int:
    """Tokens a text of that length may have: nobody speaks ten a second, so this bounds a loop."""
    return min(224, 16 + round(10 * seconds))


def compression_ratio(text: str) -> float:
    """Bytes over compressed bytes: high for text that goes round in circles (``whisper.utils``)."""
    spoken = text.encode()
    return len(spoken) / len(zlib.compress(spoken))


def is_silence(heard: Decoded) -> bool:
    """Whether the model itself says that nobody spoke."""
    improbable = heard.mean_log_probability < _LEAST_LOG_PROBABILITY
    return not heard.text or heard.no_speech_probability > (_NO_SPEECH if improbable else _SURELY_SILENT)


def is_good(heard: Decoded) -> bool:
    """Probable enough, and not going round in circles: needs no higher temperature."""
    improbable = heard.mean_log_probability < _LEAST_LOG_PROBABILITY
    return not improbable and compression_ratio(heard.text) <= _MOST_COMPRESSED


def is_doubtful(heard: Decoded, request: Request) -> bool:
    """Any sign that a cheaper hearing went wrong: worth hearing again with every means."""
    seconds = len(request.samples) / SAMPLE_RATE
    twice = _TWICE.search(heard.text) is not None
    return not is_good(heard) or heard.cut_off or twice or bool(_doubts(heard, seconds))


def is_prompt_echo(text: str, prompt: str) -> bool:
    """Whether the text is nothing but a stretch of the prompt, three words at least."""
    said, offered = _plain(text), _plain(prompt)
    places = range(len(offered) - len(said) + 1)
    return len(said) >= _ECHO_WORDS and any(offered[at : at + len(said)] == said for at in places)


def likeliest(tries: Sequence[Decoded]) -> Decoded:
    """The most probable of several hearings, one that goes round in circles only when all do."""
    return max(
        tries, key=lambda one: (compression_ratio(one.text) <= _MOST_COMPRESSED, one.mean_log_probability)
    )


def built_words(
    pieces: Sequence[str],
    chances: Sequence[Sequence[float]],
    times: Sequence[tuple[float, float]] | None,
    seconds: float,
) -> tuple[Word, ...]:
    """Words of an utterance. Punctuation joins the word before it, and so does the rest of "2|.5" or "co|-codamol",
    which is as long and as doubtful as all its parts.

    Args:
        pieces: as the tokenizer's ``split_to_word_tokens`` gives them, each new word with its space.
        chances: of each piece, the probability of each of its tokens.
        times: of each piece, seconds from the utterance's first sample; None when unknown.
        seconds: the utterance's length: no word lies outside, none begins before the one ahead of it.
    """
    made: list[Word] = []
    at = 0.0
    for number, (piece, own) in enumerate(zip(pieces, chances, strict=True)):
        start, end = (None, None) if times is None else _clipped(times[number], at, seconds)
        at = end if end is not None else at
        if made and not piece.startswith(" "):
            made[-1] = _joined(made[-1], Word(piece, min(own, default=1.0), start, end))
        elif own and piece.strip():
            made.append(Word(piece.strip(), min(own), start, end))
    return tuple(made)


def judged(request: Request, heard: Decoded) -> Transcription:
    """What is told of a hearing: its text with every doubt, or nothing where nobody spoke."""
    seconds = len(request.samples) / SAMPLE_RATE
    if is_silence(heard):
        return replace(NOTHING, no_speech_probability=heard.no_speech_probability)
    flags = {
        "other_language": _is_other_language(heard, request.language, seconds),
        "prompt_echo": is_prompt_echo(heard.text, request.prompt),
        "outside_speech": is_outside_speech(heard.words, request.samples),
    }
    warnings = _doubts(heard, seconds) + tuple(name for name, raised in flags.items() if raised)
    confidence = min(1.0, exp(heard.mean_log_probability))
    return Transcription(
        heard.text, confidence, heard.no_speech_probability, heard.words, warnings, heard.language
    )


def is_outside_speech(words: Sequence[Word], samples: Samples) -> bool:
    """Whether most words lie where the utterance is silent: 30 dB and more below its loud parts."""
    timed = [(word.start, word.end) for word in words if word.start is not None and word.end is not None]
    levels = _levels(samples)
    if not timed or not len(levels):
        return False
    spoken = levels >= max(_FLOOR, _SPOKEN_FROM * float(np.percentile(levels, 95)))
    silent = [not _part(spoken, start, end).any() for start, end in timed]
    return 2 * sum(silent) > len(silent)


def _part(frames: NDArray[np.bool_], start: float, end: float) -> NDArray[np.bool_]:
    first = max(0, int((start - _AROUND_WORD) * 50))
    return frames[first : max(first, int((end + _AROUND_WORD) * 50)) + 1]


def _joined(word: Word, piece: Word) -> Word:
    text = word.text + piece.text
    if not any(letter.isalnum() for letter in piece.text):  # how sure a comma is nobody asks
        return replace(word, text=text)
    return Word(text, min(word.confidence, piece.confidence), word.start, piece.end)


def _clipped(times: tuple[float, float], earliest: float, latest: float) -> tuple[float, float]:
    start = min(max(times[0], earliest), latest)
    return round(start, 3), round(min(max(times[1], start), latest), 3)


def _doubts(heard: Decoded, seconds: float) -> tuple[str, ...]:
    return doubts(heard.text, seconds, heard.mean_log_probability, compression_ratio(heard.text))


def _is_other_language(heard: Decoded, expected: str, seconds: float) -> bool:
    sure = heard.language_probability >= _SURELY_OTHER and seconds >= _TOLD_APART_FROM
    return sure and heard.language not in {None, expected, _PART_OF.get(expected)}


def _plain(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def _levels(samples: Samples) -> NDArray[np.float32]:
    """RMS of each 20 ms, a last shorter part left out unless it is all there is."""
    whole = len(samples) // _FRAME * _FRAME
    frames = samples[:whole].reshape(-1, _FRAME) if whole else samples.reshape(1, -1)
    if not frames.size:
        return np.zeros(0, dtype=np.float32)
    levels: NDArray[np.float32] = np.sqrt(np.mean(np.square(frames, dtype=np.float32), axis=1))
    return levels
