"""Word errors of the shipped demo model on unseen sentences of its grammar, with both engines.

Voices of the training on the left of the goal, a voice that never spoke in it on the right; rate and pitch varied
(tools/demo_model/evaluate.py, which measures more). The peer of `faster` is the reference engine on the same sound.
"""

from __future__ import annotations

from statistics import fmean
from typing import Any, cast

from bench.speech.options import Options
from bench.speech.results import Row, row
from tools.demo_model.evaluate import SEED, demo_rate, voice_rate
from tools.demo_model.grammar import sentences
from tools.demo_model.speak import HELD_OUT, TRAINING
from transcription.models import DEMO, resolve

_GOALS = {"voices seen": 5.0, "voice unseen": 15.0}


def run(options: Options) -> list[Row]:
    """For each engine: the mean over the voices of training, the mean over those held out, the demo consult."""
    each = 2 if options.short else 25
    found = {engine: _rates(engine, each, options) for engine in ("openai", "faster")}
    rows = []
    for engine, rates in found.items():
        for name, value in rates.items():
            goal = _GOALS.get(name)
            rows.append(
                row(
                    f"word errors of the demo model, {name}, {engine}",
                    value,
                    "%",
                    peer=found["openai"][name] if engine == "faster" else None,
                    goal=f"<= {goal:g} %" if goal else "",
                    met=value <= goal if goal else None,
                )
            )
    return rows


def _rates(engine: str, each: int, options: Options) -> dict[str, float]:
    from transcription.engines import load

    transcriber: Any = load(engine, resolve(DEMO), options.threads)
    seen, unseen = _voices(TRAINING), _voices(HELD_OUT)
    texts = sentences((len(seen) + len(unseen)) * each, SEED, unseen=True)
    parts = [texts[at : at + each] for at in range(0, len(texts), each)]
    rates = [
        voice_rate(transcriber, *voice, part) for voice, part in zip([*seen, *unseen], parts, strict=False)
    ]
    return {
        "voices seen": fmean(rates[: len(seen)]),
        "voice unseen": fmean(rates[len(seen) :]),
        "worst voice unseen": max(rates[len(seen) :]),
        "demo consult": fmean(demo_rate(transcriber, DEMO).values()),
    }


def _voices(known: Any) -> list[tuple[str, str]]:
    return [(cast("str", one[0]), cast("str", one[1])) for one in known]
