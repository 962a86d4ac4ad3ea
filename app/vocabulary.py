"""The vocabulary of a visit: what the patient's record and the clinic's formulary let the speech engine expect.

From the reason for the visit and the newest signed notes of the same patient come medicines, allergies and problems, in
that order; the clinic's formulary fills up. Read in `work` only: reading notes takes spaCy.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clinical_language import Kind, concepts
from clinical_language.concepts import surfaces
from clinical_store import Background, ClinicalStore
from clinical_store.errors import RecordUnreadable
from core.clock import Clock
from core.telemetry import get_logger
from transcription.clinic_speech import ClinicSpeech, ClinicSpeechStore
from transcription.vocabulary import Kind as TermKind
from transcription.vocabulary import Term, Vocabulary, ordinary_words

log = get_logger()

KEPT = timedelta(seconds=60)
"""How long a visit's vocabulary is used before the record is read again: what was signed elsewhere counts soon."""

MOST_KEPT = 64  # visits
_LONGEST_TEXT = 2_000  # characters of one line that are read
_KINDS: dict[Kind, TermKind] = {
    Kind.MEDICINE: "medicine",
    Kind.ALLERGEN: "allergy",
    Kind.CONDITION: "problem",
}
_ORDER: tuple[TermKind, ...] = ("medicine", "allergy", "problem")
# "Edoxaban 60 mg": a name before a dose is a medicine even where our table does not know it.
_BEFORE_DOSE = re.compile(
    r"\b([A-Za-z][a-z-]{4,})\s+\d+(?:[.,]\d+)?\s*(?:mg|g|mcg|micrograms?|mL|ml|units?|%)(?=[\s.,;)]|$)"
)


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The vocabulary of each visit that is being heard, kept for a minute.

    `prompted`: whether the speech model understands prompts.
    """

    store: ClinicalStore
    settings: ClinicSpeechStore
    clock: Clock
    prompted: bool = True
    _kept: OrderedDict[UUID, tuple[datetime, Vocabulary]] = field(default_factory=OrderedDict)

    async def of_visit(self, session: AsyncSession, visit_id: UUID) -> Vocabulary:
        """Terms and language of a visit. Raises VisitNotFound, Unavailable."""
        now = self.clock.now()
        kept = self._kept.get(visit_id)
        if kept is not None and now < kept[0] + KEPT:
            return kept[1]
        clinic = await self.settings.read(session)
        background = await self._background(session, visit_id)
        made = await asyncio.to_thread(vocabulary_from, background, clinic, prompted=self.prompted)
        self._kept[visit_id] = (now, made)
        self._kept.move_to_end(visit_id)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made

    async def _background(self, session: AsyncSession, visit_id: UUID) -> Background:
        """A note that cannot be read costs its names, not the transcript."""
        try:
            return await self.store.background(session, visit_id)
        except RecordUnreadable as error:
            log.warning("vocabulary.without_record", visit_id=str(visit_id), code=error.code)
            return Background(reason="", statements=())

    def at_hand(self, visit_id: UUID) -> Vocabulary:
        """What is kept of a visit, however old, without asking anybody; else the language last met and no terms."""
        if visit_id in self._kept:
            return self._kept[visit_id][1]
        last = next(reversed(self._kept.values()), None)
        return Vocabulary(language=last[1].language) if last else Vocabulary()


def vocabulary_from(background: Background, clinic: ClinicSpeech, *, prompted: bool = True) -> Vocabulary:
    """The terms of a record and a formulary, the patient's own first."""
    found: dict[TermKind, dict[str, str]] = {kind: {} for kind in _ORDER}
    texts = [background.reason, *(line.text for line in background.statements if line.state != "absent")]
    for kind, name in names_in(texts):
        found[kind].setdefault(name.casefold(), name)
    own = [Term(kind, name) for kind in _ORDER for name in found[kind].values()]
    terms = (*own, *(Term("formulary", name) for name in clinic.formulary))
    return Vocabulary(terms, clinic.language, medical_words_beside(terms), prompted)


def names_in(texts: Iterable[str]) -> Iterator[tuple[TermKind, str]]:
    """Names of medicines, allergens and conditions, as they are written."""
    from clinical_language import read_sentences  # spaCy: seconds that only `work` owes

    for text in texts:
        written = text[:_LONGEST_TEXT]
        for sentence in read_sentences(written):
            for mention in sentence.mentions:
                kind = _KINDS.get(mention.concept.kind)
                if kind is not None and mention.certain:
                    yield kind, mention.text
        for name in _BEFORE_DOSE.findall(written):
            if name.lower() not in ordinary_words():
                yield "medicine", name


def medical_words_beside(terms: Iterable[Term]) -> frozenset[str]:
    """The table's single medical words that are neither a term nor another name of one ("frusemide" of furosemide)."""
    names = {term.text.casefold() for term in terms}
    own = {id_ for id_, name in surfaces() if name in names}
    return frozenset(name for id_, name in _medical_words() if id_ not in own)


@cache
def _medical_words() -> tuple[tuple[str, str], ...]:
    table = concepts()
    named = {Kind.MEDICINE, Kind.ALLERGEN, Kind.CONDITION, Kind.FINDING, Kind.TEST, Kind.PROCEDURE}
    return tuple(
        (id_, name)
        for id_, name in surfaces()
        if table[id_].kind in named and name.isalpha() and len(name) >= 5
    )
