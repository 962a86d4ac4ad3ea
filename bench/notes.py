"""Notes and clinical language on the development data: states, evidence, facts of the checklists, speed.

    python bench/notes.py --data ../shared/data

Peers in the same run: for states a NegEx-style rule (a denial word up to six words before); for facts the GP's own
note and the whole transcript under the same lenient matcher. Prints a table, writes bench/results/notes.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clinical_language import State, read_text, warm_up
from clinical_language.concepts import body_parts, concepts, surfaces
from clinical_language.grammar import SENSATIONS
from clinical_language.pipeline import read_sentences
from clinical_language.wording import fold
from soap import DraftNote, Turn, as_text, draft_note

RESULTS = Path(__file__).parent / "results" / "notes.json"
Row = dict[str, Any]
_INTERVAL = re.compile(r'xmin = ([\d.]+)\s*\n\s*xmax = ([\d.]+)\s*\n\s*text = "(.*?)"\s*\n', re.DOTALL)
_UNHEARD = re.compile(r"<UN(?:IN|INTELLIGIBLE)/>|<INAUDIBLE_SPEECH/>|</?UNSURE>")
_STOP = frozenset(
    """a an the of to in on at for with and or but is was were are be been has had have not no nil any pt patient
he she they it his her their this that as by from who which
feels feeling felt since when after before due also well""".split()
)


def primock(data: Path) -> Iterator[tuple[str, list[Turn]]]:
    """Consult id and turns, both speakers merged by time."""
    for note in sorted((data / "primock57" / "notes").glob("*.json")):
        timed: list[tuple[float, float, str, str]] = []
        for speaker in ("doctor", "patient"):
            grid = data / "primock57" / "transcripts" / f"{note.stem}_{speaker}.TextGrid"
            for start, end, text in _INTERVAL.findall(grid.read_text(encoding="utf-8")):
                said = _UNHEARD.sub("", text).strip()
                if said:
                    timed.append((float(start), float(end), speaker, said))
        yield (
            note.stem,
            [Turn("doctor" if s == "doctor" else "patient", x, a, b) for a, b, s, x in sorted(timed)],
        )


def aci(data: Path) -> Iterator[tuple[str, list[Turn]]]:
    """Encounter id and turns of ACI-Bench train."""
    with (data / "aci-bench" / "train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            turns = []
            for line in row["dialogue"].splitlines():
                found = re.match(r"\[(\w+)\] ?(.*)", line)
                if found and found[2].strip():
                    speaker = found[1] if found[1] in {"doctor", "patient"} else "companion"
                    turns.append(Turn(speaker, found[2]))  # type: ignore[arg-type]
            yield row["encounter_id"], turns


def row(figure: str, ours: float, peer: float | None, unit: str, goal: str, met: bool) -> Row:
    ratio = round(ours / peer, 3) if peer else None
    return {
        "figure": figure,
        "ours": round(ours, 3),
        "peer": peer if peer is None else round(peer, 3),
        "ratio": ratio,
        "unit": unit,
        "goal": goal,
        "met": met,
    }


_LETTER = {
    State.PRESENT: "P",
    State.ABSENT: "N",
    State.UNCERTAIN: "U",
    State.HYPOTHETICAL: "H",
    State.RESOLVED: "X",
    State.HISTORICAL: "X",
    State.FAMILY: "F",
}


def _negex(text: str, target: str) -> str:
    before = text.lower().split(target)[0].replace("n't", " not").split()[-6:]
    return "N" if {"no", "not", "without", "never", "denies", "cannot"} & set(before) else "P"


def traps(data: Path) -> Row:
    cases = json.loads((data / "triage" / "context_traps.json").read_text(encoding="utf-8"))
    ours = peer = total = 0
    for case in cases:
        found = {fact.words.lower(): _LETTER[fact.state] for fact in read_text(case["text"]).facts}
        for target, gold in case["gold"].items():
            total += 1
            ours += found.get(target) == gold
            peer += _negex(case["text"], target) == gold
    return row(
        "context traps", 100 * ours / total, 100 * peer / total, "% right", ">= 95", ours / total >= 0.95
    )


def denials(data: Path) -> list[Row]:
    """Denied findings of clinical vignettes: recognised as a concept, and as absent."""
    asked = recognised = absent = states = 0
    for line in (data / "triage" / "avey.jsonl").read_text(encoding="utf-8").splitlines():
        for part in json.loads(line)["absent_findings"].split(","):
            items = re.split(
                r"\bor\b|\band\b|/", re.sub(r"^\s*no\b", "", part.strip(" ."), flags=re.IGNORECASE)
            )
            facts = read_text(f"{part.strip()}.").facts if part.strip().lower().startswith("no") else ()
            states += len(facts)
            absent += sum(fact.state is State.ABSENT for fact in facts)
            for item in (i.strip() for i in items if i.strip()):
                asked += 1
                recognised += any(s.mentions for s in read_sentences(item))
    return [
        row(
            "denied findings recognised",
            100 * recognised / asked,
            72.0,
            "%",
            ">= 92",
            recognised / asked >= 0.92,
        ),
        row(
            "denied findings absent, of those recognised",
            100 * absent / max(1, states),
            None,
            "%",
            ">= 99",
            absent / max(1, states) >= 0.99,
        ),
    ]


def _content(text: str) -> set[str]:
    return {fold(w) for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in _STOP}


def _meaning(text: str) -> set[str]:
    return {m.concept.id for s in read_sentences(text) for m in s.mentions}


def _holds(fact: str, words: set[str], meaning: set[str]) -> bool:
    """Lenient: half of the fact's content words or one of its concepts stands in the text."""
    wanted, concepts_wanted = _content(fact), _meaning(fact)
    if concepts_wanted & meaning:
        return True
    return bool(wanted) and len(wanted & words) / len(wanted) >= 0.5


def checklists(data: Path, notes: dict[str, DraftNote], talks: dict[str, list[Turn]]) -> list[Row]:
    lists = json.loads((data / "primock57" / "checklists.json").read_text(encoding="utf-8"))
    score = {"note": 0, "gp": 0, "talk": 0}
    total = 0
    for sheet in lists:
        if sheet["id"] not in notes:
            continue
        gp = json.loads((data / "primock57" / "notes" / f"{sheet['id']}.json").read_text(encoding="utf-8"))[
            "note"
        ]
        ours = as_text(notes[sheet["id"]]).split("To review")[0]
        texts = {"note": ours, "gp": gp, "talk": "\n".join(t.text for t in talks[sheet["id"]])}
        known = {name: (_content(text), _meaning(text)) for name, text in texts.items()}
        for item in sheet["items"]:
            if item["label"] == "c":
                total += 1
                for name, (words, meaning) in known.items():
                    score[name] += _holds(item["fact"], words, meaning)
    ours, gp, talk = (100 * score[name] / total for name in ("note", "gp", "talk"))
    words = statistics.mean(sum(len(s.text.split()) for s in note.statements) for note in notes.values())
    return [
        row(
            "critical facts in the note, against the GP's note",
            ours,
            gp,
            "%",
            ">= 1.6 x peer",
            ours >= 1.6 * gp,
        ),
        row(
            "critical facts in the note, against the transcript",
            ours,
            talk,
            "%",
            ">= 0.85 x peer",
            ours >= 0.85 * talk,
        ),
        row("words in the note (PriMock57 mean)", words, None, "words", "<= 300", words <= 300),
    ]


def unsupported(consults: list[tuple[str, list[Turn]]], notes: dict[str, DraftNote]) -> Row:
    """Statements whose evidence turns hold no wording of their concept and too few of their own words."""
    wordings: dict[str, list[set[str]]] = {}
    for id_, plain in surfaces():
        wordings.setdefault(id_, []).append(_content(plain))
    bad = total = 0
    for name, turns in consults:
        for statement in notes[name].statements:
            said = _content(" ".join(turns[i].text for i in statement.evidence))
            label = statement.text.split(":")[0].rstrip(".").lower()
            concept = next(
                (
                    i
                    for i, c in concepts().items()
                    if statement.key.endswith(f":{i}") or c.label.lower() == label
                ),
                None,
            )
            total += 1
            worded = concept is not None and any(w <= said for w in wordings.get(concept, []))
            own = _content(statement.text)
            share = len({w for w in own if w in said}) / max(1, len(own))
            if not worded and share < 0.4 and not _known_shape(statement.key, own, said):
                bad += 1
    return row("unsupported statements (independent matcher)", bad, None, f"of {total}", "0", bad == 0)


def _known_shape(key: str, own: set[str], said: set[str]) -> bool:
    """Shapes that restate in other words: vital signs, "none" lines, follow-up, placed pains ("knee pain")."""
    shapes = (":none", "plan:followup", ":work", ":living", "objective.vitals")
    placed = re.search(r"finding\.(\w+)_([a-z]+)$", key)
    if placed and placed[1].replace("_", " ") in body_parts():
        place = {fold(w) for x in body_parts()[placed[1].replace("_", " ")].surfaces for w in x.split()}
        return bool(place & said) and bool({w for w, s in SENSATIONS.items() if s == placed[2]} & said)
    return any(shape in key for shape in shapes)


def speed(talks: dict[str, list[Turn]]) -> list[Row]:
    """CPU milliseconds: the longest consult whole, and one more utterance on it (a redraft of everything)."""
    turns = max(talks.values(), key=lambda t: sum(len(x.text) for x in t))
    whole = statistics.median(_cpu_ms(lambda: draft_note(turns)) for _ in range(9))
    live = statistics.median(
        _cpu_ms(lambda: draft_note([*turns, Turn("patient", "And I have a cough.")])) for _ in range(9)
    )
    words = sum(len(t.text.split()) for t in turns)
    return [
        row(f"draft of a consult of {words} words", whole, None, "ms CPU", "<= 300", whole <= 300),
        row("live: one more utterance", live, None, "ms CPU", "<= 50", live <= 50),
    ]


def _cpu_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"no development data at {data}: nothing measured")
    warm_up()
    talks = dict(primock(data))
    consults = [*talks.items(), *aci(data)]
    notes = {name: draft_note(turns) for name, turns in consults}
    gp_notes = {name: notes[name] for name in talks}
    rows = [
        traps(data),
        *denials(data),
        *checklists(data, gp_notes, talks),
        unsupported(consults, notes),
        *speed(talks),
    ]
    for entry in rows:
        peer = "-" if entry["peer"] is None else f"{entry['peer']:.1f}"
        met = "met" if entry["met"] else "not met"
        print(
            f"{entry['figure']:54} {entry['ours']:8.1f} {peer:>8} {entry['unit']:10} goal {entry['goal']:16} {met}"
        )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
