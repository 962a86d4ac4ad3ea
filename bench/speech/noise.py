"""Words written where nobody speaks: ten minutes each of silence, hum, noise, music, keyboard and breathing.

Each as it is and through Opus, at loudnesses from a quiet room's to a voice's. Ours is the whole way, voice detector,
rule and engine; the peer is `whisper.transcribe` on the same sound with the same demo checkpoint and its defaults.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.speech.boundaries import found
from bench.speech.noises import KINDS, RATE, Samples
from bench.speech.options import Options
from bench.speech.results import Row, row
from tools.demo_model.speak import opus_round_trip
from transcription import Request, Transcriber, resolve
from transcription.engines import load

_SEED = 20


def run(options: Options) -> list[Row]:
    """A row of words for each kind of sound, and how many utterances the finder let through."""
    seconds = 30.0 if options.short else 600.0
    model = resolve("demo")
    ours = load("openai", model, options.threads, "fitted")
    import whisper

    peer = whisper.load_model(str(model.path), device="cpu")
    rows, utterances = [], 0
    for kind, make in KINDS.items():
        plain = make(seconds, _SEED)
        words, theirs = 0, 0
        for sound in (plain, opus_round_trip(plain, 24_000)):
            spans = found(sound)
            utterances += len(spans)
            words += sum(_words(ours, sound, spans))
            theirs += len(peer.transcribe(sound, language="en", fp16=False)["text"].split())
        name = f"words written on {seconds / 60:g} minutes of {kind}, plain and through Opus"
        rows.append(
            row(f"{name} (peer: whisper.transcribe)", words, "words", peer=theirs, goal="0", met=words == 0)
        )
        print(
            f"   {kind}: {words} words, whisper.transcribe {theirs}  {time.strftime('%H:%M:%S')}", flush=True
        )
    return [*rows, row("utterances found in all these minutes", utterances, "")]


def _words(engine: Transcriber, sound: Samples, spans: list[tuple[float, float]]) -> Iterator[int]:
    for start, end in spans:
        (heard,) = engine.transcribe([Request(sound[round(start * RATE) : round(end * RATE)])])
        yield len(heard.text.split())
