"""Clips as log-Mel spectra, and the batches of windows that are made from them.

A clip is kept as the logarithm of its Mel power before Whisper's own clamping, so that loudness
(a constant added), noise (powers added) and silence around it are put in afterwards, per draw.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from whisper.audio import mel_filters

from tools.demo_model.grammar import sentences
from tools.demo_model.model import IGNORE, Vocabulary
from tools.demo_model.speak import SAMPLE_RATE, Samples, clips

FRAMES_PER_SECOND = 100
SILENCE = -10.0


@dataclass(frozen=True, slots=True)
class Clip:
    """One spoken sentence: ``mel`` is ``(80, frames)`` float16 log10 power, 10 ms a frame."""

    text: str
    mel: Tensor


def log_mel(samples: Samples) -> Tensor:
    """Log10 Mel power ``(80, frames)`` with Whisper's own window, hop and filters, not clamped."""
    padded = torch.from_numpy(np.pad(samples, (160, 160)))
    stft = torch.stft(padded, 400, 160, window=torch.hann_window(400), return_complex=True)
    power = stft[..., :-1].abs() ** 2
    filters: Tensor = mel_filters(power.device, 80)
    return (filters @ power).clamp(min=1e-10).log10()


def throats(count: int = 9, most: float = 0.12) -> list[Tensor]:
    """Matrices ``(80, 80)`` that stretch the Mel axis: a longer or shorter vocal tract, so another speaker.

    Source: N. Jaitly and G. Hinton, Vocal Tract Length Perturbation, ICML workshop 2013 (warps of 0.9 to 1.1).
    """
    return [_stretched(1 + most * (2 * n / (count - 1) - 1)) for n in range(count)]


def _stretched(factor: float) -> Tensor:
    """Row n takes what the voice had at Mel ``n * factor``, between its two neighbours."""
    at = (torch.arange(80) * factor).clamp(max=79)
    below = at.floor().long()
    above = (below + 1).clamp(max=79)
    share = at - below
    matrix = torch.zeros(80, 80)
    matrix[torch.arange(80), below] += 1 - share
    matrix[torch.arange(80), above] += share
    return matrix


def noise(rng: random.Random, seconds: float = 30.0) -> Tensor:
    """Log-Mel of a noise with a random slope of colour, at full scale, ``(80, frames)``."""
    generator = np.random.default_rng(rng.getrandbits(32))
    count = int(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    slope = np.maximum(np.arange(len(spectrum)) / len(spectrum), 0.01) ** -rng.uniform(0, 1)
    shaped = np.fft.irfft(spectrum * slope, count)
    return log_mel((shaped / np.abs(shaped).max()).astype(np.float32))[:, : int(seconds * 100)]


def make_shard(path: Path, count: int, seed: int) -> None:
    """Speak ``count`` training sentences and keep their spectra in one file."""
    texts = sentences(count, seed)
    made = [{"text": text, "mel": log_mel(heard).half()} for text, heard in clips(texts, seed)]
    part = path.with_suffix(".part")
    torch.save(made, part)
    part.rename(path)


def read_shard(path: Path) -> list[Clip]:
    """The clips of one file that :func:`make_shard` wrote."""
    return [Clip(item["text"], item["mel"]) for item in torch.load(path)]


@dataclass(frozen=True, slots=True)
class Batch:
    """``mel`` (batch, 80, frames); ``tokens`` and ``labels`` (batch, length) compact numbers;
    ``spoken`` the words alone, one tensor a row; ``frames`` encoder positions that hold speech."""

    mel: Tensor
    tokens: Tensor
    labels: Tensor
    spoken: list[Tensor]
    frames: int

    def to(self, device: torch.device) -> "Batch":
        """The same batch where the network is."""
        spoken = [words.to(device) for words in self.spoken]
        return Batch(self.mel.to(device), self.tokens.to(device), self.labels.to(device), spoken, self.frames)


class Windows:
    """Draws batches of windows: silence, some sentences, silence; or silence or noise alone."""

    def __init__(self, vocabulary: Vocabulary, seed: int) -> None:
        self._vocabulary = vocabulary
        self._rng = random.Random(seed)
        self._noises = [noise(self._rng) for _ in range(16)]
        self._throats = throats()

    def batch(self, pool: Sequence[Clip], size: int, seconds: float, most: int) -> Batch:
        """``size`` windows of ``seconds``, each with one to ``most`` sentences from ``pool``."""
        rows = [self._window(pool, seconds, most) for _ in range(size)]
        tokens = [row[1] for row in rows]
        length = max(map(len, tokens)) - 1
        inputs = torch.full((size, length), self._vocabulary.eot)
        labels = torch.full((size, length), IGNORE)
        for number, (row, skip) in enumerate((row[1], row[2]) for row in rows):
            inputs[number, : len(row) - 1] = torch.tensor(row[:-1])
            labels[number, : len(row) - 1] = torch.tensor(row[1:])
            if skip:  # silence: nothing follows <|nospeech|>, the rest is what decoding feeds
                labels[number, 0] = self._vocabulary.no_speech
        frames = min(max(row[4] for row in rows) // 2 + 25, int(seconds * 50))
        spoken = [torch.tensor(row[3], dtype=torch.long) for row in rows]
        return Batch(torch.stack([row[0] for row in rows]), inputs, labels, spoken, frames)

    def _window(
        self, pool: Sequence[Clip], seconds: float, most: int
    ) -> tuple[Tensor, list[int], bool, list[int], int]:
        vocabulary, rng = self._vocabulary, self._rng
        total = int(seconds * FRAMES_PER_SECOND)
        mel = torch.full((80, total), SILENCE)
        if rng.random() < 0.04:
            start = [vocabulary.sot, vocabulary.no_timestamps, vocabulary.eot]
            return self._finish(mel, total, alone=True), start, True, [], 0
        placed, at = self._place(mel, pool, rng.randint(1, most))
        spoken = [number for text, *_ in placed for number in vocabulary.text(text)]
        tokens = self._targets(placed)
        return self._finish(mel, at, alone=False), tokens, False, spoken, at

    def _place(
        self, mel: Tensor, pool: Sequence[Clip], count: int
    ) -> tuple[list[tuple[str, float, float]], int]:
        rng, at = self._rng, self._rng.randint(0, 40)
        placed: list[tuple[str, float, float]] = []
        for _ in range(200):
            clip = rng.choice(pool)
            end = at + clip.mel.shape[1]
            if end <= mel.shape[1]:
                mel[:, at:end] = self._voiced(clip.mel.float()) + rng.uniform(-2.4, 0.4)
                placed.append((clip.text, at / 100, end / 100))
                at = end + rng.randint(20, 90)
            if len(placed) == count or (placed and end > mel.shape[1]):
                break
        return placed, min(at, mel.shape[1])

    def _voiced(self, mel: Tensor) -> Tensor:
        """Every second time from another throat: there are more people than synthetic voices."""
        return self._rng.choice(self._throats) @ mel if self._rng.random() < 0.5 else mel

    def _targets(self, placed: Sequence[tuple[str, float, float]]) -> list[int]:
        vocabulary = self._vocabulary
        tokens = [vocabulary.sot]
        if self._rng.random() < 0.25:
            for text, start, end in placed:
                stamps = vocabulary.stamp(start), vocabulary.stamp(end)
                tokens += [stamps[0], *vocabulary.text(text), stamps[1]]
        else:
            tokens.append(vocabulary.no_timestamps)
            tokens += [number for text, *_ in placed for number in vocabulary.text(text)]
        return [*tokens, vocabulary.eot]

    def _finish(self, mel: Tensor, at: int, *, alone: bool) -> Tensor:
        """Noise over what was heard (``at`` frames and a little), then Whisper's normalisation."""
        rng = self._rng
        if rng.random() < 0.6:
            until = min(mel.shape[1], at + rng.randint(0, 40))
            level = rng.uniform(-9.0, -3.5) + (rng.uniform(0, 2) if alone else 0.0)
            begin = rng.randint(0, 3000 - until)
            under = rng.choice(self._noises)[:, begin : begin + until] + level
            mel[:, :until] = torch.logaddexp(mel[:, :until] * 2.3026, under * 2.3026) / 2.3026
        mel = mel.clamp(min=SILENCE)
        mel = torch.maximum(mel, mel.max() - 8.0)
        return (mel + 4.0) / 4.0
