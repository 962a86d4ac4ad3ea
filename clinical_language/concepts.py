"""The concept table: findings, conditions, medicines, allergens, tests, procedures and habits, with their wordings.

Rows are ours (data/findings.tsv, conditions.tsv, ...); codes are facts stated beside them (see NOTICE).
A surface may hold alternatives "(a|b)", an optional word "(a )?", every form of a verb "{throw} up" and a named group
of words "<cannot> breathe" (data/word_groups.tsv). Articles, possessives and sides need
not be written: the lexicon skips them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clinical_language.inflection import forms
from clinical_language.model import Concept, Kind
from clinical_language.patterns import Pattern, parse, shortest, wordings

_FILES = {
    Kind.FINDING: "findings.tsv", Kind.CONDITION: "conditions.tsv", Kind.MEDICINE: "medicines.tsv",
    Kind.ALLERGEN: "allergens.tsv", Kind.TEST: "tests.tsv", Kind.PROCEDURE: "procedures.tsv",
    Kind.HABIT: "habits.tsv",
}  # fmt: skip
_CODE_SYSTEMS = ("snomed", "hpo", "icd10cm", "atc", "loinc")
_NAME = 2  # words
_SHORTHAND = re.compile(r"\{(\w+)\}|<(\w+)>")
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
    ("tenderness", "abdomen"): "abdominal_tenderness", ("tenderness", "joint"): "joint_tenderness",
    ("tenderness", "calf"): "calf_tenderness", ("tenderness", "chest"): "chest_wall_tenderness",
    ("tenderness", "breast"): "breast_pain", ("tenderness", "flank"): "cva_tenderness",
    ("pain", "mouth"): "oral_pain", ("pain", "rectum"): "rectal_pain", ("pain", "vagina"): "vaginal_pain",
    ("pain", "penis"): "penile_pain", ("pain", "bladder"): "bladder_pain", ("pain", "genitals"): "pain_in_the_genitals",
    ("pain", "scrotum"): "testicular_pain", ("pain", "nipple"): "breast_pain", ("pain", "lung"): "chest_pain",
    ("pain", "womb"): "pelvic_pain", ("pain", "ovary"): "pelvic_pain",
    ("pressure", "chest"): "chest_pain", ("pressure", "head"): "headache", ("pressure", "face"): "facial_pain",
    ("pressure", "sinus"): "facial_pain", ("pressure", "eye"): "eye_pain", ("pressure", "ear"): "ear_fullness",
    ("pressure", "pelvis"): "pelvic_pain", ("heaviness", "chest"): "chest_pain",
    ("itching", "eye"): "itchy_eyes", ("itching", "ear"): "ear_itching", ("itching", "nose"): "nasal_itching",
    ("itching", "vagina"): "vaginal_itching", ("itching", "vulva"): "vaginal_itching",
    ("itching", "rectum"): "anal_itching", ("itching", "genitals"): "genital_itching",
    ("itching", "penis"): "genital_itching", ("itching", "groin"): "genital_itching",
    ("swelling", "testicle"): "testicular_swelling", ("swelling", "scrotum"): "testicular_swelling",
    ("swelling", "gum"): "swollen_gums", ("swelling", "eye"): "eyelid_swelling",
    ("swelling", "abdomen"): "abdominal_distension", ("bleeding", "gum"): "bleeding_gums",
    ("discharge", "eye"): "eye_discharge", ("discharge", "ear"): "ear_discharge", ("discharge", "nose"): "rhinorrhea",
    ("discharge", "vagina"): "vaginal_discharge", ("discharge", "penis"): "genital_discharge",
    ("discharge", "genitals"): "genital_discharge", ("discharge", "nipple"): "nipple_discharge",
    ("lump", "testicle"): "testicular_lump", ("lump", "rectum"): "anal_lump",
    ("lump", "groin"): "axillary_or_groin_swelling", ("lump", "armpit"): "axillary_or_groin_swelling",
    ("injury", "head"): "head_injury", ("injury", "eye"): "eye_injury", ("locking", "finger"): "locking_of_a_finger",
    ("cramping", "abdomen"): "abdominal_pain", ("tightness", "abdomen"): "abdominal_pain",
}  # fmt: skip

_ROOT = 3  # letters that a place and its adjective share: "face", "facial"
_ADJECTIVE = {
    "abdomen": "abdominal",
    "face": "facial",
    "nose": "nasal",
    "vagina": "vaginal",
    "rectum": "rectal",
}
_JOINT = {"giving way": "joint_instability", "locking": "joint_locking", "clicking": "joint_clicking"}
_SYSTEM_OF_SENSATION = {
    "itching": "skin", "rash": "skin", "redness": "skin", "bruising": "skin", "wound": "skin",
    "numbness": "neurological", "tingling": "neurological",
}  # fmt: skip
_SYSTEM_OF_REGION = {
    "eye": "eye", "ear": "ent", "nose": "ent", "mouth": "ent", "tooth": "ent", "throat": "ent",
    "abdomen": "gastrointestinal", "rectum": "gastrointestinal", "vagina": "gynaecological", "genital": "genitourinary",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A place on the body as patients name it; `surfaces` are its wordings."""

    name: str
    region: str
    surfaces: tuple[str, ...]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a packaged table by column name."""
    text = (files("clinical_language") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def written_out(wording: str) -> str:
    """A wording without shorthand: "{throw}" and "<cannot>" as alternatives."""
    return _SHORTHAND.sub(_alternatives, wording)


def _alternatives(shorthand: re.Match[str]) -> str:
    verb, group = shorthand.groups()
    return f"({'|'.join(forms(verb))})" if verb else f"({_word_groups()[group]})"


@cache
def _word_groups() -> dict[str, str]:
    """Alternatives by name: "cannot" -> "can not|could not|unable to"."""
    return {row["name"]: row["alternatives"] for row in rows("word_groups.tsv")}


@cache
def _table() -> tuple[tuple[Concept, str], ...]:
    """Every row as its concept, with the surfaces cell as written."""
    return tuple(
        (
            Concept(
                f"{kind}.{row['name']}",
                kind,
                row["label"],
                row["lay_label"],
                row["group"],
                {system: row[system] for system in _CODE_SYSTEMS if row.get(system)},
            ),
            row["surfaces"],
        )
        for kind, name in _FILES.items()
        for row in rows(name)
    )


@cache
def concepts() -> dict[str, Concept]:
    """Concept by id ("finding.headache")."""
    return {concept.id: concept for concept, _ in _table()}


@cache
def patterns() -> tuple[tuple[str, Pattern], ...]:
    """Pairs (concept id, pattern of wordings); an allergen's words only count where allergy is spoken of."""
    written = {
        (concept.id, surface.strip()): None
        for concept, cell in _table()
        for surface in (concept.label.lower(), concept.lay_label.lower(), *cell.split(" | "))
        if surface.strip()
    }
    return tuple((id_, parse(written_out(surface))) for id_, surface in written)


@cache
def ordinary_uses() -> tuple[Pattern, ...]:
    """Wordings in which a concept's word means something else: "this fall", "shook hands"."""
    return tuple(parse(written_out(row["wording"])) for row in rows("ordinary_uses.tsv"))


@cache
def surfaces() -> tuple[tuple[str, str], ...]:
    """Pairs (concept id, plain wording) of the wordings that are one or two words: names, not sentences."""
    named = (
        (id_, plain)
        for id_, pattern in patterns()
        if shortest(pattern) <= _NAME
        for plain in wordings(pattern)
    )
    return tuple(dict.fromkeys((id_, plain) for id_, plain in named if plain.count(" ") < _NAME))


@cache
def body_parts() -> dict[str, BodyPart]:
    """Body part by name."""
    return {
        row["name"]: BodyPart(
            row["name"], row["region"], tuple(s.strip() for s in row["surfaces"].split("|"))
        )
        for row in rows("body_parts.tsv")
    }


@cache
def looser(id_: str) -> tuple[tuple[str, str], ...]:
    """Sensations and places that are taken for this concept and are not what its label says, as (sensation, place)."""
    pairs = (
        (*pair, concepts()[f"finding.{name}"].label)
        for pair, name in _NAMED.items()
        if f"finding.{name}" == id_
    )
    return tuple(
        (sensation, part) for sensation, part, label in pairs
        if part[:_ROOT] not in label or not (sensation == "pain" or sensation in label)
    )  # fmt: skip


def placed(sensation: str, part: str) -> str:
    """ "Abdominal cramping", "ankle swelling"."""
    return f"{_ADJECTIVE.get(part, part)} {sensation}"


def has_name(sensation: str, part: str) -> bool:
    """Whether the sensation at this part has a row of its own."""
    return (sensation, part) in _NAMED


@cache
def sensation_at(sensation: str, part: str) -> Concept:
    """The concept of a sensation at a body part: its own row where it has a name, else "<part> <sensation>"."""
    name = (
        _NAMED.get((sensation, part))
        or _JOINT.get(sensation)
        or f"{part}_{sensation}".lower().replace(" ", "_")
    )
    if (id_ := f"finding.{name}") in concepts():
        return concepts()[id_]
    return Concept(id_, Kind.FINDING, f"{part} {sensation}", f"{part} {sensation}", _system(sensation, part))


def _system(sensation: str, part: str) -> str:
    """The body system of a sensation that has no row: by what is felt, else by where."""
    region = body_parts()[part].region
    return _SYSTEM_OF_SENSATION.get(sensation) or _SYSTEM_OF_REGION.get(region, "musculoskeletal")
