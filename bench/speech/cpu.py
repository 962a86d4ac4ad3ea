"""Processor seconds for a two-track consult, against ``whisper.transcribe`` on each whole track.

The consult: turn-taking of a real tele-consult of PriMock57, synthetic voices. The weights: ``base.en``'s shape,
random, the same file for everybody. So that nobody saves by saying less, every decoder is forced to say the words
that were said, in the same number of tokens: for openai-whisper by one more rule among its own logit filters (ours
and theirs run the same ``DecodingTask``), for CTranslate2 by forbidding the end of text until the longest text of
its batch is through. A forced token is certain, so nobody hears anything twice for want of probability; ours may
still do for its other doubts, and pays for it.

Each side runs in a process of its own; the kernel counts user and system time of all its threads. Loading the
weights and one hearing to warm up are not counted, voice activity and word times are (theirs has neither).
"""

from __future__ import annotations

import importlib
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench.speech.consults import RATE, Consult, Samples, Turn, consults
from bench.speech.options import Options
from bench.speech.results import Row, row
from bench.speech.weights import random_checkpoint
from transcription.files import _AT_ONCE
from transcription.model import Request, Utterance
from transcription.models import ModelFile
from transcription.utterances import UtteranceFinder

_WINDOW = 30
_WARM_UP = Request(np.sin(np.linspace(0, 4000, 3 * RATE, dtype=np.float32)) * np.float32(0.1))
_CERTAIN = 1e4


@dataclass(frozen=True, slots=True)
class Case:
    """What every side gets: both tracks, who spoke when, the weights, its threads."""

    tracks: dict[str, Samples]
    turns: tuple[Turn, ...]
    weights: ModelFile
    threads: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds, and how many text tokens were written for them."""

    seconds: float
    tokens: int


def run(options: Options) -> list[Row]:
    """One consult by each side, one after the other; at most a quarter and an eighth of the peer's seconds."""
    (consult,) = consults(options.data, 1, 60 if options.short else 600)
    spent: dict[str, Spent] = {}
    case = Case(consult.tracks, consult.turns, random_checkpoint(), options.threads)
    for side in ("peer", "openai", "faster"):
        spent[side] = _in_a_process_of_its_own(side, case)
    return list(_rows(consult, options.threads, spent))


def measure(side: str, case: Case) -> Spent:
    """What a child does: load, warm up, and count what the consult takes."""
    hear = {"peer": _peer, "openai": _ours, "faster": _ours}[side](side, case)
    before = _processor_seconds()
    tokens = hear()
    return Spent(_processor_seconds() - before, tokens)


def _rows(consult: Consult, threads: int, spent: dict[str, Spent]) -> Sequence[Row]:
    peer = spent["peer"]
    how = f"{consult.seconds:.0f} s, base shape, threads: {threads}"
    what = f"CPU of a two-track consult ({how})"
    goals = {"openai": 4, "faster": 8}
    figures = [
        row(
            f"{what}, {side} against whisper.transcribe",
            spent[side].seconds,
            "s",
            peer=peer.seconds,
            goal=f"<= 1/{goal}",
            met=spent[side].seconds <= peer.seconds / goal,
        )
        for side, goal in goals.items()
    ]
    written = [
        row(
            f"text tokens of that consult, threads: {threads}, {side}",
            spent[side].tokens,
            "tokens",
            peer=peer.tokens,
        )
        for side in goals
    ]
    return [*figures, *written]


def _in_a_process_of_its_own(side: str, case: Case) -> Spent:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as child:
        return child.submit(measure, side, case).result()


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# --- What is said -------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[int]:
    from whisper.tokenizer import get_tokenizer

    return list(get_tokenizer(False).encode(" " + text)) if text else []


def _said(turns: Sequence[Turn], starts: Sequence[float], end: float) -> list[list[int]]:
    """The tokens of the turns that begin in each of the stretches, which begin at ``starts`` and touch."""
    borders = [*starts[1:], end]
    inside = [
        [turn for turn in turns if (number == 0 or begin <= turn.start) and turn.start < border]
        for number, (begin, border) in enumerate(zip(starts, borders, strict=True))
    ]
    return [_tokens(" ".join(turn.text for turn in part)) for part in inside]


class _Script:
    """The forced tokens of the rows that are decoded next; a rule for ``DecodingTask.logit_filters``."""

    def __init__(self) -> None:
        self.rows: list[list[int]] = []
        self.sample_begin = 0

    def apply(self, logits: Any, tokens: Any) -> None:
        at = tokens.shape[1] - self.sample_begin
        for number, text in enumerate(self.rows):
            logits[number, text[at] if at < len(text) else _end_of_text()] = _CERTAIN


def _end_of_text() -> int:
    from whisper.tokenizer import get_tokenizer

    return int(get_tokenizer(False).eot)


def _force(next_rows: Callable[[], list[list[int]]]) -> None:
    """From now on each ``DecodingTask`` says ``next_rows()``."""
    decoding: Any = importlib.import_module("whisper.decoding")
    plain = decoding.DecodingTask.__init__

    def scripted(task: Any, *arguments: Any) -> None:
        plain(task, *arguments)
        script = _Script()
        script.sample_begin = task.sample_begin
        script.rows = next_rows()
        task.logit_filters.append(script)

    decoding.DecodingTask.__init__ = scripted


# --- The sides ----------------------------------------------------------------------------------------------


def _peer(side: str, case: Case) -> Callable[[], int]:
    """``whisper.transcribe`` as it comes: 30 s after 30 s, what was said before as prompt."""
    import torch
    import whisper
    from whisper.tokenizer import get_tokenizer

    torch.set_num_threads(case.threads)
    model = whisper.load_model(str(case.weights.path), device="cpu")
    begin = get_tokenizer(False).timestamp_begin
    scripts: list[list[int]] = [[]]

    def next_window() -> list[list[int]]:
        text = scripts.pop(0)
        # From its first to its last moment, so that the next window follows where this one ends.
        return [[begin, *text, begin + 50 * _WINDOW] if text else [begin]]

    _force(next_window)
    whisper.transcribe(model, _WARM_UP.samples, fp16=False)
    for speaker, track in case.tracks.items():
        starts = [float(at) for at in range(0, len(track) // RATE, _WINDOW)]
        scripts += _said([turn for turn in case.turns if turn.speaker == speaker], starts, np.inf)
    count = sum(len(text) for text in scripts)

    def hear() -> int:
        for track in case.tracks.values():
            whisper.transcribe(model, track, fp16=False)
        assert not scripts, "each window once"
        return count

    return hear


def _utterances(track: Samples) -> Iterator[Utterance]:
    finder = UtteranceFinder()
    for at in range(0, len(track), RATE):
        yield from finder.push(track[at : at + RATE], at / RATE)
    yield from finder.flush()


def _ours(side: str, case: Case) -> Callable[[], int]:
    """As ``consultroom transcribe`` once the files are decoded: voice activity, batches, guards, word times."""
    from transcription.engines import load

    engine = load(side, case.weights, case.threads)
    texts = {_key(_WARM_UP.samples): _tokens("Hm.")}
    for speaker, track in case.tracks.items():
        found = list(_utterances(track))
        own = [turn for turn in case.turns if turn.speaker == speaker]
        said = _said(own, [utterance.start - 0.5 for utterance in found], np.inf)
        for utterance, text in zip(found, said, strict=True):
            texts[_key(utterance.samples)] = text or _tokens("Hm.")
    (_force_openai if side == "openai" else _force_faster)(engine, texts)
    engine.transcribe([_WARM_UP])

    def hear() -> int:
        found = [one for track in case.tracks.values() for one in _utterances(track)]
        utterances = iter(
            sorted(found, key=lambda one: one.end)
        )  # side by side, as transcribe_tracks hears them
        while batch := [Request(one.samples) for one in islice(utterances, _AT_ONCE)]:
            engine.transcribe(batch)
        return sum(len(text) for text in list(texts.values())[1:])

    return hear


def _key(samples: Samples) -> bytes:
    return sha256(samples.tobytes()).digest()


def _force_openai(engine: Any, texts: dict[bytes, list[int]]) -> None:
    rows: list[list[int]] = []
    plain = engine._hear_group

    def hear_group(jobs: Sequence[Any], *arguments: Any, **named: Any) -> None:
        rows[:] = [texts[_key(job.request.samples)] for job in jobs]
        plain(jobs, *arguments, **named)

    engine._hear_group = hear_group
    _force(lambda: list(rows))


def _force_faster(engine: Any, texts: dict[bytes, list[int]]) -> None:
    rows: list[list[int]] = []
    plain, model = engine._decode, engine._model

    def decode(batch: Sequence[Any], shape: Any) -> Any:
        rows[:] = [texts[_key(task.request.samples)] for task in batch]
        return plain(batch, shape)

    def generate(encoded: Any, prompts: list[list[int]], **options: Any) -> list[Any]:
        longest = max(1, *(len(text) for text in rows))
        options |= {"max_length": 2 * longest, "suppress_tokens": [-1, _end_of_text()]}
        results = model.generate(encoded, prompts, **options)
        assert all(len(result.sequences_ids[0]) == longest for result in results)
        return [_certain(text) for text in rows]

    names = ("align", "detect_language", "encode", "is_multilingual", "n_mels", "num_languages")
    engine._decode = decode
    engine._model = SimpleNamespace(generate=generate, **{name: getattr(model, name) for name in names})


def _certain(text: list[int]) -> Any:
    return SimpleNamespace(sequences_ids=[text], scores=[-0.1], no_speech_prob=0.0)
