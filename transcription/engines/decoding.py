"""Batches through openai-whisper's own ``DecodingTask``: its rules, its beam search, its suppressed tokens.

The task knows one prompt, one language and one length for all; here each row has its own. Three of its parts are
put in place of the originals: the network it asks for logits, the rows' first tokens, and the greedy choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from whisper.decoding import BeamSearchDecoder, DecodingOptions, DecodingResult, DecodingTask
from whisper.tokenizer import Tokenizer

from transcription.engines.network import Decoder, Said, Sound

_SEED = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One utterance to decode.

    Attributes:
        tokens: what stands before the text: prompt, start of transcript, language, task, no timestamps.
        limit: tokens its text may have.
    """

    tokens: tuple[int, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What ``whisper.decoding`` asks of a model that is not there: its dimensions and its tokenizer."""

    dims: Any
    multilingual: bool
    languages: int
    tokenizer: Tokenizer

    def stand_in(self) -> SimpleNamespace:
        """A model without weights."""
        return SimpleNamespace(
            dims=self.dims,
            is_multilingual=self.multilingual,
            num_languages=self.languages,
            decoder=SimpleNamespace(blocks=[]),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """How to choose: ``temperature`` 0 takes the likeliest token; above ``beam`` hypotheses are not kept."""

    temperature: float = 0.0
    beam: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A decoded row: Whisper's result and the logits at the start of transcript, ``(vocabulary,)``."""

    result: DecodingResult
    opening: Tensor


def decode(
    decoder: Decoder, vocabulary: Vocabulary, heard: Sequence[Sound], rows: Sequence[Row], choice: Choice
) -> list[Found]:
    """Decode all rows at once; each row's result is that of the row by itself, up to rounding."""
    longest = max(len(row.tokens) for row in rows)
    room = min(vocabulary.dims.n_text_ctx, longest + max(row.limit for row in rows))
    task = _task(vocabulary, rows, choice, room - longest)
    skipped = torch.tensor([longest - len(row.tokens) for row in rows])
    first = torch.tensor([[*[0] * (longest - len(row.tokens)), *row.tokens] for row in rows])
    inference = _Inference(decoder, heard, skipped, longest, room, vocabulary.tokenizer, choice.beam)
    task.inference = task.decoder.inference = inference
    task.sample_begin = longest
    task.initial_tokens = (0,) * longest
    task.sot_index = 0  # of the two places that _Inference answers for first
    for rule in task.logit_filters:
        rule.sample_begin = longest
    # As whisper would have them were beams of several sounds foreseen; what is heard, _Inference knows.
    task._get_audio_features = lambda features: features.repeat_interleave(choice.beam, dim=0)

    def own_tokens(features: Tensor, tokens: Tensor) -> tuple[list[str | None], None]:
        tokens[:] = first
        return [None] * len(tokens), None

    task._detect_language = own_tokens
    results = task.run(torch.zeros(len(rows), 1))
    return [Found(one, opening) for one, opening in zip(results, inference.openings, strict=True)]


def _task(vocabulary: Vocabulary, rows: Sequence[Row], choice: Choice, length: int) -> Any:
    options = DecodingOptions(
        language="en",  # each row's own is written over it
        temperature=choice.temperature,
        beam_size=choice.beam if choice.beam > 1 else None,
        sample_len=length,
        without_timestamps=True,
        fp16=False,
    )
    task = DecodingTask(vocabulary.stand_in(), options)
    end = vocabulary.tokenizer.eot
    if choice.beam > 1:
        task.decoder = _Beams(choice.beam, end)
    else:
        task.decoder = _Greedy(choice.temperature, end, [row.limit for row in rows])
    return task


@dataclass(slots=True)
class _Inference:
    """In place of ``whisper.decoding.PyTorchInference``. A row that has ended costs nothing any more."""

    decoder: Decoder
    heard: Sequence[Sound]
    skipped: Tensor
    first: int
    room: int
    tokenizer: Tokenizer
    beam: int
    openings: list[Tensor] = field(default_factory=list)
    _said: Said | None = None
    _live: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.long))

    def logits(self, tokens: Tensor, features: Tensor) -> Tensor:
        """``(rows, 2, vocabulary)`` at the start of transcript and the last token first, then the last only."""
        if self._said is None:
            return self._begin(tokens)
        last = tokens[:, -1]
        live = torch.nonzero(last != self.tokenizer.eot).flatten()
        if len(live) < len(self._live):
            self._keep(torch.searchsorted(self._live, live))
            self._live = live
        found = self.decoder.logits(self.decoder.states(last[live, None], self._said, self.heard))
        if len(live) == len(tokens):
            return found
        return torch.zeros(len(tokens), *found.shape[1:]).index_copy(0, live, found)

    def rearrange_kv_cache(self, sources: list[int]) -> None:
        """The hypotheses go on from these rows. What was heard is the same for all of one utterance."""
        if self._said is not None and sources != list(range(len(sources))):
            self._said = self._said.rows(torch.tensor(sources))

    def cleanup_caching(self) -> None:
        self._said = None

    def _begin(self, tokens: Tensor) -> Tensor:
        copies = torch.arange(len(self.skipped)).repeat_interleave(self.beam)
        self.heard = [self.heard[row] for row in copies]
        self._said = self.decoder.nothing_said(self.skipped[copies], self.room)
        self._live = torch.arange(len(tokens))
        states = self.decoder.states(tokens, self._said, self.heard)
        starts = (tokens == self.tokenizer.sot).int().argmax(dim=1)
        ends = torch.stack([states[self._live, starts], states[:, -1]], dim=1)
        found = self.decoder.logits(ends)
        self.openings = list(found[:: self.beam, 0])
        return found

    def _keep(self, places: Tensor) -> None:
        assert self._said is not None
        self._said, self.heard = self._said.rows(places), [self.heard[place] for place in places]


class _Beams(BeamSearchDecoder):  # type: ignore[misc]  # whisper ships no types
    """Whisper's beam search, which ends a row as soon as ``beam`` texts have ended, with another end.

    Where the model is sure, unlikely texts that break off early fill that number first, and the likely one is never
    reached ("on the left side of" for "on the left side of my head"). Here a row ends when no text under way is
    as likely as the best that has ended.
    """

    def __init__(self, beam: int, end: int) -> None:
        super().__init__(beam, end, None, patience=1e6)
        self._over: set[int] = set()

    def reset(self) -> None:
        super().reset()
        self._over = set()

    def update(self, tokens: Tensor, logits: Tensor, sums: Tensor) -> tuple[Tensor, bool]:
        """One token more for each hypothesis; a row that is over keeps what it has, whatever its neighbours need."""
        before = [dict(ended) for ended in self.finished_sequences or ()]
        tokens, _ = super().update(tokens, logits, sums)
        for row in self._over:
            self.finished_sequences[row] = before[row]
        under_way = sums.reshape(-1, self.beam_size).amax(dim=1).tolist()
        self._over |= {
            row
            for row, ended in enumerate(self.finished_sequences)
            if ended and max(ended.values()) >= under_way[row]
        }
        return tokens, len(self._over) == len(under_way)

    def finalize(self, tokens: Tensor, sums: Tensor) -> Any:
        """A text that was cut off by its limit counts only where none has ended."""
        self.beam_size, kept = 1, self.beam_size
        try:
            return super().finalize(tokens, sums)
        finally:
            self.beam_size = kept


@dataclass(slots=True)
class _Greedy:
    """In place of ``whisper.decoding.GreedyDecoder``: each row has its own limit and its own randomness."""

    temperature: float
    end: int
    limits: list[int]
    inference: Any = None
    _random: list[torch.Generator] = field(default_factory=list)
    _length: int = 0

    def reset(self) -> None:
        self._random = [torch.Generator().manual_seed(_SEED) for _ in self.limits]
        self._length = 0

    def update(self, tokens: Tensor, logits: Tensor, sums: Tensor) -> tuple[Tensor, bool]:
        """One token more for each row, its log probability into ``sums``; whether all have ended."""
        ended = tokens[:, -1] == self.end
        if self._length:
            ended |= torch.tensor([self._length >= limit for limit in self.limits])
        chosen = (logits if self.temperature == 0 else self._stirred(logits)).argmax(dim=-1)
        own = logits.log_softmax(-1).gather(1, chosen[:, None])[:, 0]
        sums += torch.where(ended, 0.0, own)
        chosen = torch.where(ended, self.end, chosen)
        self._length += 1
        return torch.cat([tokens, chosen[:, None]], dim=-1), bool((chosen == self.end).all())

    def finalize(self, tokens: Tensor, sums: Tensor) -> tuple[Tensor, list[list[float]]]:
        return torch.nn.functional.pad(tokens, (0, 1), value=self.end), sums.tolist()

    def _stirred(self, logits: Tensor) -> Tensor:
        """Gumbel's trick: the likeliest of these is a sample of the softmax at the temperature."""
        uniform = torch.stack([torch.rand(logits.shape[1], generator=one) for one in self._random])
        return logits / self.temperature - torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
