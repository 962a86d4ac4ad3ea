"""The gate before the note: a line may be written under a name only where its evidence bears that name.

A name is borne out where each of its words stands in the evidence (the same stem, or a word that means the same), where
data/said_as.tsv, judged by hand, gives it to the words said, or where it is those words themselves. Whatever else
a line is about is for the doctor to read in the review tray: nothing is written that was only inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clinical_language import Fact, Kind, Turn
from clinical_language.said import said_as
from clinical_language.same_words import borne, folded
from soap.model import ReviewItem
from soap.phrasing import capital, quote
from soap.resolution import Resolved

_NAMED = frozenset({Kind.FINDING, Kind.CONDITION, Kind.PROCEDURE})  # a medicine keeps the name that was said
_WHOLE_KIND = (".any", ".any_family")
_LONGEST = 8  # words of a wording that names something; what is longer is a whole sentence


def parted(lines: Iterable[Resolved], turns: Sequence[Turn]) -> tuple[list[Resolved], list[Resolved]]:
    """The lines that may be written, and those that were only inferred."""
    kept: list[Resolved] = []
    inferred: list[Resolved] = []
    for line in lines:
        (kept if borne_out(line, turns) else inferred).append(line)
    return kept, inferred


def borne_out(line: Resolved, turns: Sequence[Turn]) -> bool:
    """Whether the evidence bears what the line is called."""
    concept = line.concept
    if concept.kind not in _NAMED or line.name != concept.label or concept.id.endswith(_WHOLE_KIND):
        return True
    said = folded(" ".join(turns[at].text for at in line.evidence))
    return borne(line.name, said, akin=True) or any(_judged(line, fact) for fact in (line.first, line.last))


def _judged(line: Resolved, fact: Fact) -> bool:
    """Whether the fact's own words were judged to mean the name."""
    names = fact.named and len(fact.words.split()) < _LONGEST
    return names and said_as(line.concept, fact.words) == line.name


def to_confirm(lines: Iterable[Resolved]) -> Iterator[ReviewItem]:
    """What was not borne out, with the words it was read from."""
    for line in lines:
        words = quote(line.last.words)
        text = f"{capital(line.name)}: {line.state.value} by {words}, not in these words. Please confirm."
        yield ReviewItem(f"review:borne_out:{line.concept.id}", "unclear", text, line.evidence)
