"""The note from what Whisper heard against the note from the human transcript (PriMock57): concept F1 between them.

The services heard the mixed audio and wrote one text without speakers; in our product each speaker has a track of its
own. So the heard words are laid along the human transcript (difflib) and each takes speaker and turn of the words it
stands for; what was inserted goes to the turn before it, what was not heard is missing. Only the words are Whisper's.
"""

from __future__ import annotations

import difflib
import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from bench.notes import lexicon
from bench.notes.aci import concept_f1
from bench.notes.corpora import Encounter, heard, named, primock
from bench.notes.drafts import draft
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Turn

MODELS = ("groq-whisper-large-v3", "openai-whisper-1")


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def attributed(turns: Sequence[Turn], text: str) -> tuple[Turn, ...]:
    """The turns with the heard words in place of the human ones; a turn of which nothing was heard is left out."""
    places = [
        (at, _plain(word)) for at, turn in enumerate(turns) for word in turn.text.split() if _plain(word)
    ]
    words = text.split()
    matcher = difflib.SequenceMatcher(
        None, [w for _, w in places], [_plain(w) for w in words], autojunk=False
    )
    said: list[list[str]] = [[] for _ in turns]
    last = 0
    for _, first, end, start, stop in matcher.get_opcodes():
        for offset, word in enumerate(words[start:stop]):
            if end > first:  # in proportion: the third word of six stands for the middle of what was said
                last = places[first + offset * (end - first) // (stop - start)][0]
            said[last].append(word)
    return tuple(replace(turn, text=" ".join(own)) for turn, own in zip(turns, said, strict=True) if own)


def misheard(encounter: Encounter, text: str, model: str) -> Encounter:
    """The consult as it was heard."""
    return Encounter(f"{encounter.id} {model}", attributed(encounter.turns, text), encounter.gold)


def run(options: Options) -> list[Row]:
    """Micro concept F1 between the two notes; the peer is concept F1 between the two transcripts."""
    table = lexicon.lexicon(options.data)
    rows = []
    for model in MODELS:
        texts = heard(options.data, model)
        both = [(e, misheard(e, texts[e.id], model)) for e in primock(options.data) if e.id in texts]
        notes = [
            tuple(lexicon.concepts_in(table, draft(x, packaged=options.packaged).body()) for x in pair)
            for pair in both
        ]
        talks = [
            tuple(lexicon.concepts_in(table, "\n".join(t.text for t in x.turns)) for x in pair)
            for pair in both
        ]
        f1 = concept_f1([(a, b) for a, b in notes]) / 100
        peer = concept_f1([(a, b) for a, b in talks]) / 100
        name = (
            f"note from {model} against note from human words, {len(both)} consults (peer: the transcripts)"
        )
        goal = ">= 0.85" if model == MODELS[0] else ""
        rows.append(row(name, f1, "concept F1", peer=peer, goal=goal, met=f1 >= 0.85 if goal else None))
        worst = sorted((concept_f1([(a, b)]), pair[0].id) for (a, b), pair in zip(notes, both, strict=True))
        print(f"{model}: median {statistics.median(w[0] for w in worst):.1f}, worst {worst[:5]}")
    return rows


def show_one(options: Options) -> str:
    """The consult as it was heard, and the two notes with the concepts that only one has."""
    encounter = named(primock(options.data), options.show)
    other = misheard(encounter, heard(options.data, MODELS[0])[encounter.id], MODELS[0])
    table = lexicon.lexicon(options.data)
    notes = [draft(x, packaged=options.packaged).body() for x in (encounter, other)]
    mine, theirs = (dict(lexicon.matches(table, text)) for text in notes)
    return "\n".join(
        [
            *(f"{t.speaker:8} {t.text}" for t in other.turns),
            "\n===== from the human words", notes[0], "\n===== from Whisper's words", notes[1],
            f"\nonly from human words: {', '.join(sorted(w for c, w in mine.items() if c not in theirs))}",
            f"only from Whisper's: {', '.join(sorted(w for c, w in theirs.items() if c not in mine))}",
        ]
    )  # fmt: skip
