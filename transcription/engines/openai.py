"""openai-whisper on batches of utterances: one window each, no memory of what came before, no invention.

A hearing goes from cheap to thorough: the utterance at its own length first; at any doubt (improbable, repeating,
too many words, cut off, silent after all, an echo of its prompt) again in the full 30-second window that Whisper
was trained on, then with some randomness, as ``whisper.transcribe`` does. Thresholds: :mod:`transcription.guards`.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from whisper.audio import log_mel_spectrogram
from whisper.tokenizer import Tokenizer, get_tokenizer

from transcription.engines.alignment import token_starts
from transcription.engines.checkpoint import load_checkpoint
from transcription.engines.decoding import Choice, Found, Row, Vocabulary, decode
from transcription.engines.network import Decoder, Encoder, Sound, Watch
from transcription.engines.tokens import known_as
from transcription.engines.windows import Context
from transcription.guards import (
    MOST_PROMPT_TOKENS,
    TEMPERATURES,
    Decoded,
    built_words,
    checked_seconds,
    is_doubtful,
    is_good,
    is_prompt_echo,
    is_silence,
    judged,
    likeliest,
    nothing_to_hear,
    token_limit,
)
from transcription.model import NOTHING, SAMPLE_RATE, WINDOW_SECONDS, Request, Samples, Transcription, Word
from transcription.models import ModelFile

_PLACES_A_SECOND = 50
_MARGIN = 1.0
_SHORTEST_WINDOW = 3.0  # less of it, and others report loops and lost words: see ADR 16
_SOUNDS_BYTES = 1 << 30  # keys and values of the sounds that are decoded together
_STEP = 0.5  # few shapes: for each new one the matrix library prepares itself anew


@dataclass(slots=True)
class _Hearing:
    """One decode of one utterance: what was found, after which prompt."""

    decoded: Decoded
    prompt: str


@dataclass(slots=True)
class _Job:
    """One request on its way. An echo of the prompt takes the prompt away."""

    request: Request
    prompt: str
    seconds: float
    hearings: list[_Hearing] = field(default_factory=list)
    chosen: _Hearing | None = None

    def take(self, hearing: _Hearing, full: bool) -> None:
        """Keep it; choose it if it is to be believed. A fitted window is left at any sign of doubt."""
        self.hearings.append(hearing)
        found = hearing.decoded
        echo = is_prompt_echo(found.text, hearing.prompt)
        if full:
            believed = is_silence(found) or (is_good(found) and not echo)
        else:
            believed = not (is_silence(found) or echo or is_doubtful(found, self.request))
        self.prompt = "" if echo else self.prompt
        self.chosen = hearing if believed or self.request.once else None

    def likeliest(self) -> _Hearing:
        """The chosen hearing, else the best of all."""
        if self.chosen is not None:
            return self.chosen
        best = likeliest([one.decoded for one in self.hearings])
        return next(one for one in self.hearings if one.decoded is best)


class WhisperTranscriber:
    """A loaded Whisper model; use it from one thread at a time.

    Args:
        model: its file.
        threads: processor threads.
        context: ``fitted`` or ``full``.

    Raises:
        ModelCorrupt: the file is no Whisper checkpoint, or not the one its checksum promises.
        ModelUnsuitable: a checkpoint of a shape that cannot be used.
        SpeechOutOfMemory: there is not enough memory for it.
    """

    def __init__(self, model: ModelFile, threads: int = 1, context: Context = "fitted") -> None:
        torch.set_num_threads(threads)
        loaded = load_checkpoint(model)
        self._fitted = context == "fitted"
        self._bands: int = loaded.dims.n_mels
        self._multilingual: bool = loaded.is_multilingual
        self._languages: int = loaded.num_languages
        self._vocabulary = Vocabulary(loaded.dims, self._multilingual, self._languages, self._tokenizer("en"))
        self._heads = [(int(layer), int(head)) for layer, head in loaded.alignment_heads.indices().T]
        self._most_seconds = _SOUNDS_BYTES / _bytes_a_second(loaded.dims)
        with torch.inference_mode():
            self._encoder, self._decoder = Encoder(loaded.encoder), Decoder(loaded.decoder)

    @torch.inference_mode()
    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        """Hear each request. The same samples give the same text, whatever else is in the batch.

        Raises:
            UtteranceTooLong: more than 30 seconds were given.
        """
        lengths = [checked_seconds(request.samples) for request in requests]
        jobs = {
            number: _Job(request, request.prompt.strip(), seconds)
            for number, (request, seconds) in enumerate(zip(requests, lengths, strict=True))
            if not nothing_to_hear(request.samples)
        }
        self._hear_until_believed(list(jobs.values()))
        answers = [NOTHING] * len(requests)
        for number, job in jobs.items():
            hearing = job.likeliest()
            answers[number] = judged(replace(job.request, prompt=hearing.prompt), hearing.decoded)
        return answers

    def _hear_until_believed(self, jobs: Sequence[_Job]) -> None:
        if self._fitted:
            jobs = self._hear(jobs, None)
        for temperature in TEMPERATURES:
            jobs = self._hear(jobs, temperature)
            echoes = [job for job in jobs if job.prompt != job.hearings[-1].prompt]
            unheard = self._hear(echoes, temperature)
            jobs = [job for job in jobs if job not in echoes or job in unheard]

    def _hear(self, jobs: Sequence[_Job], temperature: float | None) -> list[_Job]:
        """Decode once, in the fitted window when no temperature is given; returns who must be heard again."""
        for beam in sorted({job.request.beam for job in jobs}):
            group = [job for job in jobs if job.request.beam == beam]
            choice = Choice(temperature or 0.0, 1 if temperature else beam)
            self._hear_group(group, choice, full=temperature is not None)
        return [job for job in jobs if job.chosen is None]

    def _hear_group(self, jobs: Sequence[_Job], choice: Choice, full: bool) -> None:
        """Decode in parts whose sounds fit into memory together."""
        part: list[_Job] = []
        room = 0.0
        for job in jobs:
            length = WINDOW_SECONDS if full else window(job.seconds)
            if part and room + length > self._most_seconds / choice.beam:
                self._hear_part(part, choice, full)
                part, room = [], 0.0
            part.append(job)
            room += length
        if part:
            self._hear_part(part, choice, full)

    def _hear_part(self, jobs: Sequence[_Job], choice: Choice, full: bool) -> None:
        windows = [WINDOW_SECONDS if full else window(job.seconds) for job in jobs]
        sounds = [self._sound(job.request.samples, one) for job, one in zip(jobs, windows, strict=True)]
        rows = [self._row(job) for job in jobs]
        found = decode(self._decoder, self._vocabulary, sounds, rows, choice)
        for job, one, row, sound in zip(jobs, found, rows, sounds, strict=True):
            decoded = self._decoded(one, row)
            words = self._words(job, one.result.tokens, sound) if decoded.text else ()
            job.take(_Hearing(replace(decoded, words=words), job.prompt), full)

    def _sound(self, samples: Samples, seconds: float) -> Sound:
        sound = torch.zeros(round(seconds * SAMPLE_RATE))
        sound[: len(samples)] = torch.from_numpy(samples.copy())
        features = self._encoder.features(log_mel_spectrogram(sound, self._bands))
        return self._decoder.sound(features)

    def _row(self, job: _Job) -> Row:
        tokenizer = self._tokenizer(job.request.language)
        prompt = tokenizer.encode(" " + job.prompt)[-MOST_PROMPT_TOKENS:] if job.prompt else []
        before = [tokenizer.sot_prev, *prompt] if prompt else []
        return Row((*before, *tokenizer.sot_sequence_including_notimestamps), token_limit(job.seconds))

    def _decoded(self, found: Found, row: Row) -> Decoded:
        language, probability = self._language(found.opening)
        return Decoded(
            found.result.text,
            found.result.avg_logprob,
            found.result.no_speech_prob,
            language=language,
            language_probability=probability,
            cut_off=len(found.result.tokens) >= row.limit,
        )

    def _language(self, opening: Tensor) -> tuple[str | None, float]:
        """What the decoder would have said the language is."""
        if not self._multilingual:
            return None, 0.0
        tokenizer = self._vocabulary.tokenizer
        chances = opening[list(tokenizer.all_language_tokens)].softmax(-1)
        best = int(chances.argmax())
        return tokenizer.all_language_codes[best], float(chances[best])

    def _words(self, job: _Job, text: Sequence[int], sound: Sound) -> tuple[Word, ...]:
        """Each word with its times and the probability of its least certain token: one more pass, alone.

        Without the prompt, as whisper aligns: what the sound itself gives.
        """
        tokenizer = self._tokenizer(job.request.language)
        start = tokenizer.sot_sequence_including_notimestamps
        tokens = torch.tensor([[*start, *text, tokenizer.eot]])
        said = self._decoder.nothing_said(torch.zeros(1, dtype=torch.long), tokens.shape[1])
        watch = Watch(self._heads, [])
        states = self._decoder.states(tokens, said, [sound], watch)
        logits = self._decoder.logits(states[0, len(start) - 1 : -2])
        chances = logits.softmax(-1)[range(len(text)), list(text)].tolist()
        looks = torch.stack(watch.looks)
        places = max(1, int(job.seconds * _PLACES_A_SECOND))
        starts = token_starts(looks, places, len(start) - 1)
        pieces, groups = tokenizer.split_to_word_tokens([*text])
        ends = [0, *torch.tensor([len(group) for group in groups]).cumsum(0).tolist()]
        own = [chances[first:last] for first, last in pairwise(ends)]
        times = [(starts[first], starts[last]) for first, last in pairwise(ends)]
        return built_words(pieces, own, times, job.seconds)

    def _tokenizer(self, language: str) -> Tokenizer:
        with warnings.catch_warnings():  # whisper leaves its vocabulary file to the collector
            warnings.simplefilter("ignore", ResourceWarning)
            return get_tokenizer(
                self._multilingual,
                num_languages=self._languages,
                language=known_as(language, self._languages) if self._multilingual else None,
                task="transcribe" if self._multilingual else None,
            )


def window(seconds: float) -> float:
    """Seconds of sound that the encoder is given for an utterance at first."""
    fitting = math.ceil((seconds + _MARGIN) / _STEP) * _STEP
    return min(max(fitting, _SHORTEST_WINDOW), WINDOW_SECONDS)


def _bytes_a_second(dims: Any) -> int:
    """Of keys and values that a second of sound takes in all layers of the decoder, in float32."""
    return int(_PLACES_A_SECOND * dims.n_text_layer * 2 * dims.n_text_state * 4)
