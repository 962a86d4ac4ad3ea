"""Speak the demo consult: one 16 kHz FLAC per speaker on one timeline, and who said what when.

``python -m tools.demo_model.speak_consult`` writes ``doctor.flac``, ``patient.flac`` and
``timeline.json`` into ``app/demo``. Both files have the same length; each is silent while the other
person speaks. Nothing is drawn at random: the same voices give the same files.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import av
import numpy as np

from tools.demo_model.grammar import DEMO_CONSULT
from tools.demo_model.speak import SAMPLE_RATE, Samples, Voice, speak, trim

LEAD_SECONDS = 1.0
PAUSE_SECONDS = 0.9
TAIL_SECONDS = 1.5
PEAK = 0.5


def voice(entry: dict[str, Any]) -> Voice:
    """The voice that an entry of ``voices`` in consult.json names."""
    known = {"rate": entry.get("rate", 150), "pitch": entry.get("pitch", 45)}
    return Voice(entry["engine"], entry["voice"], **known)


def lay_out(consult: dict[str, Any]) -> tuple[dict[str, Samples], list[dict[str, Any]]]:
    """Each speaker's track (float32, 16 kHz, equal lengths) and the turns with start and end."""
    voices = {speaker: voice(entry) for speaker, entry in consult["voices"].items()}
    spoken = [trim(speak(turn["text"], voices[turn["speaker"]])) for turn in consult["turns"]]
    pause = int(PAUSE_SECONDS * SAMPLE_RATE)
    ends = np.cumsum([len(heard) + pause for heard in spoken]) + int(LEAD_SECONDS * SAMPLE_RATE)
    length = int(ends[-1] - pause + TAIL_SECONDS * SAMPLE_RATE)
    tracks = {speaker: np.zeros(length, dtype=np.float32) for speaker in voices}
    timeline = []
    for turn, heard, after in zip(consult["turns"], spoken, ends.tolist(), strict=True):
        end = after - pause
        tracks[turn["speaker"]][end - len(heard) : end] = heard / np.abs(heard).max() * PEAK
        times = {"start": (end - len(heard)) / SAMPLE_RATE, "end": end / SAMPLE_RATE}
        timeline.append(turn | {key: round(value, 3) for key, value in times.items()})
    return tracks, timeline


def write_flac(path: Path, samples: Samples) -> None:
    """Write mono 16-bit FLAC at 16 kHz."""
    pcm = (samples * 32767).astype(np.int16)
    with av.open(path, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        stream.codec_context.format = "s16"
        for start in range(0, len(pcm), 4096):
            frame = av.AudioFrame.from_ndarray(pcm[None, start : start + 4096], "s16", "mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Write the two tracks and the timeline."""
    parser = argparse.ArgumentParser(prog="tools.demo_model.speak_consult", description=__doc__)
    parser.add_argument("--output", type=Path, default=DEMO_CONSULT.parent)
    folder: Path = parser.parse_args().output
    tracks, timeline = lay_out(json.loads(DEMO_CONSULT.read_text(encoding="utf-8")))
    for speaker, samples in tracks.items():
        write_flac(folder / f"{speaker}.flac", samples)
    seconds = round(len(next(iter(tracks.values()))) / SAMPLE_RATE, 3)
    page = {"sample_rate": SAMPLE_RATE, "seconds": seconds, "turns": timeline}
    (folder / "timeline.json").write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
