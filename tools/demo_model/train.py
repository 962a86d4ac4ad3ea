"""Train the demo checkpoint: windows that grow, a schedule that ends when the time ends."""

import json
import math
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.optim import AdamW

from tools.demo_model.dataset import Batch, Clip, Windows, make_shard, read_shard
from tools.demo_model.model import SIZES, DemoNet, Vocabulary, export, losses

SHARD = 1500
CTC_WEIGHT = 0.5
PEAK_RATE = 2e-3
SAVE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Phase:
    """From ``begin`` (share of the time) on: windows of ``seconds`` with up to ``most``."""

    begin: float
    seconds: float
    most: int
    size: int


PHASES = (
    Phase(0.0, 4.5, 1, 28),
    Phase(0.35, 7.0, 2, 20),
    Phase(0.50, 30.0, 2, 5),
)
SHORT_AGAIN = 0.5  # share of the batches of the last phase that are still of the one before
TIGHT = ((2.5, 48), (3.2, 38), (4.5, 28))  # windows (s, rows) of the first phase, by clip length


def phase_at(done: float) -> Phase:
    """The phase that holds at ``done`` (0 to 1) of the time."""
    return [phase for phase in PHASES if phase.begin <= done][-1]


def draw_phase(done: float, rng: random.Random) -> Phase:
    """As :func:`phase_at`, but half the batches of the last phase are short: they cost a fifth."""
    phase = phase_at(done)
    return PHASES[-2] if phase is PHASES[-1] and rng.random() < SHORT_AGAIN else phase


def rate_at(done: float, step: int) -> float:
    """Learning rate: 200 steps of warm-up, then a cosine over the time to a hundredth."""
    cosine = 0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, done))) / 2
    return PEAK_RATE * cosine * min(1.0, (step + 1) / 200)


def speak_shards(folder: Path, first: int, step: int, count: int) -> None:
    """Make every ``step``-th shard that is still missing; runs in its own process."""
    torch.set_num_threads(1)
    for number in range(first, count, step):
        path = folder / f"shard-{number:03}.pt"
        if not path.exists():
            make_shard(path, SHARD, seed=1000 + number)


class Pool:
    """The clips spoken so far; looks for new shards whenever it is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[Path] = set()
        self.clips: list[Clip] = []
        self.tight: list[list[Clip]] = [[] for _ in TIGHT]

    def refresh(self) -> list[Clip]:
        """All clips, newly finished shards included."""
        for path in sorted(set(self._folder.glob("shard-*.pt")) - self._seen):
            self._seen.add(path)
            for clip in read_shard(path):
                self.clips.append(clip)
                fits = [n for n, (s, _) in enumerate(TIGHT) if clip.mel.shape[1] <= s * 100 - 40]
                if fits:
                    self.tight[fits[0]].append(clip)
        return self.clips

    def draw_tight(self, rng: random.Random) -> tuple[list[Clip], float, int]:
        """Clips of about one length, the window in seconds that holds them, and rows a batch."""
        weights = [len(clips) / size for clips, (_, size) in zip(self.tight, TIGHT, strict=True)]
        number = rng.choices(range(len(TIGHT)), weights)[0]
        return self.tight[number], *TIGHT[number]


class Trainer:
    """One run: network, optimizer, and how far they are; saved and resumed as one file."""

    def __init__(self, folder: Path, seconds: float, size: str = "demo", device: str = "cpu") -> None:
        self.folder, self.seconds = folder, seconds
        self.device = torch.device(device)
        self.vocabulary = Vocabulary()
        torch.manual_seed(7)
        self.net = DemoNet(self.vocabulary, SIZES[size]).to(self.device)
        self.optimizer = AdamW(self.net.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98))
        self.step, self.elapsed = 0, 0.0
        self._path = folder / "training.pt"
        if self._path.exists():
            self._resume()

    def _resume(self) -> None:
        saved = torch.load(self._path, map_location=self.device)
        self.net.load_state_dict(saved["net"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.elapsed = saved["step"], saved["elapsed"]

    def save(self) -> None:
        """Keep everything that resuming needs (written beside, then renamed)."""
        part = self._path.with_suffix(".part")
        state: dict[str, Any] = {
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
        }
        torch.save(state, part)
        part.rename(self._path)
        export(self.net, self.vocabulary, self.folder / "demo.pt")

    def learn(self, batch: Batch) -> tuple[float, float]:
        """One step; returns both losses."""
        batch = batch.to(self.device)
        done = self.elapsed / self.seconds
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, self.step)
        with torch.autocast(self.device.type, torch.bfloat16):
            decoder, encoder = losses(
                self.net, batch.mel, batch.tokens, batch.labels, batch.spoken, batch.frames
            )
        self.optimizer.zero_grad(set_to_none=True)
        (decoder + CTC_WEIGHT * encoder).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return decoder.item(), encoder.item()


def train(folder: Path, minutes: float, shards: int, size: str = "demo", device: str = "cpu") -> Path:
    """Speak the sentences, train for ``minutes`` of wall time, write ``folder/demo.pt``.

    ``size``: one of ``SIZES``; ``device``: ``cpu`` or ``cuda``. One folder holds one run: another size needs another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    speakers = [spawn.Process(target=speak_shards, args=(folder, first, 2, shards)) for first in range(2)]
    for speaker in speakers:
        speaker.start()
    trainer = Trainer(folder, minutes * 60, size, device)
    for line in _run(trainer, Pool(folder), len_at_least=SHARD * min(2, max(1, shards))):
        print(json.dumps(line), flush=True)
    for speaker in speakers:
        speaker.join()
    return folder / "demo.pt"


def _run(trainer: Trainer, pool: Pool, len_at_least: int) -> Iterator[dict[str, Any]]:
    while len(pool.refresh()) < len_at_least:
        time.sleep(2)
    windows, rng = Windows(trainer.vocabulary, trainer.step), random.Random(trainer.step)
    saved = reported = before = time.monotonic()
    while trainer.elapsed < trainer.seconds:
        phase = draw_phase(trainer.elapsed / trainer.seconds, rng)
        clips, seconds, size = pool.clips, phase.seconds, phase.size
        if phase.most == 1:
            clips, seconds, size = pool.draw_tight(rng)
        found = trainer.learn(windows.batch(clips, size, seconds, phase.most))
        now = time.monotonic()
        trainer.elapsed += now - before
        before = now
        if now - reported > 20:
            reported = now
            yield _line(trainer, phase, found, len(pool.refresh()))
        if now - saved > SAVE_SECONDS:
            saved = now
            trainer.save()
    trainer.save()


def _line(trainer: Trainer, phase: Phase, found: tuple[float, float], clips: int) -> dict[str, Any]:
    return {
        "minute": round(trainer.elapsed / 60, 1),
        "step": trainer.step,
        "window": phase.seconds,
        "decoder": round(found[0], 3),
        "ctc": round(found[1], 3),
        "clips": clips,
    }
