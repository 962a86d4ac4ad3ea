"""Our notes against clinicians' (ACI-Bench train and valid): ROUGE-1 F and concept F1, whole and by division.

Peers in the same run, on the same encounters, by the same scorers: the transcript itself, the doctor's first twelve
turns, another patient's note (the nearest by TF-IDF of the dialogues, the encounter's own left out), and, as the bound
of copying, sentences of the transcript chosen greedily with the reference in hand (no system can do that).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from sklearn.feature_extraction.text import TfidfVectorizer

from bench.notes import lexicon, rouge
from bench.notes.corpora import Encounter, aci, named
from bench.notes.divisions import DIVISIONS, EXAM, OURS, PLAN, RESULTS, SUBJECTIVE, divide
from bench.notes.drafts import draft, rendered_body
from bench.notes.kept import kept
from bench.notes.options import Options
from bench.notes.results import Row, keep_curves, row

ALL = "all"
GOALS = {ALL: 50.0, SUBJECTIVE: 45.0, EXAM: 48.0, RESULTS: 40.0, PLAN: 42.0}
CONCEPTS = 65.0
# Published, on other encounters (the held-back test parts): to know the size of things, never a peer of a row.
QUOTED = {ALL: "GPT-4 52, BART 53", SUBJECTIVE: "41, 52", EXAM: "50, 48", RESULTS: "38, 29", PLAN: "38, 44"}

Divided = dict[str, str]


def ours(encounter: Encounter, *, packaged: bool = False) -> Divided:
    """Our note by division, and whole as it is rendered (without the review tray)."""
    note = draft(encounter, packaged=packaged)
    return {ALL: rendered_body(note)} | {name: note.body(*OURS[name]) for name in DIVISIONS}


def reference(encounter: Encounter) -> Divided:
    """The clinician's note by division, and whole."""
    return {ALL: encounter.gold} | divide(encounter.gold)


def transcript(encounter: Encounter) -> Divided:
    """What was said, as a note: all of it is subjective."""
    said = "\n".join(t.text for t in encounter.turns)
    return {ALL: said, SUBJECTIVE: said, EXAM: "", RESULTS: "", PLAN: ""}


def twelve_turns(encounter: Encounter) -> Divided:
    """The doctor's first twelve turns."""
    said = "\n".join([t.text for t in encounter.turns if t.speaker == "doctor"][:12])
    return {ALL: said, SUBJECTIVE: said, EXAM: "", RESULTS: "", PLAN: ""}


@cache
def _nearest(encounters: tuple[Encounter, ...]) -> dict[str, Encounter]:
    table = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(
        [" ".join(t.text for t in e.turns) for e in encounters]
    )
    alike = (table @ table.T).toarray()
    alike[range(len(encounters)), range(len(encounters))] = -1
    return {e.id: encounters[int(alike[i].argmax())] for i, e in enumerate(encounters)}


def sentences(encounter: Encounter) -> list[str]:
    """The transcript in sentences; unpunctuated turns in pieces of at most 25 words."""
    found = []
    for turn in encounter.turns:
        for sentence in re.split(r"(?<=[.?!])\s+", turn.text):
            words = sentence.split()
            found += [" ".join(words[at : at + 25]) for at in range(0, len(words), 25)]
    return found


def chosen(pool: Sequence[str], wanted: str) -> str:
    """Sentences that raise ROUGE-1 F against `wanted` the most, one after the other, until none does."""
    gold = Counter(rouge.tokens(wanted))
    counts = [Counter(rouge.tokens(s)) for s in pool]
    have: Counter[str] = Counter()
    picked: list[int] = []
    best = 0.0
    while gold:
        scored = ((_f1(gold, have + counts[i]), -i) for i in range(len(pool)) if i not in picked)
        score, at = max(scored, default=(0.0, 0))
        if score <= best:
            break
        best, have = score, have + counts[-at]
        picked.append(-at)
    return "\n".join(pool[i] for i in sorted(picked))


def _f1(gold: Counter[str], have: Counter[str]) -> float:
    return 2 * sum((gold & have).values()) / max(1, gold.total() + have.total())


@cache
def _oracle(encounters: tuple[Encounter, ...]) -> dict[str, Divided]:
    def one(encounter: Encounter) -> Divided:
        pool, wanted = sentences(encounter), reference(encounter)
        return {name: chosen(pool, wanted[name]) for name in (ALL, *DIVISIONS)}

    version = (1, [e.id for e in encounters])
    return cast("dict[str, Divided]", kept("oracle", version, lambda: {e.id: one(e) for e in encounters}))


def concept_f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    """Micro F1 over (reference, ours) sets, 0..100."""
    both = sum(len(a & b) for a, b in pairs)
    return 200 * both / max(1, sum(len(a) + len(b) for a, b in pairs))


Notes = Callable[[Encounter], Divided]


def score(
    encounters: Sequence[Encounter], notes: Notes, table: lexicon.Lexicon
) -> dict[str, tuple[float, ...]]:
    """By division: ROUGE-1, ROUGE-1 of notes whose reference has the division, concept F1."""
    written = [(reference(e), notes(e)) for e in encounters]
    found: dict[str, tuple[float, ...]] = {}
    for name in (ALL, *DIVISIONS):
        pairs = [(gold[name], note[name]) for gold, note in written]
        concepts = [(lexicon.concepts_in(table, a), lexicon.concepts_in(table, b)) for a, b in pairs]
        present = [pair for pair in pairs if pair[0].strip()]
        found[name] = (rouge.mean(pairs), rouge.mean(present), concept_f1(concepts))
    return found


def systems(options: Options) -> dict[str, Notes]:
    """Ours and the peers, by the name the table gives them."""
    near, best = _nearest(aci(options.data)), _oracle(aci(options.data))
    return {
        "ours": lambda e: ours(e, packaged=options.packaged),
        "another patient's note": lambda e: reference(near[e.id]),
        "transcript": transcript,
        "12 doctor turns": twelve_turns,
        "greedy oracle": lambda e: best[e.id],
    }


def run(options: Options) -> list[Row]:
    """ROUGE-1 and concept F1; a row's peer is another patient's note, which ROUGE hardly tells from a good one."""
    encounters = aci(options.data)
    table = lexicon.lexicon(options.data)
    scored = {name: score(encounters, notes, table) for name, notes in systems(options).items()}
    _print(scored)
    if options.keep:
        keep_curves({"aci": {name: list(found.values()) for name, found in scored.items()}})
    mine, near = scored["ours"], scored["another patient's note"]
    rows = [
        row(
            f"ACI-Bench ROUGE-1, {name} (peer: another patient's note; published on other encounters: {QUOTED[name]})",
            mine[name][0],
            "F",
            peer=near[name][0],
            goal=f">= {GOALS[name]:.0f}",
            met=mine[name][0] >= GOALS[name],
        )
        for name in (ALL, *DIVISIONS)
    ]
    for name in (ALL, *DIVISIONS):
        goal = f">= {CONCEPTS:.0f}" if name == ALL else ""
        met = mine[name][2] >= CONCEPTS if name == ALL else None
        rows.append(
            row(f"ACI-Bench concepts, {name} (peer: another patient's note)", mine[name][2], "F1",
                peer=near[name][2], goal=goal, met=met)
        )  # fmt: skip
    for name in DIVISIONS:
        rows.append(
            row(f"ACI-Bench ROUGE-1, {name}, only notes that have it", mine[name][1], "F", peer=near[name][1])
        )
    for peer in list(scored)[2:]:
        rows.append(row(f"ACI-Bench ROUGE-1, all, {peer}", None, "F", peer=scored[peer][ALL][0]))
        rows.append(row(f"ACI-Bench concepts, all, {peer}", None, "F1", peer=scored[peer][ALL][2]))
    statements = [(e.gold, draft(e, packaged=options.packaged).body()) for e in encounters]
    rows.append(row("ACI-Bench ROUGE-1, all, statements only (no headings)", rouge.mean(statements), "F"))
    whole = [(e.gold, draft(e, packaged=options.packaged).text) for e in encounters]
    rows.append(row("ACI-Bench ROUGE-1, all, with silent sections and review tray", rouge.mean(whole), "F"))
    return rows


def _print(scored: dict[str, dict[str, tuple[float, ...]]]) -> None:
    print(
        f"{'ROUGE-1 (where the note has it) · concept F1':46}"
        + "".join(f"{n:>24}" for n in (ALL, *DIVISIONS))
    )
    for system, found in scored.items():
        cells = (f"{a:5.1f} ({b:4.1f}) · {c:4.1f}" for a, b, c in found.values())
        print(f"{system:46}" + "".join(f"{cell:>24}" for cell in cells))


def show_one(options: Options) -> str:
    """What was said, the clinician's divisions beside ours, and the concepts either has alone."""
    encounter = named(aci(options.data), options.show)
    table = lexicon.lexicon(options.data)
    gold, note = reference(encounter), draft(encounter, packaged=options.packaged)
    parts = [f"{i:3} {t.speaker:9} {t.text}" for i, t in enumerate(encounter.turns)]
    for name in DIVISIONS:
        lines = [
            f"  {s['section']:30} {s['text']}  {s['evidence']} {s['confidence']:.2f}"
            for s in note.of(*OURS[name])
        ]
        text = note.body(*OURS[name])
        wanted = dict(lexicon.matches(table, gold[name]))
        have = dict(lexicon.matches(table, text))
        parts += [
            f"\n===== {name}: ROUGE-1 {rouge.rouge1(gold[name], text):.1f}",
            gold[name].strip(),
            f"----- ours ({len(text.split())} words against {len(gold[name].split())})",
            *lines,
            f"----- concepts missed: {', '.join(sorted(w for c, w in wanted.items() if c not in have))}",
            f"----- concepts of ours alone: {', '.join(sorted(w for c, w in have.items() if c not in wanted))}",
        ]
    parts += [f"\n===== all: ROUGE-1 {rouge.rouge1(encounter.gold, rendered_body(note)):.1f}"]
    parts += [f"  order {o['kind']}: {o['description']} | {o['reason']} {o['evidence']}" for o in note.orders]
    parts += [f"  review {r['reason']}: {r['text']} {r['evidence']}" for r in note.review]
    return "\n".join(parts)
