"""Measure a checkpoint: ``python -m tools.demo_model.evaluate [--model PATH] [--each 30]``.

Word error rate is substitutions, deletions and insertions over the words spoken, case and punctuation
aside. Every utterance is decoded as the service does it, alone in a 30-second window.
"""

import argparse
import json
import random
import re
from collections.abc import Iterable, Sequence

import numpy as np

from tools.demo_model.grammar import DEMO_CONSULT, sentences
from tools.demo_model.speak import HELD_OUT, TRAINING, Samples, opus_round_trip, speak, trim, vary
from transcription.engines.openai import WhisperTranscriber
from transcription.files import transcribe_tracks
from transcription.model import SAMPLE_RATE, Request
from transcription.models import resolve

SEED = 99


def words(text: str) -> list[str]:
    """Lower case words without punctuation."""
    return re.sub(r"[^a-z0-9' -]", "", text.lower()).replace("-", " ").split()


def word_errors(spoken: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(spoken, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]


def rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Word error rate of (spoken, heard) pairs, in percent."""
    split = [(words(spoken), words(heard)) for spoken, heard in pairs]
    errors = sum(word_errors(spoken, heard) for spoken, heard in split)
    return 100 * errors / sum(len(spoken) for spoken, _ in split)


def around(samples: Samples, rng: random.Random) -> Samples:
    """As voice activity cuts it: 50 to 250 ms of silence on each side."""
    return np.pad(samples, (rng.randint(800, 4000), rng.randint(800, 4000)))


def voice_rate(
    transcriber: WhisperTranscriber, engine: str, name: str, texts: list[str], opus: bool = False
) -> float:
    """Word error rate of one voice on the texts, rate and pitch varied."""
    rng = random.Random(f"{SEED}{name}{opus}")
    pairs = []
    for text in texts:
        samples = around(trim(speak(text, vary(engine, name, rng))), rng)
        if opus:
            samples = opus_round_trip(samples, 24_000)
        pairs.append((text, transcriber.transcribe([Request(samples)])[0].text))
    return rate(pairs)


def demo_rate(transcriber: WhisperTranscriber, model: str) -> dict[str, float]:
    """Word error rate of each speaker of the demo consult, from its FLAC files, voice activity included."""
    turns = json.loads(DEMO_CONSULT.read_text(encoding="utf-8"))["turns"]
    tracks = {name: DEMO_CONSULT.parent / f"{name}.flac" for name in ("doctor", "patient")}
    found = transcribe_tracks(tracks, transcriber, resolve(model))
    said = {name: " ".join(t["text"] for t in turns if t["speaker"] == name) for name in tracks}
    heard = {name: " ".join(t.text for t in found.turns if t.speaker == name) for name in tracks}
    return {name: rate([(said[name], heard[name])]) for name in tracks}


def silent(transcriber: WhisperTranscriber, count: int) -> dict[str, float]:
    """Share of silent and of noisy windows (white, 2 s, four levels) that give no text, in percent."""
    generator = np.random.default_rng(SEED)
    quiet = [np.zeros(int(n * SAMPLE_RATE), dtype=np.float32) for n in (0.5, 1, 2, 10, 30)]
    noisy = [
        generator.normal(0, level, 2 * SAMPLE_RATE).astype(np.float32)
        for level in (0.001, 0.003, 0.01, 0.03)
        for _ in range(count)
    ]
    kinds = {"silence": quiet, "noise": noisy}
    return {
        kind: 100 * float(np.mean([not transcriber.transcribe([Request(one)])[0].text for one in windows]))
        for kind, windows in kinds.items()
    }


def main() -> None:
    """Print one JSON object with every figure."""
    parser = argparse.ArgumentParser(prog="tools.demo_model.evaluate", description=__doc__)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--each", type=int, default=30, help="sentences per voice")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    transcriber = WhisperTranscriber(resolve(options.model), options.threads)
    unseen = sentences((len(TRAINING) + len(HELD_OUT)) * options.each, SEED, unseen=True)
    parts = [unseen[start : start + options.each] for start in range(0, len(unseen), options.each)]
    report: dict[str, object] = {"demo consult": demo_rate(transcriber, options.model)}
    voices = [(engine, name) for engine, name, _ in TRAINING]
    seen = {
        name: voice_rate(transcriber, engine, name, texts)
        for (engine, name), texts in zip(voices, parts, strict=False)
    }
    report["unseen sentences, voices of training"] = seen
    report["mean"] = sum(seen.values()) / len(seen)
    report["the same through Opus"] = {
        name: voice_rate(transcriber, engine, name, parts[0], opus=True) for engine, name in voices[:2]
    }
    report["unseen sentences, unseen voices"] = {
        name: voice_rate(transcriber, engine, name, texts)
        for (engine, name), texts in zip(HELD_OUT, parts[len(voices) :], strict=False)
    }
    report["no text, percent"] = silent(transcriber, 5)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
