"""CTranslate2 on batches of utterances: Whisper in int8 on processors, the same policy as the reference engine.

Used directly and not through ``faster_whisper.WhisperModel``, which fetches its tokenizer from a hub, works on
one file at a time and applies no guard in its batched mode (its docstring: "Unused Arguments"). CTranslate2 takes
features of any length up to 30 s (its position table is cut to them), so the encoder sees a fitted window. Prompts
of one batch must have one length, so requests are grouped by it. Hearings are repeated by beam search, not by
chance: CTranslate2 seeds its random numbers once a thread, and the same sound must give the same text.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from transcription.conversion import converted
from transcription.engines.mel import log_mel
from transcription.engines.tokens import ENGLISH_ONLY, tokenizer
from transcription.engines.windows import Context, window_seconds
from transcription.errors import EngineMissing, ModelCorrupt
from transcription.guards import (
    MOST_PROMPT_TOKENS,
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
from transcription.model import NOTHING, SAMPLE_RATE, WINDOW_SECONDS, Request, Transcription, Word
from transcription.models import ModelFile

_MOST_AT_ONCE = 32
_MOST_SECONDS = (
    8 * WINDOW_SECONDS
)  # of sound times beams in one decode: bounds what it keeps of them in memory
_HEARINGS = 3
_AGAIN_BEAM = 5
_NO_LOOP = 4  # tokens: a stretch that long is not written twice in the last hearing
_MOST_TOKENS = 448
_FRAMES_A_SECOND = 100
_SECONDS_A_STEP = 0.02


@dataclass(frozen=True, slots=True)
class _Shape:
    """What requests must share to be heard in one call: they never differ in it by chance."""

    window: float
    beam: int
    language: str
    prompt_tokens: int
    no_loop: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    """One request on its way: its place in the answer, its prompt in tokens."""

    place: int
    request: Request
    prompt: tuple[int, ...]

    @property
    def seconds(self) -> float:
        return len(self.request.samples) / SAMPLE_RATE

    def echoed(self, heard: Decoded) -> bool:
        """Whether nothing came but a stretch of the prompt."""
        return bool(self.prompt) and is_prompt_echo(heard.text, self.request.prompt)

    def without_prompt(self) -> "_Task":
        """To be heard by the sound alone."""
        return replace(self, request=replace(self.request, prompt=""), prompt=())


class FasterTranscriber:
    """A Whisper model in CTranslate2; use it from one thread at a time.

    Args:
        model: a checkpoint (converted to int8 on first use, kept beside the fetched weights) or a CTranslate2 folder.
        threads: processor threads.
        context: ``fitted`` or ``full``.
        folder: where conversions are kept; the models folder when None.
        device: ``cpu``, ``cuda`` or ``auto``.

    Raises:
        EngineMissing: CTranslate2 is not installed.
        ModelCorrupt, ModelUnsuitable, ModelsFolderUnwritable: see :func:`transcription.conversion.converted`.
    """

    def __init__(
        self,
        model: ModelFile,
        threads: int = 1,
        context: Context = "fitted",
        folder: Path | None = None,
        device: str = "auto",
    ) -> None:
        self._model = _loaded(converted(model, folder), model, threads, device)
        self._context: Context = context
        self._size = 51765 + self._model.num_languages + 1 if self._model.is_multilingual else ENGLISH_ONLY

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        """Hear each request; the answers in their order. An answer does not depend on its neighbours.

        Raises:
            UtteranceTooLong: more than 30 seconds were given as one.
        """
        for request in requests:
            checked_seconds(request.samples)
        answers = [NOTHING] * len(requests)
        heard_at_all = (number for number, one in enumerate(requests) if not nothing_to_hear(one.samples))
        tasks = [self._task(number, requests[number]) for number in heard_at_all]
        for task, heard in self._heard(tasks):
            answers[task.place] = judged(task.request, heard)
        return answers

    def _task(self, place: int, request: Request) -> _Task:
        spoken = request.prompt.strip()
        tokens = self._tokens(request.language).encode(" " + spoken)[-MOST_PROMPT_TOKENS:] if spoken else []
        return _Task(place, request, tuple(tokens))

    def _heard(self, tasks: Sequence[_Task]) -> Iterator[tuple[_Task, Decoded]]:
        """First in the fitted window; what is doubtful again in the full one, by beam search, without loops."""
        tries: dict[int, list[tuple[_Task, Decoded]]] = defaultdict(list)
        waiting = tasks
        for again in range(_HEARINGS):
            unsure = []
            for task, heard in self._hear_once(waiting, again):
                tries[task.place].append((task, heard))
                if self._wants_more(task, heard, again):
                    unsure.append(task.without_prompt() if task.echoed(heard) else task)
            waiting = unsure
        yield from (_best(tries[task.place]) for task in tasks)

    def _wants_more(self, task: _Task, heard: Decoded, again: int) -> bool:
        """A fitted window is left at any sign of doubt, a full one only for a text that is not good."""
        if task.request.once:
            return False
        if again == 0 and self._shape(task, 0).window < WINDOW_SECONDS:
            return is_silence(heard) or task.echoed(heard) or is_doubtful(heard, task.request)
        return not is_silence(heard) and (task.echoed(heard) or not is_good(heard))

    def _shape(self, task: _Task, again: int) -> _Shape:
        beam = max(task.request.beam, _AGAIN_BEAM) if again else task.request.beam
        window = WINDOW_SECONDS if again else window_seconds(task.seconds, self._context)
        return _Shape(window, beam, task.request.language, len(task.prompt), _NO_LOOP if again > 1 else 0)

    def _hear_once(self, tasks: Iterable[_Task], again: int) -> Iterator[tuple[_Task, Decoded]]:
        groups: dict[_Shape, list[_Task]] = defaultdict(list)
        for task in tasks:
            groups[self._shape(task, again)].append(task)
        for shape, group in groups.items():
            group.sort(key=lambda task: task.seconds)  # those who say as much end together
            most = min(_MOST_AT_ONCE, max(1, int(_MOST_SECONDS / (shape.window * shape.beam))))
            for at in range(0, len(group), most):
                batch = group[at : at + most]
                yield from zip(batch, self._decode(batch, shape), strict=True)

    def _decode(self, batch: Sequence[_Task], shape: _Shape) -> list[Decoded]:
        encoded = self._encode(batch, shape.window)
        languages = self._languages(encoded, len(batch))
        tokens = self._tokens(shape.language)
        start = [*tokens.sot_sequence_including_notimestamps]
        prompts = [[*([tokens.sot_prev, *one.prompt] if one.prompt else []), *start] for one in batch]
        limit = min(token_limit(shape.window), _MOST_TOKENS - len(prompts[0]))
        results = self._model.generate(
            encoded,
            prompts,
            beam_size=shape.beam,
            no_repeat_ngram_size=shape.no_loop,
            max_length=max(2 * limit, limit + len(prompts[0])),  # it takes half, or what the prompt leaves
            return_scores=True,
            return_no_speech_prob=True,
        )
        found = [list(result.sequences_ids[0]) for result in results]
        words = self._words(encoded, batch, found, tokens)
        return [
            Decoded(
                text=tokens.decode([one for one in ids if one < tokens.eot]).strip(),
                mean_log_probability=result.scores[0] * len(ids) / (len(ids) + 1) if ids else 0.0,
                no_speech_probability=result.no_speech_prob,
                words=spoken,
                language=language,
                language_probability=probability,
                cut_off=len(ids) >= limit,
            )
            for result, ids, spoken, (language, probability) in zip(
                results, found, words, languages, strict=True
            )
        ]

    def _encode(self, batch: Sequence[_Task], window: float) -> Any:
        import ctranslate2

        picture = partial(log_mel, bands=self._model.n_mels, frames=round(window * _FRAMES_A_SECOND))
        one_by_one = [  # a batch of pictures leaves the processor's cache and costs more than its parts
            np.array(self._model.encode(ctranslate2.StorageView.from_array(shown[None]), to_cpu=True))
            for shown in (picture(task.request.samples) for task in batch)
        ]
        return ctranslate2.StorageView.from_array(np.concatenate(one_by_one))

    def _languages(self, encoded: Any, count: int) -> list[tuple[str | None, float]]:
        if not self._model.is_multilingual:
            return [(None, 0.0)] * count
        likeliest_first = self._model.detect_language(encoded)
        return [(str(one[0][0]).strip("<|>"), float(one[0][1])) for one in likeliest_first]

    def _words(
        self, encoded: Any, batch: Sequence[_Task], found: Sequence[list[int]], tokens: Any
    ) -> list[tuple[Word, ...]]:
        """Each word with its times and the probability that the sound alone, without the prompt, gives it."""
        texts = [[one for one in ids if one < tokens.eot] for ids in found]
        if not any(texts):
            return [()] * len(batch)
        stand_in = tokens.encode(" .")[:1]  # an empty text cannot be aligned
        aligned = self._model.align(
            encoded,
            [*tokens.sot_sequence],
            [text or stand_in for text in texts],
            [max(2, round(task.seconds * _FRAMES_A_SECOND)) for task in batch],
        )
        return [
            _timed_words(result, text, tokens, task.seconds) if text else ()
            for result, text, task in zip(aligned, texts, batch, strict=True)
        ]

    def _tokens(self, language: str) -> Any:
        return tokenizer(self._size, language)


def _best(tries: Sequence[tuple[_Task, Decoded]]) -> tuple[_Task, Decoded]:
    """The last hearing when it is good or silence, else the likeliest of all."""
    task, last = tries[-1]
    if is_silence(last) or (is_good(last) and not task.echoed(last)):
        return task, last
    best = likeliest([heard for _, heard in tries])
    return next(one for one in tries if one[1] is best)


def _timed_words(result: Any, text: Sequence[int], tokens: Any, seconds: float) -> tuple[Word, ...]:
    """Words of an alignment: as ``whisper.timing.find_alignment`` reads its path of (token, position) pairs."""
    pieces, groups = tokens.split_to_word_tokens([*text])
    path = np.array(result.alignments)
    jumps = np.concatenate([[True], np.diff(path[:, 0]) > 0])
    times = path[jumps, 1] * _SECONDS_A_STEP  # when each token, and then the end of text, begins
    borders = np.minimum(np.cumsum([0, *map(len, groups)]), len(times) - 1)
    spans = [(float(times[a]), float(times[b])) for a, b in pairwise(borders)]
    chances = [
        [float(chance) for chance in result.text_token_probs[at : at + len(group)]]
        for at, group in zip(np.cumsum([0, *map(len, groups)]), groups, strict=False)
    ]
    return built_words(pieces, chances, spans, seconds)


def _loaded(folder: Path, model: ModelFile, threads: int, device: str) -> Any:
    try:
        import ctranslate2
    except ImportError as error:
        raise EngineMissing("The package ctranslate2 is not installed.") from error
    kinds = {"cpu": "int8", "cuda": "int8_float16"}
    try:
        return ctranslate2.models.Whisper(
            str(folder), device=device, compute_type=kinds, intra_threads=threads, inter_threads=1
        )
    except (RuntimeError, ValueError) as error:
        raise ModelCorrupt(f"The converted speech model {model.name} cannot be loaded.") from error
