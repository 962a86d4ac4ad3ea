"""British spelling of the clinical words a note adds, where the talk is British.

The tables are written in American spelling; a British doctor signs "diarrhoea" and "haemoptysis". What the talk shows
of its own spelling and everyday words decides, so a clinic has nothing to set. Quoted words stay as they were said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import Turn
from clinical_language.remembering import remembered

_WORD = re.compile(r"[a-z]+")
_QUOTED = re.compile("(\u201c[^\u201d]*\u201d)")
# What one side writes or says and the other does not.
_BRITISH = frozenset(
    "diarrhoea anaemia anaemic oedema haemorrhoids oesophagus paediatric gynaecologist colour coloured tumour centre "
    "behaviour odour fibre realise realised organise apologise recognise programme grey mum mums nhs gp gps fortnight "
    "whilst chemist tummy loo nappy nappies paracetamol salbutamol adrenaline calpol nurofen lemsip gaviscon physio "
    "pints flatmate flatmates uni favourite neighbour".split()
)
_AMERICAN = frozenset(
    "diarrhea anemia anemic edema hemorrhoids esophagus pediatric pediatrician gynecologist color colored tumor center "
    "behavior odor fiber realize realized organize apologize recognize program gray mom moms diaper diapers pee "
    "acetaminophen tylenol advil motrin albuterol epinephrine roommate roommates favorite neighbor".split()
)
# American letters and the British ones: at the beginning of a word, and anywhere in it.
_STARTS = {
    "hemat": "haemat", "hemo": "haemo", "edema": "oedema", "esophag": "oesophag", "estrogen": "oestrogen",
    "pediatr": "paediatr", "cesarean": "caesarean", "fecal": "faecal", "feces": "faeces", "celiac": "coeliac",
    "tumor": "tumour", "odor": "odour", "fiber": "fibre", "center": "centre", "goiter": "goitre", "gynec": "gynaec",
    "anesth": "anaesth", "orthoped": "orthopaed", "behavior": "behaviour", "anemi": "anaemi", "leukemi": "leukaemi",
    "ischemi": "ischaemi", "septicemi": "septicaemi", "hospitaliz": "hospitalis", "immuniz": "immunis",
    "steriliz": "sterilis", "immobiliz": "immobilis", "nebuliz": "nebulis", "moisturiz": "moisturis",
    "paralyz": "paralys", "catheteriz": "catheteris", "counseling": "counselling", "labored": "laboured",
    "colored": "coloured", "discolor": "discolour", "colors": "colours",
}  # fmt: skip
_PARTS = {
    "rrhea": "rrhoea", "rrheic": "rrhoeic", "pnea": "pnoea", "glycemi": "glycaemi", "lipidemi": "lipidaemi",
    "kalemi": "kalaemi", "natremi": "natraemi", "calcemi": "calcaemi", "erolemi": "erolaemi", "ridemi": "ridaemi",
    "cythemi": "cythaemi", "assemi": "assaemi", "lymphedema": "lymphoedema", "gastroesoph": "gastro-oesoph",
}  # fmt: skip
_LETTERS = re.compile(rf"\b(?:{'|'.join(_STARTS)}|color\b|labor\b)|{'|'.join(_PARTS)}", re.IGNORECASE)
_SPELT = {**_STARTS, **_PARTS, "color": "colour", "labor": "labour"}


def is_british(turns: Sequence[Turn]) -> bool:
    """Whether more British than American spellings and words were said, each counted once."""
    said = frozenset().union(*(_spellings(turn.text) for turn in turns))
    return len(said & _BRITISH) > len(said & _AMERICAN)


@remembered
def _spellings(text: str) -> frozenset[str]:
    return (_BRITISH | _AMERICAN).intersection(_WORD.findall(text.lower()))


@remembered
def in_british(text: str) -> str:
    """The text in British spelling.

    >>> in_british("Respiratory: Denies hemoptysis. Hematological: anemia")
    'Respiratory: Denies haemoptysis. Haematological: anaemia'
    """
    return "".join(
        part if part.startswith("\u201c") else _LETTERS.sub(_british, part) for part in _QUOTED.split(text)
    )


def _british(found: re.Match[str]) -> str:
    spelt = _SPELT[found[0].lower()]
    return spelt.capitalize() if found[0][0].isupper() else spelt
