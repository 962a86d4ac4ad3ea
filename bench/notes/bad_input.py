"""Bad input: a draft with what is there, or one clear error; never a line without evidence. One row, the cases printed.

Each case goes through the JSON contract. It passes when it ends within its time with an error of a stable code, or with
a draft whose every statement and order has evidence within the turns and whose text has no control signs, no markup.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, cast

from bench.notes.corpora import primock
from bench.notes.drafts import document
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Turn
from core.errors import ServiceError
from soap.reading import note_json, parse

Json = dict[str, Any]
_MARKUP = re.compile(r"<[a-z/!][^>]*>|[\x00-\x08\x0b-\x1f\x7f\u202e\ufeff]", re.IGNORECASE)
ERROR = "one clear error"
_SPANISH = (
    "Buenos días, ¿qué le pasa?",
    "Me duele la cabeza desde ayer y tengo fiebre.",
    "¿Toma medicamentos?",
    "No.",
)
_HOSTILE = "<script>alert(1)</script><b>I have a bad cough</b>\x00\x1b[31m\u202e&lt;img src=x onerror=y&gt;"


def cases(options: Options) -> dict[str, tuple[Callable[[], str], str]]:
    """JSON texts by name, each with what must come: "draft", "error" or "either"."""
    consults = primock(options.data)
    turns = list(consults[0].turns)

    def of(changed: list[Turn]) -> Callable[[], str]:
        return lambda: json.dumps(document(changed))

    def only(speaker: str) -> list[Turn]:
        return [t for t in turns if t.speaker == speaker]

    def saying(change: Callable[[str], str]) -> list[Turn]:
        return [Turn(t.speaker, change(t.text), t.start, t.end) for t in turns]

    swapped = [Turn("doctor" if t.speaker == "patient" else "patient", t.text, t.start, t.end) for t in turns]
    long = [t for _ in range(40) for e in consults for t in e.turns]
    hours = long[
        : next((i for i in range(len(long)) if i * 9 > 5 * 3600), len(long))
    ]  # about nine seconds a turn
    foreign = [Turn("patient" if i % 2 else "doctor", text) for i, text in enumerate(_SPANISH)]
    return {
        "empty text": (lambda: "", "error"),
        "not JSON": (lambda: "{", "error"),
        "a list": (lambda: "[]", "error"),
        "no turns": (lambda: '{"id": "x"}', "error"),
        "turns: none": (lambda: '{"turns": []}', "error"),
        "turns: silence": (lambda: json.dumps({"turns": [{"speaker": "patient", "text": " ... "}]}), "error"),
        "a speaker nobody knows": (lambda: json.dumps({"turns": [{"speaker": "nurse", "text": "hi"}]}), "error"),
        "text is a number": (lambda: json.dumps({"turns": [{"speaker": "patient", "text": 7}]}), "error"),
        "an infinite time": (lambda: '{"turns": [{"speaker": "patient", "text": "hi", "start": 1e999}]}', "error"),
        "nesting 100,000 deep": (lambda: "[" * 100_000, "error"),
        "one line of 1 MB": (of([Turn("patient", "no pain " * 125_000)]), "either"),
        "one speaker only: doctor": (of(only("doctor")), "draft"),
        "one speaker only: patient": (of(only("patient")), "draft"),
        "speakers swapped": (of(swapped), "draft"),
        "turns out of order": (of(turns[::-1]), "draft"),
        "wrong language": (of(foreign), "draft"),
        "five hours": (of(hours), "either"),
        "markup and control characters": (of(saying(lambda text: f"{_HOSTILE} {text}")), "draft"),
        "all capitals": (of(saying(str.upper)), "draft"),
        "no punctuation": (of(saying(lambda text: re.sub(r"[.,?!]", "", text))), "draft"),
        "every turn twice": (of([t for t in turns for _ in range(2)]), "draft"),
        "a surrogate half": (lambda: '{"turns": [{"speaker": "patient", "text": "I have a cough \\ud800"}]}', "either"),
    }  # fmt: skip


def outcome(text: str) -> str:
    """ "draft", "error CODE", or what is wrong with it."""
    try:
        asked = parse(text)
        note = cast("Json", note_json(asked))
    except ServiceError as error:
        return (
            f"error {error.code}" if error.code and error.next_step else "an error without code or next step"
        )
    except Exception as error:  # the bench must name whatever comes
        return f"crash {type(error).__name__}"
    turns = len(cast("list[Json]", asked["turns"]))
    lines = [*note["statements"], *note["orders"], *note["review"]]
    if any(not line["evidence"] or not all(0 <= i < turns for i in line["evidence"]) for line in lines):
        return "a line without evidence"
    written = [note["text"], *(line.get("text") or line.get("description", "") for line in lines)]
    return "markup in the note" if any(_MARKUP.search(t) for t in written) else "draft"


def run(options: Options) -> list[Row]:
    """How many cases end as they must."""
    passed, slow = 0, 0.0
    made = cases(options)
    for name, (text, wanted) in made.items():
        given = text()
        began = time.process_time()
        ended = outcome(given)
        spent = time.process_time() - began
        slow = max(slow, spent)
        right = ended.split()[0] in ({wanted} if wanted != "either" else {"draft", "error"})
        passed += right
        print(f"{'ok ' if right else 'BAD'} {name:34} {ended:40} {spent:6.2f} s CPU")
    name = f"bad input: cases that end in a draft with evidence or one clear error (of {len(made)})"
    return [
        row(name, passed, "cases", goal=f"{len(made)}", met=passed == len(made)),
        row("bad input: the slowest case", slow, "s CPU"),
    ]


def show_one(options: Options) -> str:
    """How one case ends."""
    return outcome(cases(options)[options.show][0]())
