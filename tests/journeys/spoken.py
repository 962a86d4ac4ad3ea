"""What the demo consult says, as WAV files for Chromium's microphone, and how wrong a transcript of it is."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path

import av
import numpy as np

DEMO = Path(__file__).parents[2] / "app" / "demo"
RATE = 48_000  # Chromium's fake capture resamples badly from 16 kHz; 48 kHz is what it captures at
LEAD = 1.0  # seconds of silence before the first word


def lines(speaker: str) -> list[str]:
    consult = json.loads((DEMO / "consult.json").read_text())
    return [turn["text"] for turn in consult["turns"] if turn["speaker"] == speaker]


def wav_of(speaker: str, folder: Path) -> Path:
    """The speaker's side of the consult, 48 kHz mono 16 bit, after `LEAD` seconds of silence."""
    target = folder / f"{speaker}.wav"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(DEMO / f"{speaker}.flac")) as source:
        frames = [out for frame in source.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    samples = np.concatenate([np.zeros(int(LEAD * RATE), np.int16), *(f.to_ndarray()[0] for f in frames)])
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype(np.int16).tobytes())
    return target


def seconds_of(path: Path) -> float:
    with wave.open(str(path)) as source:
        return float(source.getnframes() / source.getframerate())


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def word_error_rate(reference: str, heard: str) -> float:
    """Levenshtein distance in words over the length of the reference."""
    wanted, got = words(reference), words(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return float(row[-1] / max(len(wanted), 1))
