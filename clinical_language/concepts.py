"""The concept table: findings, conditions, medicines, allergens, tests, procedures and habits, with their wordings.

Rows are ours (data/concepts.tsv); SNOMED GPS, HPO and ICD-10-CM codes are facts stated beside them (see NOTICE).
A surface may hold alternatives "(a|b)" and an optional word "(a )?"; both are expanded here, once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clinical_language.model import Concept, Kind

_CODE_SYSTEMS = ("snomed", "hpo", "icd10cm")
_GROUP = re.compile(r"\(([^()]*)\)(\?)?")
# Which pain or swelling has its own name; every other body part is named by the grammar ("left knee pain").
_NAMED = {
    ("pain", "head"): "headache", ("pain", "chest"): "chest_pain", ("pain", "abdomen"): "abdominal_pain",
    ("pain", "throat"): "sore_throat", ("pain", "ear"): "ear_pain", ("pain", "eye"): "eye_pain",
    ("pain", "back"): "back_pain", ("pain", "lower back"): "low_back_pain", ("pain", "neck"): "neck_pain",
    ("pain", "joint"): "joint_pain", ("pain", "muscle"): "myalgia", ("pain", "face"): "facial_pain",
    ("pain", "sinus"): "facial_pain", ("pain", "tooth"): "toothache", ("pain", "testicle"): "testicular_pain",
    ("pain", "breast"): "breast_pain", ("pain", "pelvis"): "pelvic_pain", ("pain", "flank"): "flank_pain",
    ("pain", "kidney"): "flank_pain", ("pain", "side"): "flank_pain", ("pain", "heart"): "chest_pain",
    ("swelling", "leg"): "leg_swelling", ("swelling", "ankle"): "leg_swelling", ("swelling", "foot"): "leg_swelling",
    ("swelling", "face"): "facial_swelling", ("swelling", "joint"): "joint_swelling",
    ("swelling", "neck"): "neck_swelling", ("stiffness", "neck"): "neck_stiffness",
    ("stiffness", "joint"): "joint_stiffness", ("tightness", "chest"): "chest_pain",
    ("itching", "skin"): "itching", ("redness", "eye"): "red_eye", ("bleeding", "nose"): "epistaxis",
    ("bleeding", "vagina"): "vaginal_bleeding", ("bleeding", "rectum"): "blood_in_stool",
    ("lump", "breast"): "breast_lump", ("rash", "skin"): "rash", ("tightness", "throat"): "sore_throat",
    ("cramping", "abdomen"): "abdominal_pain", ("tightness", "abdomen"): "abdominal_pain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A place on the body as patients name it; `surfaces` are its wordings."""

    name: str
    region: str
    surfaces: tuple[str, ...]


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("clinical_language") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def expand(surface: str) -> Iterator[str]:
    """Every plain wording of a surface: "(sore|bad) (left )?knee" -> "sore left knee", "sore knee", ..."""
    inner = _GROUP.search(surface)  # innermost first, so groups may nest
    if inner is None:
        yield " ".join(surface.split())
        return
    options = [*inner[1].split("|"), ""] if inner[2] else inner[1].split("|")
    for option in dict.fromkeys(options):
        yield from expand(surface[: inner.start()] + option + surface[inner.end() :])


@cache
def concepts() -> dict[str, Concept]:
    """Concept by id ("finding.headache")."""
    table = {}
    for row in _rows("concepts.tsv"):
        codes = {system: row[system] for system in _CODE_SYSTEMS if row[system]}
        kind = Kind(row["kind"])
        id_ = f"{kind}.{row['name']}"
        table[id_] = Concept(id_, kind, row["label"], row["lay_label"], row["group"], codes)
    return table


@cache
def surfaces() -> tuple[tuple[str, str], ...]:
    """Pairs (concept id, plain wording); an allergen's words only count where allergy is spoken of."""
    pairs = []
    for row in _rows("concepts.tsv"):
        id_ = f"{row['kind']}.{row['name']}"
        for surface in (row["label"].lower(), row["lay_label"].lower(), *row["surfaces"].split(" | ")):
            pairs += [(id_, plain) for plain in expand(surface.strip()) if plain]
    return tuple(dict.fromkeys(pairs))


@cache
def body_parts() -> dict[str, BodyPart]:
    """Body part by name."""
    return {
        row["name"]: BodyPart(
            row["name"], row["region"], tuple(s.strip() for s in row["surfaces"].split("|"))
        )
        for row in _rows("body_parts.tsv")
    }


@cache
def sensation_at(sensation: str, part: str) -> Concept:
    """The concept of a sensation at a body part: its own row where it has a name, else "<part> <sensation>"."""
    named = _NAMED.get((sensation, part))
    if named:
        return concepts()[f"finding.{named}"]
    system = "skin" if sensation in {"itching", "rash", "redness", "bruising", "wound"} else "musculoskeletal"
    id_ = f"finding.{part.replace(' ', '_')}_{sensation}"
    return Concept(id_, Kind.FINDING, f"{part} {sensation}", f"{part} {sensation}", system)
