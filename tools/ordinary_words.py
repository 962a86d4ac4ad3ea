"""Write transcription/data/ordinary_words.tsv: English words that people say in a consult, without names of medicines.

    python -m tools.ordinary_words --data ../shared/data

They are the words of ACI-Bench (train, valid), MTS-Dialog and the OSCE interviews, each with how many conversations say
it. PriMock57 is left out: what the suggestions are worth is measured there.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

WRITTEN = Path(__file__).resolve().parents[1] / "transcription" / "data" / "ordinary_words.tsv"
_NAME = 6
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SPEAKER = re.compile(r"^\s*(?:\[\w+\]|[A-Za-z_ ]{1,20}:)", re.MULTILINE)


def conversations(data: Path) -> Iterator[str]:
    """The text of each conversation, without who speaks."""
    for name in ("train", "valid"):
        yield from _column(data / "aci-bench" / f"{name}.csv", "dialogue")
    for path in sorted((data / "mts-dialog").glob("*.csv")):
        yield from _column(path, "dialogue")
    for path in sorted((data / "osce-interviews").rglob("*.txt")):
        yield _SPEAKER.sub(" ", path.read_text(encoding="utf-8", errors="replace"))


def _column(path: Path, name: str) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield _SPEAKER.sub(" ", row[name])


def medicines(data: Path) -> set[str]:
    """Names of one word in the DrugBank vocabulary, six letters and more, and our own; not the plain English ones."""
    names: set[str] = set()
    for path in (data / "terminology" / "drugs").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = (cell for row in csv.reader(file, delimiter=";") for cell in row[2:])
            names.update(name for cell in cells for name in cell.lower().split(" | ") if len(name) >= _NAME)
    return ({name for name in names if _WORD.fullmatch(name)} | _own_medicines()) - _PLAIN


def _own_medicines() -> set[str]:
    from clinical_language.concepts import concepts, surfaces
    from clinical_language.model import Kind

    table = concepts()
    return {name for id_, name in surfaces() if table[id_].kind is Kind.MEDICINE and name.isalpha()}


# Names in the DrugBank vocabulary that are ordinary words all the same.
_PLAIN = frozenset(
    """almond antacid antacids apricot asparagus balance banana barley broccoli cabbage calcium camomile capture carrot
    celery charcoal cherry chicken chocolate cholesterol cinnamon coconut cocaine coffee copper cortisol cotton cucumber
    ecstasy eggplant garlic ginger glucose grapefruit hemoglobin heroin hydrogen laxative lavender lettuce magnesium
    marijuana monitor mushroom mustard nicotine nitrogen oatmeal orange oxygen oyster parsley peanut pepper pineapple
    pistachio potassium potato pumpkin rabbit rosemary salmon sesame shrimp silver sodium spinach strawberry sulfate
    sulphur tobacco tomato turkey turmeric vanilla vinegar vitamin vitamins walnut watermelon willow""".split()
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the development data")
    data = parser.parse_args().data
    said: Counter[str] = Counter()
    for text in conversations(data):
        words = _WORD.findall(text.lower().replace("\u2019", "'"))
        said.update({re.sub(r"[^a-z]", "", word.removesuffix("'s")) for word in words})
    kept = {word for word in said if word} - medicines(data)
    WRITTEN.parent.mkdir(exist_ok=True)
    lines = "".join(f"{word}\t{said[word]}\n" for word in sorted(kept))
    WRITTEN.write_text("word\tconversations\n" + lines, encoding="utf-8")
    print(f"{len(kept)} words")


if __name__ == "__main__":
    main()
