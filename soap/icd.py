"""The ICD-10-CM code list, and the billable codes that fit a problem's name and what was said around it.

`data/icd10cm.tsv.gz` is written by `tools/notes/icd_table.py` from the library `simple_icd_10_cm`; it is read when the
first code is asked for (half a second once per process; `serve` never asks).
"""

from __future__ import annotations

import gzip
import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from clinical_language.wording import fold

PER_PROBLEM = 3
_ENOUGH = 0.5  # below this score a code is a guess
_MANY = 1_500  # codes; of more only those with both telling words are looked at
_NEAR_BEST = 0.88  # share of the best score that the others of a problem must reach
_PUNCTUATION = {ord(c): " " for c in map(chr, range(33, 127)) if not c.isalnum()}
_NON = re.compile(r"\bnon[ -](?=[a-z])")  # "non allergic" is not "allergic"
_EMPTY = frozenset(
    "a an and any as at by classified due elsewhere encounter for from in initial is it nos not of on or other part s "
    "site specified the to type unspecified with without your uncomplicated disease disorder primary essential "
    "subsequent current episode mention status closed mellitus female male adult pediatric".split()
)
_SAME: Mapping[str, tuple[str, ...]] = {
    "cancer": ("malignant", "neoplasm"), "carcinoma": ("malignant", "neoplasm"), "tumor": ("neoplasm",),
    "renal": ("kidney",), "hepatic": ("liver",), "colonic": ("colon",), "diabetic": ("diabetes",),
    "cardiac": ("heart",), "aortic": ("aorta",), "gastric": ("stomach",), "ovarian": ("ovary",),
    "esophageal": ("esophagus",), "stone": ("calculus",), "prostatic": ("prostate",), "uterine": ("uterus",),
    "nasal": ("nose",), "injuries": ("injury",), "thrombosis": ("embolism", "thrombosis"), "venous": ("vein",),
    "inflamed": ("inflammation",), "two": ("2",), "ii": ("2",), "one": ("1",), "i": ("1",),
}  # fmt: skip
_ABSENT = re.compile(
    r",? ?\b(?:without|not having achieved|not specified as|not(?= intractable)) [^,|]*?(?=,|$| with )"
)
_SIDES = frozenset({"left", "right", "bilateral"})
_ELSEWHERE = "classified elsewhere"  # codes of manifestations, never first and never alone


@dataclass(frozen=True, slots=True)
class Billable:
    """A billable code; `names`: words of its title, then of its inclusion terms; `above`: of its categories' terms."""

    code: str
    title: str
    names: tuple[frozenset[str], ...]
    above: tuple[frozenset[str], ...]


def _plain(text: str) -> str:
    """Lower case, no accents, no punctuation; lines stay lines."""
    ascii_ = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return _NON.sub("non", ascii_).translate(_PUNCTUATION)


def _alike(word: str) -> tuple[str, ...]:
    """The comparable words for one plain word; none for a word that tells nothing."""
    folded = fold(word)
    return tuple(same for same in _SAME.get(folded, (folded,)) if same not in _EMPTY)


def words_of(text: str) -> frozenset[str]:
    """Comparable words of a title or a problem: folded, one word for one thing, without those that tell nothing."""
    return frozenset(same for word in _plain(text).split() for same in _alike(word))


@cache
def _lines() -> tuple[str, ...]:
    raw = (files("soap") / "data" / "icd10cm.tsv.gz").read_bytes()
    lines = gzip.decompress(raw).decode("utf-8").splitlines()[1:]
    return tuple(line for line in lines if _ELSEWHERE not in line.split("\t", 2)[1])


@cache
def _places() -> Mapping[str, int]:
    return {line.partition("\t")[0]: place for place, line in enumerate(_lines())}


@cache
def _categories() -> Mapping[str, set[int]]:
    """Category ("M25") to the places of its codes."""
    found: dict[str, set[int]] = {}
    for code, place in _places().items():
        found.setdefault(code[:3], set()).add(place)
    return found


@cache
def _postings() -> Mapping[str, array[int]]:
    """Word to the places of the codes that have it, ascending."""
    spelled: dict[str, array[int]] = {}
    for place, line in enumerate(_plain("\n".join(line.partition("\t")[2] for line in _lines())).split("\n")):
        for word in set(line.split()):
            spelled.setdefault(word, array("I")).append(place)
    found: dict[str, array[int]] = {}
    for word, places in spelled.items():
        for same in _alike(word):
            found[same] = array("I", sorted({*found[same], *places})) if same in found else places
    return found


def warm_up() -> None:
    """Read the list now, so that the first note does not wait for it."""
    _postings()


def billable(code: str) -> Billable | None:
    """The code with its words, None for what is no billable code of the list."""
    place = _places().get(code)
    return None if place is None else _read(_lines()[place])


def _read(line: str) -> Billable:
    code, title, own, above = line.split("\t")
    return Billable(code, title, _names([title, *own.split("|")]), _names(above.split("|")))


def _names(names: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(words_of(_ABSENT.sub("", name)) for name in names if name)


@cache
def _weight(word: str) -> float:
    """How much a word tells: rare words more."""
    return math.log(len(_lines()) / (1 + len(_postings().get(word, ()))))


@lru_cache(maxsize=1024)  # words of the code list, never a sentence: no clinical text stays in memory
def best_codes(
    name: str, said: frozenset[str] = frozenset(), anchor: str = ""
) -> tuple[tuple[Billable, float], ...]:
    """The codes for a problem's name with their scores (0..1), best first, at most PER_PROBLEM.

    `said`: words of the list said around it (side, kind, part); `anchor`: the code that our concept table states. A
    title that names a side or a kind nobody spoke of scores low or is left out.
    """
    wanted = words_of(name)
    rated = [(code, _score(code, wanted, said, anchor)) for code in _near(wanted, said, anchor)]
    rated.sort(key=lambda r: (-r[1], "unspecified" not in r[0].title, len(r[0].names[0]), r[0].code))
    least = max(_ENOUGH, _NEAR_BEST * rated[0][1]) if rated else 1.0
    return tuple((code, round(min(1.0, score), 2)) for code, score in rated[:PER_PROBLEM] if score >= least)


def known(words: frozenset[str]) -> frozenset[str]:
    """Those words that any title or term of the list has."""
    return frozenset(word for word in words if word in _postings())


def _near(wanted: frozenset[str], said: frozenset[str], anchor: str) -> list[Billable]:
    """Codes worth a look: those of the anchor's category, and those with one of the name's two most telling words."""
    telling = sorted(known(wanted), key=lambda word: (-_weight(word), word))[:2]
    listed = [set(_postings()[word]) for word in telling]
    places = set().union(*listed)
    if len(places) > _MANY:
        places = set.intersection(*listed) or listed[0]
    places |= _categories().get(anchor[:3], set())
    words = wanted | said
    found = [_read(_lines()[place]) for place in sorted(places)]
    return [
        code for code in found if code.names[0] & _SIDES <= words and not _out_of_place(code, words, anchor)
    ]


_CHAPTERS: Mapping[str, frozenset[str]] = {
    "O": frozenset({"pregnant", "pregnancy", "labor", "postpartum", "trimester"}),
    "P": frozenset({"newborn", "neonatal"}),
    "Q": frozenset({"congenital", "born", "birth"}),
    "Z": frozenset({"screening", "counseling", "vaccination"}),
    "T": frozenset(
        {"poisoning", "burn", "overdose", "bite", "allergy", "reaction", "anaphylaxis", "foreign"}
    ),
}


def _out_of_place(code: Billable, words: frozenset[str], anchor: str) -> bool:
    """Chapters of pregnancy, birth and the like, unless they are spoken of or the name is nothing else."""
    spoken = _CHAPTERS.get(code.code[0])
    return (
        spoken is not None
        and not spoken & words
        and anchor[:1] != code.code[0]
        and not any(name and name <= words for name in code.names)
    )


def _score(code: Billable, wanted: frozenset[str], said: frozenset[str], anchor: str) -> float:
    total = sum(map(_weight, wanted)) or 1.0
    best = 0.0
    for rank, name in enumerate(code.names):
        best = max(best, _covered(name, wanted, said) / total * (0.97 if rank else 1.0))
    added = len(code.names[0] - wanted - said)  # a category's term is shared by codes that say more
    for name in code.above:
        best = max(best, _covered(name, wanted, said) / total * 0.97 * 0.95**added)
    if anchor:
        best = max(min(best, 0.95), _by_anchor(code, wanted, said, anchor))
    title = code.title.lower()
    if said & _SIDES and not code.names[0] & _SIDES and "unspecified" in title:
        best -= 0.15
    if title.startswith("other ") or ", other" in title or "specified" in title.replace("unspecified", ""):
        best -= 0.05
    return best + 0.02 * len(code.names[0] & said - wanted)


def _covered(name: frozenset[str], wanted: frozenset[str], said: frozenset[str]) -> float:
    """Weight of the wanted words in a name, less for each word in it that nobody spoke of."""
    return sum(_weight(word) for word in wanted & name) * 0.85 ** len(name - wanted - said)


def _by_anchor(code: Billable, wanted: frozenset[str], said: frozenset[str], anchor: str) -> float:
    """What our concept table says counts as much as the words; its neighbours where all they add was said."""
    if not anchor:
        return 0.0
    if code.code == anchor:
        return 0.98
    stated = billable(anchor)
    added = code.names[0] - wanted - (stated.names[0] if stated else frozenset())
    inside = code.code.startswith(anchor) or code.code[:-1] == anchor[:-1]
    return 0.98 if inside and added and added <= said else 0.0
