"""From letters to comparable words: clean text, fold plurals and British spelling."""

from __future__ import annotations

import re
from functools import lru_cache

_TAG = re.compile(r"<[^<>]{0,60}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPELLING = {
    "feet": "foot", "teeth": "tooth", "calves": "calf", "nauseas": "nausea", "moisturiser": "moisturizer",
    "tumours": "tumor", "tumour": "tumor", "colour": "color", "colours": "color", "coloured": "colored",
    "discolouration": "discoloration", "odour": "odor", "odours": "odor", "humour": "humor", "labour": "labor",
    "behaviour": "behavior", "behaviours": "behavior", "fibre": "fiber", "litre": "liter", "litres": "liter",
    "goitre": "goiter", "grey": "gray", "counselling": "counseling", "sulphate": "sulfate", "plaster": "plaster",
    "headackes": "headache", "penicilin": "penicillin", "bowels": "bowel", "tonnes": "ton", "ageing": "aging",
    "neighbour": "neighbor", "pyjamas": "pajama", "mould": "mold", "mouldy": "moldy", "diarrhoeal": "diarrheal",
    "paralysed": "paralyzed", "hospitalised": "hospitalized", "immunised": "immunized", "dizzyness": "dizziness",
    "metastases": "metastasis", "diagnoses": "diagnosis", "crises": "crisis", "abscesses": "abscess",
    "lice": "louse", "children": "child", "women": "woman", "men": "man", "bowles": "bowel", "vertebrae": "vertebra",
}  # fmt: skip
# British letters: diarrhoea, anaemia, oedema, haematuria, oesophagus, apnoea, paediatric, coeliac, anaesthetic, faeces.
_BRITISH = re.compile(
    r"(?<=rrh)oe(?=a|i)|(?<=pn)oe(?=a|i)|(?<=h)ae(?=m|mo)|(?<=n)ae(?=mi|sth)|(?<=k)ae(?=mi)|(?<=r)ae(?=mi)|"
    r"(?<=c)ae(?=mi|c)|(?<=p)ae(?=d)|"
    r"^oe(?=dema|soph|str)|"
    r"(?<=c)oe(?=li)|(?<=f)ae(?=c)|(?<=yn)ae(?=c)|(?<=f)oe(?=t)|(?<=m)oe(?=b)|(?<=rth)opae(?=d)"
)
_KEEP = frozenset({"his", "this", "is", "was", "has", "does", "yes", "us", "as", "gas", "pus", "its", "focus", "bus",
                   "sinus", "virus", "always", "besides", "perhaps", "news", "diabetes", "herpes", "rabies",
                   "shingles", "measles", "mucus", "lupus", "tinnitus", "uterus", "thrush", "less", "iss", "pancreas",
                   "acidosis", "fetus", "anus", "humerus", "tetanus", "bruxus", "callus", "asbestos", "gluteus",
                   "lens", "biceps", "triceps", "forceps", "previous", "conscious", "unconscious", "nervous",
                   "venous"})  # fmt: skip


def clean(text: str) -> str:
    """The text without markup and control characters, each replaced by as many blanks (offsets stay true)."""
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    return _CONTROL.sub(" ", _TAG.sub(lambda tag: " " * len(tag[0]), text))


@lru_cache(maxsize=8192)  # single words of the language, never a sentence: no clinical text stays in memory
def fold(word: str) -> str:
    """One comparable form: lower case, American spelling, singular."""
    word = _SPELLING.get(word) or (_BRITISH.sub("e", word) if "ae" in word or "oe" in word else word)
    if len(word) < 4 or word in _KEEP or word.endswith(("ss", "itis", "sis")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("tches", "shes", "sses", "xes", "nches")):
        return word[:-2]
    return word[:-1]


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The match that ends the search: the nearest one before what follows `text`."""
    return max(pattern.finditer(text), key=lambda found: found.start(), default=None)
