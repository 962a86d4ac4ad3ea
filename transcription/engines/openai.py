"""openai-whisper on one utterance: one 30-second window, no memory of what came before, no invention.

Thresholds are those of ``whisper.transcribe`` (v20250625): a window is heard again with some randomness when
the text compresses by more than 2.4 or its mean log probability is below -1, and is silence when
``no_speech_prob`` is above 0.6 and the text is improbable as well.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
import whisper
from whisper.audio import log_mel_spectrogram, pad_or_trim
from whisper.decoding import DecodingOptions, DecodingResult
from whisper.tokenizer import Tokenizer, get_tokenizer

from transcription.errors import ModelCorrupt, UtteranceTooLong
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
from transcription.models import ModelFile, verify

_TEMPERATURES = (0.0, 0.4, 0.8)
_SHORTEST_SECONDS = 0.1
_SURELY_SILENT = 0.9


class WhisperTranscriber:
    """A loaded Whisper model; use it from one thread at a time.

    Args:
        model: its file.
        threads: processor threads for each utterance.
        language: the language spoken; English-only models know no other.

    Raises:
        ModelCorrupt: the file is no Whisper checkpoint, or not the one its checksum promises.
    """

    def __init__(self, model: ModelFile, threads: int = 1, language: str = "en") -> None:
        torch.set_num_threads(threads)
        verify(model)
        self._model = _load(model)
        self._language = language
        self._tokenizer = _tokenizer(self._model, language)

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        """Hear each request. The same samples give the same text.

        Raises:
            UtteranceTooLong: more than 30 seconds were given.
        """
        return [self._transcribe(request.samples) for request in requests]

    def _transcribe(self, samples: Samples) -> Transcription:
        seconds = len(samples) / SAMPLE_RATE
        if seconds > WINDOW_SECONDS:
            raise UtteranceTooLong(f"{seconds:.1f} seconds were given as one utterance.")
        if seconds < _SHORTEST_SECONDS:
            return NOTHING
        found = self._decode(samples, seconds)
        text = found.text.strip()
        if not text or _silent(found):
            return Transcription("", 0.0, found.no_speech_prob, warnings=("no_speech",))
        return Transcription(
            text,
            confidence=float(torch.tensor(found.avg_logprob).exp().clamp(0, 1)),
            no_speech_probability=found.no_speech_prob,
            words=self._words(found),
            warnings=doubts(text, seconds, found.avg_logprob, found.compression_ratio),
        )

    @torch.inference_mode()
    def _decode(self, samples: Samples, seconds: float) -> DecodingResult:
        window = pad_or_trim(torch.from_numpy(samples.copy()))
        heard = self._model.embed_audio(log_mel_spectrogram(window, self._model.dims.n_mels)[None])[0]
        tries: list[DecodingResult] = []
        for temperature in _TEMPERATURES:
            torch.manual_seed(0)
            tries.append(self._model.decode(heard, self._options(temperature, seconds)))
            if _good(tries[-1]) or _silent(tries[-1]):
                return tries[-1]
        return max(tries, key=lambda found: (found.compression_ratio <= 2.4, found.avg_logprob))

    def _options(self, temperature: float, seconds: float) -> DecodingOptions:
        return DecodingOptions(
            language=self._language,
            temperature=temperature,
            sample_len=min(224, 16 + round(10 * seconds)),  # nobody speaks ten tokens a second: bounds a loop
            without_timestamps=True,
            fp16=False,
        )

    @torch.inference_mode()
    def _words(self, found: DecodingResult) -> tuple[Word, ...]:
        """Each word with the probability of its least certain token: one more pass of the decoder."""
        start = list(self._tokenizer.sot_sequence_including_notimestamps)
        tokens = torch.tensor([[*start, *found.tokens]])
        logits = self._model.logits(tokens, found.audio_features[None])[0, len(start) - 1 : -1]
        chances = logits.softmax(-1)[range(len(found.tokens)), found.tokens].tolist()
        words, groups = self._tokenizer.split_to_word_tokens([*found.tokens])
        made: list[Word] = []
        for word, group in zip(words, groups, strict=True):
            own, chances = chances[: len(group)], chances[len(group) :]
            if made and not word.startswith(" "):  # punctuation belongs to the word before it
                made[-1] = Word(made[-1].text + word, made[-1].confidence)
            elif own:
                made.append(Word(word.strip(), min(own)))
        return tuple(made)


def _load(model: ModelFile) -> Any:
    try:
        return whisper.load_model(str(model.path), device="cpu")
    except Exception as error:  # torch and whisper raise a dozen kinds here, none of them documented
        raise ModelCorrupt(f"The file of the speech model {model.name} cannot be loaded.") from error


def _tokenizer(model: Any, language: str) -> Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # whisper leaves its vocabulary file to the collector
        return get_tokenizer(
            model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
        )


def _silent(found: DecodingResult) -> bool:
    improbable = bool(found.avg_logprob < -1.0)
    return bool(found.no_speech_prob > (0.6 if improbable else _SURELY_SILENT))


def _good(found: DecodingResult) -> bool:
    return bool(found.compression_ratio <= 2.4 and found.avg_logprob >= -1.0)
