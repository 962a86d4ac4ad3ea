"""What "it" and "that" stand for at the head of a statement: the finding, or the medicine, named last.

A statement is read by itself in the note, so that a pronoun with nothing before it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clinical_language import Consult, Kind, Mention, Sentence
from clinical_language.relatives import MY, RELATIVES, YOUR
from clinical_language.remembering import remembered
from clinical_language.said import thing

_NEAR = 2  # turns after which nobody knows any more what "it" is
_PRONOUNS = frozenset({"it", "that", "this"})
_REMEDY = frozenset(
    "help helps helped helping work works worked relieve relieves relieved takes took eases eased".split()
)
# What is said of a symptom; of anything else ("it is a new sector") nobody can tell what is meant.
_OF_A_SYMPTOM = re.compile(
    r"^(?:(?:only|usually|also|still|now|sometimes|always|mostly|first) )*(?:comes?|came|goes|went|started|begins?|"
    r"began|happens|happened|lasts?|lasted|gets?|got|hurts?|feels like|spreads?|moves?|radiates?|wakes?|"
    r"remain(?:s|ed) the same|(?:has|had) come (?:on|back)|affects|(?:is|has been) (?:affecting|itching|spreading|"
    r"bleeding|ongoing|going on|constant|there)|(?:is|has) (?:still|remained) (?:the same|there|painful|itchy|sore)|"
    r"(?:does|did) not (?:go|move|spread|hurt|radiate|help|work)|"
    r"(?:is|was|has been) (?:getting |a lot |much |always |not |mainly |mostly )*(?:worse|better|constant|on|"
    r"intermittent|"
    r"in|down|around|sharp|dull|achy|aching|burning|throbbing|stabbing|cramp\w*|itch\w*|painful|sore|swollen|gone|"
    r"all the time|there)|helps?|helped|works?|worked|relieves?|relieved|eases?|eased)\b"
)
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "comes": "come", "goes": "go", "feels": "feel",
           "hurts": "hurt", "gets": "get", "seems": "seem", "keeps": "keep", "lasts": "last", "happens": "happen",
           "started": "started", "got": "got", "went": "went", "came": "came"}  # fmt: skip
_SINGULAR_S = ("ss", "us", "is", "itis")
_NOT_NAMED = frozenset({"finding.injury", "finding.fall", "finding.stress"})


@dataclass(slots=True)
class Focus:
    """The finding and the medicine named last, with their turns."""

    finding: tuple[Mention, int] | None = None
    remedy: tuple[Mention, int] | None = None

    def see(self, mentions: Sequence[Mention], turn: int) -> None:
        """Read on."""
        for mention in mentions:
            if mention.concept.kind is Kind.FINDING and mention.concept.id not in _NOT_NAMED:
                self.finding = (mention, turn)
            elif mention.concept.kind is Kind.MEDICINE:
                self.remedy = (mention, turn)

    def named(self, words: Sequence[str], turn: int) -> tuple[list[str], int] | None:
        """The statement with its subject named, and the turn that names it; None when nothing near is meant."""
        if len(words) < 3 or words[0] not in _PRONOUNS:
            return None
        if not _OF_A_SYMPTOM.match(" ".join(words[1:])):
            return None
        meant = self.remedy if set(words[1:5]) & _REMEDY else self.finding
        if meant is None or turn - meant[1] > _NEAR:
            return None
        label = _inside(meant[0])
        verb = _agreeing(label, words[1])
        return None if verb is None else (["the", *label.split(), verb, *words[2:]], meant[1])


def _inside(mention: Mention) -> str:
    label = thing(mention.concept, mention.text)
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _agreeing(label: str, verb: str) -> str | None:
    plural = label.endswith("s") and not label.endswith(_SINGULAR_S)
    return _PLURAL.get(verb) if plural else verb


@remembered
def _named_last(said: Sentence) -> str:
    """The relative or colleague whom a sentence names last, "" for nobody."""
    words = " ".join(said.words)
    found = [*MY.findall(words), *YOUR.findall(words)] or _ONE_OF_MY.findall(words)
    who = found[-1] if found else ""
    return RELATIVES[who] if who.endswith("s") else who


_SHE = frozenset({"he", "she"})
_ANOTHERS = _SHE | {"him", "her", "his", "hers"}


@dataclass(slots=True)
class Another:
    """Whom "he" or "she" means where patients speak for themselves: the relative or the colleague named last."""

    consult: Consult
    named: tuple[str, int] | None = None

    def see(self, sentences: Sequence[Sentence], turn: int) -> None:
        """Read on."""
        for said in sentences:
            if who := _named_last(said):
                self.named = (who, turn)

    def is_meant(self, words: Sequence[str]) -> bool:
        """Whether a clause has a "she" that is not the patient."""
        return not self.consult.patients and bool(_ANOTHERS & set(words))

    def told(self, words: Sequence[str], turn: int) -> tuple[list[str], int] | None:
        """The clause with "my colleague" for "he", and the turn that names him; None when nobody knows who he is."""
        at = next(at for at, word in enumerate(words) if word in _ANOTHERS)
        if any(word in RELATIVES for word in words[:at]):
            return list(words), turn
        if self.named is None or turn - self.named[1] > _NEAR or words[at] not in _SHE:
            return None
        return [*words[:at], "my", self.named[0], *words[at + 1 :]], self.named[1]


_ONE_OF_MY = re.compile(rf"\b(?:an?|one of my|some of my) ({'|'.join(sorted(RELATIVES))})\b")
