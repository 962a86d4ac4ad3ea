"""What a note calls a concept: its label where that is what was said, else words that say no more than was said.

A concept takes in wordings that are looser or narrower than its label ("kept me up" is read as insomnia, "stung by a
wasp" as an insect bite). The label may stand where each of its words was said (`clinical_language.same_words`), or
where data/said_as.tsv, written by hand, has it for these words; its other rows give names nearer to them. `wording` are
words that were all said, in any order, with the table's shorthand ("(a|b)", "{throw}"); the first row of a concept that
fits gives the name. What a place and a sensation are only taken for ("chest tightness" for chest pain) is named by that
place and sensation. Whatever nobody has judged is called as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from clinical_language.concepts import body_parts, looser, placed, rows, written_out
from clinical_language.grammar import SENSATIONS
from clinical_language.model import Concept, Kind
from clinical_language.patterns import Pattern, parse
from clinical_language.remembering import remembered
from clinical_language.same_words import borne, folded
from clinical_language.wording import fold

_CLAUSE = re.compile(r"not |no |a |anyone |\w+ing (?!sensation)|\u201c")
_WHOLE_KIND = (".any", ".any_family")  # "no medical problems": of no one thing
_WELL = "normal "
_TROUBLE = frozenset(
    """change difference problem issue trouble difficulty difficult loss lost lose losing hard less low lower reduced
    decreased decrease poor bad worse off gain weird funny different disturbance disturbed interrupted lack""".split()
)
_DETERMINERS = frozenset("a an the my your his her their our its any some".split())
_PASSED_OVER = frozenset(
    "um uh uhm er like just really very quite so well okay ok yeah you know kind bit little".split()
)
_BEFORE_NAME = _DETERMINERS | frozenset(
    "have has had having got get gets getting be been being was were is are am do does did of".split()
)
_LONGEST = 7  # words of a name in the words said
_THING = re.compile(
    r"\w*(?:tions?|sions?|ness|ments?|ity|ities|aches?|ia|itis|ures?|ances?|ences?|isms?|omas?|osis|ths|opathy)|\w{3,}ing|"
    r"(?:allergy|allergies|appetite|attack|balance|beat|blood|boot|brace|bump|cancer|cane|change|clot|cold|condition|"
    r"contact|cough|cramp|cream|difficulty|difficulties|discomfort|disease|disorder|drug|edema|fever|hearing|heartbeat|"
    r"injury|injuries|issue|level|lump|meds|memory|mood|mucus|murmur|needle|oxygen|pain|patch|period|phlegm|pill|polyp|"
    r"pressure|problem|rash|reflux|rehab|rigor|scab|sleep|sling|smell|sore|spacer|spasm|speech|spell|splint|spot|sputum|"
    r"stool|sugar|surgery|surgeries|symptom|syndrome|taste|therapy|trouble|tumou?r|ulcer|urine|vision|voice|walker|weight|"
    r"wheelchair)(?:e?s)?"
)
_FINITE = frozenset(
    """i i'm i've you he she it we they not n't is are was were am be been has have had do does did can could will would
    feel feels felt get gets got getting keep keeps kept go goes went when if that who to""".split()
)


@remembered
def said_as(concept: Concept, words: str) -> str:
    """The name of the concept that the words bear: its label, a name nearer to them, or the words themselves.

    >>> from clinical_language.concepts import concepts
    >>> said_as(concepts()["finding.insomnia"], "kept me up"), said_as(concepts()["finding.insomnia"], "insomnia")
    ('being kept up', 'insomnia')
    >>> said_as(concepts()["finding.throat_swelling"], "swollen area of my throat")
    'throat swelling'
    """
    own = folded(words)
    brand = concept.kind is Kind.MEDICINE and " " not in words.strip()  # is its substance
    if borne(concept.label, own) or _only_places(own) or concept.id.endswith(_WHOLE_KIND):
        return concept.label
    named = (name for wording, name in _names().get(concept.id, ()) if _fits(wording, name, own))
    found = next(named, "") or next(_placed(concept, own), "")
    if found or brand or borne(concept.label, own, akin=True):
        return found or concept.label
    return _in_words(words) or concept.label


def is_thing(name: str) -> bool:
    """Whether a name is a noun ("wasp sting") and no clause ("not being able to move it")."""
    return not _CLAUSE.match(name)


def thing(concept: Concept, words: str) -> str:
    """The same where a noun must stand: the label instead of a clause."""
    name = said_as(concept, words)
    return name if is_thing(name) else concept.label


def _in_words(words: str) -> str:
    """The words as a name, in quotation marks where they are no noun; "" where they are a whole sentence."""
    said = [w for w in re.findall(r"[^\s,.?!;:\"]+", words.lower()) if w not in _PASSED_OVER]
    while said and said[0] in _BEFORE_NAME:
        said = said[1:]
    said = [word for word in said if word not in _DETERMINERS]
    if not said or len(said) > _LONGEST:
        return ""
    said[0] = "feeling" if said[0] in {"feel", "feels", "felt"} else said[0]
    name = " ".join(said).replace(" n't", "n't")
    noun = (_THING.fullmatch(said[0]) or _THING.fullmatch(said[-1])) and not _FINITE & set(said[1:])
    return name if noun else f"\u201c{name}\u201d"


@cache
def _names() -> dict[str, list[tuple[Pattern, str]]]:
    """By concept id, the wordings in the order of the file and their names."""
    found: dict[str, list[tuple[Pattern, str]]] = {}
    for row in rows("said_as.tsv"):
        found.setdefault(row["concept"], []).append((parse(written_out(row["wording"])), row["name"]))
    return found


def _fits(wording: Pattern, name: str, own: frozenset[str]) -> bool:
    """ "Normal hearing" is not what "a change in hearing" means, denied or not."""
    return _holds(wording, own) and not (name.startswith(_WELL) and _TROUBLE & own)


def _holds(wording: Pattern, own: frozenset[str]) -> bool:
    """Whether each word, or one option of each choice, is among the words."""
    return all(
        fold(item) in own if isinstance(item, str) else any(_holds(option, own) for option in item)
        for item in wording
    )


@cache
def _surfaces(part: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(fold, surface.split())) for surface in body_parts()[part].surfaces)


@cache
def _places() -> frozenset[str]:
    """The words of every place of the body."""
    return _DETERMINERS.union(*(words for part in body_parts() for words in _surfaces(part)))


def _only_places(own: frozenset[str]) -> bool:
    """Whether the words only say where it is: what is felt there stands elsewhere in the sentence."""
    return own <= _places()


def _placed(concept: Concept, own: frozenset[str]) -> Iterator[str]:
    """ "chest tightness" of chest pain that was said as a tight chest."""
    felt = {SENSATIONS[word] for word in own if word in SENSATIONS}
    for sensation, part in looser(concept.id):
        if sensation in felt and any(words <= own for words in _surfaces(part)):
            yield placed(sensation, part)
