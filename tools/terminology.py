"""Write codes into the concept table: SNOMED GPS, HPO and ICD-10-CM by exact name, nothing guessed.

    python -m tools.terminology --data ../shared/data

A code is taken where the row's label, or else its lay label, is equal to the release's name or exact synonym, in
lower case and singular words, and no other concept of the release has that name. Other wordings may be narrower: they
are not used. Codes that stand in the table are kept. ICD-10-CM codes must be in the release that `simple_icd_10_cm`
carries.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from clinical_language.wording import fold

TABLE = Path(__file__).resolve().parents[1] / "clinical_language" / "data"
_TAGS = {
    "findings": ("finding", "disorder"),
    "conditions": ("disorder", "finding"),
    "procedures": ("procedure", "regime/therapy"),
    "tests": ("procedure",),
    "medicines": ("substance", "product", "medicinal product"),
    "allergens": ("substance",),
}
_NAMED = re.compile(r"^(.*) \(([^()]+)\)$")
Codes = dict[str, str]  # folded name -> code


def folded(name: str) -> str:
    """A name as it is compared: lower case, American spelling, singular words."""
    return " ".join(fold(word) for word in re.findall(r"[a-z0-9']+", name.lower()))


def unambiguous(pairs: Iterable[tuple[str, str]]) -> Codes:
    """Folded name to code; names of two codes are left out."""
    found: dict[str, set[str]] = {}
    for name, code in pairs:
        found.setdefault(folded(name), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def snomed(folder: Path, tag: str) -> Codes:
    """Names of one semantic tag of the Global Patient Set."""
    named = ((_NAMED.match(row["display"]), row["sctid"]) for row in _rows(folder / "snomed_gps_2019-09.tsv"))
    return unambiguous((match[1], code) for match, code in named if match and match[2] == tag)


def hpo(folder: Path) -> list[Codes]:
    """Labels, lay synonyms, exact synonyms, in order of precedence."""
    old = _rows(folder / "hpo_synonyms_2014-11-26.tsv")
    return [
        unambiguous((r["name"], r["id"]) for r in _rows(folder / "hpo_terms_2024-02-08.tsv")),
        unambiguous((r["layperson_synonym"], r["id"]) for r in _rows(folder / "hpo_layperson_synonyms_2026-08.tsv")),
        unambiguous((r["synonym"], r["id"]) for r in old if r["scope"] == "EXACT"),
    ]  # fmt: skip


def icd10cm(folder: Path) -> Codes:
    """Names and inclusion terms of codes that are still valid."""
    import simple_icd_10_cm

    def terms() -> Iterator[tuple[str, str]]:
        for row in _rows(folder / "icd10cm_tabular_inclusion_terms_2021.tsv"):
            if simple_icd_10_cm.is_valid_item(row["code"]):
                names = [row["description"], *row["inclusion_terms"].split("|")]
                yield from ((re.sub(r", unspecified$", "", name.strip()), row["code"]) for name in names)

    return unambiguous(terms())


def first(names: Iterable[str], tables: Iterable[Codes]) -> str:
    """The code of the first name that a table has; earlier tables win."""
    listed = [folded(name) for name in names]
    return next((table[name] for table in tables for name in listed if name in table), "")


def fill(kind: str, data: Path) -> int:
    """Fill the empty code cells of one file; how many."""
    path, filled = TABLE / f"{kind}.tsv", 0
    rows = list(_rows(path))
    systems = {"snomed": [snomed(data / "snomed_gps", tag) for tag in _TAGS[kind]]}
    if kind in {"findings", "conditions"}:
        systems |= {"hpo": hpo(data / "hpo"), "icd10cm": [icd10cm(data / "icd10cm")]}
    for system, tables in systems.items():
        given = {row[system] for row in rows if row[system]}
        for row in rows:
            code = "" if row[system] else first((row["label"], row["lay_label"]), tables)
            if code and code not in given:
                row[system] = code
                given.add(code)
                filled += 1
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return filled


def main() -> None:
    """Fill every file of the table."""
    parser = argparse.ArgumentParser(prog="tools.terminology", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data / "terminology"
    for kind in _TAGS:
        print(f"{kind}: {fill(kind, data)} codes added")


if __name__ == "__main__":
    main()
