"""Facts of the clinicians' checklists (PriMock57) in our note, in the GP's own note and in the whole transcript.

One matcher (`bench.notes.matching`) for all three. Critical facts (label c) of ten consults; a consult with two
clinicians' lists counts with both. Also the words of our note, and the share of its statements that the transcript
supports with the right polarity (the same matcher, over all turns, not only the evidence).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from bench.notes import lexicon, support
from bench.notes.corpora import ChecklistFact, Encounter, checklists, named, primock
from bench.notes.drafts import Drafted, draft, rendered_body
from bench.notes.matching import Unit, note_units, says, talk_units
from bench.notes.options import Options
from bench.notes.results import Row, row

WORDS = 300


def texts(encounter: Encounter, note: Drafted) -> dict[str, list[Unit]]:
    """The four texts as the matcher's units."""
    return {
        "ours": note_units(note.body()),
        "rendered": note_units(rendered_body(note)),
        "gp": note_units(encounter.gold),
        "transcript": talk_units(encounter.turns),
    }


def found(
    facts: Sequence[ChecklistFact], units: dict[str, list[Unit]]
) -> list[tuple[ChecklistFact, dict[str, bool]]]:
    """Each fact with the texts that say it."""
    return [(fact, {name: says(fact.fact, those) for name, those in units.items()}) for fact in facts]


def run(options: Options) -> list[Row]:
    """Critical facts, words, statement precision."""
    consults = {e.id: e for e in primock(options.data)}
    notes = {name: draft(e, packaged=options.packaged) for name, e in consults.items()}
    critical = [f for f in checklists(options.data) if f.label == "c" and f.consult in consults]
    units = {name: texts(consults[name], notes[name]) for name in {f.consult for f in critical}}
    judged = [one for fact in critical for one in found([fact], units[fact.consult])]
    score = Counter(name for _, said in judged for name, yes in said.items() if yes)
    share = {name: 100 * score[name] / len(critical) for name in ("ours", "rendered", "gp", "transcript")}
    if options.verbose:
        for fact, said in judged:
            print(
                fact.consult, fact.section, repr(fact.fact), *(n for n, yes in said.items() if yes), sep=" | "
            )
    words = [len(n.body().split()) for n in notes.values()]
    listed = [len(notes[name].body().split()) for name in units]
    rendered = [len(rendered_body(n).split()) for n in notes.values()]
    sound, total = precision(notes, consults, lexicon.lexicon(options.data), options)
    return [
        row(f"statements the transcript supports, right polarity (matcher; of {total})", sound, "%", goal=">= 95",
            met=sound >= 95),
        row(f"critical facts in the note ({len(critical)}; peer: the GP's own note)", share["ours"], "%",
            peer=share["gp"], goal=">= 1.6 x peer", met=share["ours"] >= 1.6 * share["gp"]),
        row("critical facts in the note (peer: the whole transcript)", share["ours"], "%",
            peer=share["transcript"], goal=">= 0.85 x peer", met=share["ours"] >= 0.85 * share["transcript"]),
        row("critical facts in the rendered note (peer: the GP's own note)", share["rendered"], "%", peer=share["gp"]),
        row("words of the statements, PriMock57, mean", statistics.mean(words), "words", goal=f"<= {WORDS}",
            met=statistics.mean(words) <= WORDS),
        row("words of the statements, the consults with checklists, mean", statistics.mean(listed), "words",
            goal=f"<= {WORDS}", met=statistics.mean(listed) <= WORDS),
        row("words of the statements, longest note", max(words), "words"),
        row("words of the rendered note, PriMock57, mean", statistics.mean(rendered), "words"),
        row("words of the GP's own note, mean", statistics.mean(len(e.gold.split()) for e in consults.values()),
            "words"),
    ]  # fmt: skip


def precision(
    notes: dict[str, Drafted], consults: dict[str, Encounter], table: lexicon.Lexicon, options: Options
) -> tuple[float, int]:
    """Percent of all statements without a fault in what was said at their evidence and one turn around it; how many."""
    right = total = 0
    for name, note in notes.items():
        turns = consults[name].turns
        for statement in note.statements:
            around = sorted(
                {i + d for i in statement["evidence"] for d in (-1, 0, 1) if 0 <= i + d < len(turns)}
            )
            wrong = support.judge({**statement, "evidence": around}, turns, table)
            right, total = right + (not wrong), total + 1
            if wrong and options.verbose:
                print(
                    f"imprecise: {name} {statement['text']} <- {', '.join(f'{f.kind} {f.word}' for f in wrong)}"
                )
    return 100 * right / max(1, total), total


def show_one(options: Options) -> str:
    """The transcript, the GP's note, ours, and each checklist fact with the texts that say it."""
    encounter = named(primock(options.data), options.show)
    note = draft(encounter, packaged=options.packaged)
    facts = [f for f in checklists(options.data) if f.consult == encounter.id]
    parts = [f"{i:3} {t.speaker:8} {t.text}" for i, t in enumerate(encounter.turns)]
    parts += ["\n===== the GP's note", encounter.gold, f"===== ours ({len(note.body().split())} words)"]
    parts += [
        f"{s['section']:34} {s['text']}  {s['evidence']} {s['confidence']:.2f}" for s in note.statements
    ]
    parts += [f"review {r['reason']}: {r['text']} {r['evidence']}" for r in note.review]
    parts += ["\n===== facts (texts that say them)"]
    for fact, said in found(facts, texts(encounter, note)):
        marks = " ".join(name if yes else "-" for name, yes in said.items())
        parts.append(f"{fact.label or '':2} {marks:30} {fact.section or '':6} {fact.fact}")
    return "\n".join(parts)
