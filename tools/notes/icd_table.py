"""Writes soap/data/icd10cm.tsv.gz from `simple_icd_10_cm`: billable codes, titles, inclusion terms.

    python -m tools.notes.icd_table

The library holds the whole tabular list as a tree in memory (seconds and about 180 MB), too much for a command or a
server; what suggestions need of it is under half a megabyte. Left out: external causes (V-Y), and of injuries and
poisonings every encounter but the initial one. Lines: code, title, own inclusion terms, those of the categories above,
with "|" between terms.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import simple_icd_10_cm as icd  # type: ignore[import-untyped]

TABLE = Path(__file__).resolve().parents[2] / "soap" / "data" / "icd10cm.tsv.gz"
_LATER_ENCOUNTERS = frozenset("STMO")


def kept() -> Iterator[str]:
    """Billable codes a first visit can need, in the order of the tabular list."""
    for code in icd.get_all_codes(with_dots=True):
        if not icd.is_leaf(code) or code[0] in "VWXY":
            continue
        if len(code) == 8 and code[0] in _LATER_ENCOUNTERS and code[-1] != "A":
            continue
        yield code


def _terms(code: str) -> list[str]:
    return [*icd.get_includes(code), *icd.get_inclusion_term(code)]


def _line(code: str) -> str:
    above = [term for parent in icd.get_ancestors(code)[:-2] for term in _terms(parent)]
    columns = (code, icd.get_description(code), "|".join(_terms(code)), "|".join(above))
    return "\t".join(" ".join(column.split()) for column in columns)


def main() -> None:
    """Write the table; the same library gives the same bytes."""
    lines = [f"# simple_icd_10_cm {version('simple_icd_10_cm')}", *map(_line, kept())]
    TABLE.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", 9, mtime=0))
    print(f"{TABLE.name}: {len(lines) - 1} codes, {TABLE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
