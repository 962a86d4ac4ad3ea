"""Readers of the development corpora: encounters as turns, with their gold. Cached per process."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from clinical_language import Speaker, Turn

_INTERVAL = re.compile(r'xmin = ([\d.]+)\s*\n\s*xmax = ([\d.]+)\s*\n\s*text = "(.*?)"\s*\n', re.DOTALL)
_UNHEARD = re.compile(r"<UN(?:IN|INTELLIGIBLE)/>|<INAUDIBLE_SPEECH/>|</?UNSURE>")
_LINE = re.compile(r"\[(\w+)\] ?(.*)")
_SPEAKERS: dict[str, Speaker] = {
    "doctor": "doctor",
    "patient": "patient",
    "d": "doctor",
    "p": "patient",
    "guest_clinician": "doctor",
}


@dataclass(frozen=True, slots=True)
class Encounter:
    """One consult. `gold`: the reference note (or section text), "" where the corpus has none."""

    id: str
    turns: tuple[Turn, ...]
    gold: str = ""
    label: str = ""
    extra: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)


def _speaker(name: str) -> Speaker:
    return _SPEAKERS.get(name.lower(), "companion")


def bracketed(dialogue: str) -> tuple[Turn, ...]:
    """Turns of ``[doctor] text`` lines; a line without a speaker goes on with the turn before."""
    turns: list[Turn] = []
    for line in dialogue.splitlines():
        found = _LINE.match(line)
        if found and found[2].strip():
            turns.append(Turn(_speaker(found[1]), found[2]))
        elif not found and line.strip() and turns:
            turns[-1] = Turn(turns[-1].speaker, f"{turns[-1].text} {line.strip()}")
    return tuple(turns)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def aci(data: Path) -> tuple[Encounter, ...]:
    """ACI-Bench, train and valid, with the clinicians' notes."""
    rows = [row for part in ("train", "valid") for row in _rows(data / "aci-bench" / f"{part}.csv")]
    return tuple(
        Encounter(r["encounter_id"], bracketed(r["dialogue"]), r["note"].replace("\r", ""), r["dataset"])
        for r in rows
    )


def _track(path: Path, speaker: Speaker) -> Iterator[Turn]:
    for start, end, text in _INTERVAL.findall(path.read_text(encoding="utf-8")):
        if said := " ".join(_UNHEARD.sub("", text).replace('""', '"').split()):
            yield Turn(speaker, said, float(start), float(end))


@cache
def primock(data: Path) -> tuple[Encounter, ...]:
    """PriMock57: both speakers merged by time, the GP's note as gold."""
    found = []
    for path in sorted((data / "primock57" / "notes").glob("*.json")):
        grids = data / "primock57" / "transcripts"
        tracks = (
            *_track(grids / f"{path.stem}_doctor.TextGrid", "doctor"),
            *_track(grids / f"{path.stem}_patient.TextGrid", "patient"),
        )
        turns = tuple(sorted(tracks, key=lambda t: (t.start or 0.0, t.end or 0.0)))
        found.append(Encounter(path.stem, turns, str(json.loads(path.read_text(encoding="utf-8"))["note"])))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ChecklistFact:
    """One fact of a clinician's list. `label`: c critical, nc not critical, i irrelevant."""

    consult: str
    clinician: str
    section: str
    fact: str
    label: str


@cache
def checklists(data: Path) -> tuple[ChecklistFact, ...]:
    """The clinicians' fact lists of PriMock57, in the order of the sheets."""
    sheets = json.loads((data / "primock57" / "checklists.json").read_text(encoding="utf-8"))
    return tuple(
        ChecklistFact(sheet["id"], sheet["clinician"], item["section"], item["fact"], item["label"])
        for sheet in sheets
        for item in sheet["items"]
    )


def heard(data: Path, model: str = "groq-whisper-large-v3") -> dict[str, str]:
    """What a Whisper service wrote of PriMock57's mixed audio, by consult."""
    folder = data / "primock57" / "asr" / model
    end = "_conversation_transcript.txt"
    return {
        path.name.removesuffix(end): path.read_text(encoding="utf-8")
        for path in sorted(folder.glob(f"*{end}"))
    }


_NAMED = re.compile(r"(?m)^\s*([A-Za-z][A-Za-z_ ]{0,24}?)\s*:\s*")


@cache
def mts(data: Path) -> tuple[Encounter, ...]:
    """MTS-Dialog, training and validation parts: short dialogues, section header as label, section text as gold."""
    found = []
    for part in ("Training", "Validation"):
        for row in _rows(data / "mts-dialog" / f"MTS-Dialog-{part}Set.csv"):
            header = row["section_header"].strip().upper()
            name = f"{part[0]}{row['ID']}"
            found.append(Encounter(name, _colon(row["dialogue"]), row["section_text"], header))
    return tuple(found)


def _colon(dialogue: str) -> tuple[Turn, ...]:
    """Turns of ``Doctor: text`` lines; "Guest_family" and the like are companions."""
    pieces = _NAMED.split(dialogue.replace("\r", ""))
    pairs = zip(pieces[1::2], pieces[2::2], strict=False)
    return tuple(Turn(_speaker(who.strip()), " ".join(text.split())) for who, text in pairs if text.strip())


@cache
def osce(data: Path) -> tuple[Encounter, ...]:
    """Simulated interviews without notes."""
    return tuple(
        Encounter(path.stem, _colon(path.read_text(encoding="utf-8-sig", errors="replace")))
        for path in sorted((data / "osce-interviews").glob("*.txt"))
    )


@cache
def mediqa_oe(data: Path) -> tuple[Encounter, ...]:
    """MEDIQA-OE: dialogues with gold orders in ``extra["orders"]``; a turn for each line of the dialogue with words."""
    records = json.loads((data / "mediqa-oe" / "orders.json").read_text(encoding="utf-8"))
    return tuple(
        Encounter(
            record["id"],
            tuple(_by_line(record["dialogue_raw"])),
            label=record["dialogue_raw"],
            extra={"orders": cast("list[dict[str, Any]]", record["expected_orders"])},
        )
        for record in records
    )


def _by_line(dialogue: str) -> Iterator[Turn]:
    """A line without a speaker is a turn of whoever spoke before, so that turns stay in step with the lines."""
    speaker: Speaker = "doctor"
    for line in dialogue.split("\n"):
        found = _LINE.match(line)
        speaker = _speaker(found[1]) if found else speaker
        if line.strip():
            yield Turn(speaker, found[2] if found else line)


def named(encounters: tuple[Encounter, ...], name: str) -> Encounter:
    """The encounter whose id is, or else contains, `name`. Raises SystemExit."""
    for one in encounters:
        if one.id == name:
            return one
    for one in encounters:
        if name in one.id:
            return one
    raise SystemExit(f"no encounter {name}")
