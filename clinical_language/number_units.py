"""Units as they are said and as they are written, and the words that change what a number beside them means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clinical_language.spoken_numbers import Token


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit said before token `end`. `joined`: the text with the space it needs, if any, before it.

    `is_dose`: amounts are written as doses are (commas, no trailing zero). `of_pulse`: beats or breaths a minute.
    """

    text: str
    end: int
    is_dose: bool = False
    of_pulse: bool = False

    @property
    def joined(self) -> str:
        return self.text if self.text in ("%", "°") else f" {self.text}"


def _said(table: dict[str, str]) -> dict[str, str]:
    return {said: written for written, words in table.items() for said in words.split()}


# Micrograms and units keep their names: "mcg" and "U" have been read as mg and as 0 (ISMP).
_DOSE = _said(
    {
        "mg": "milligram milligrams milligramme milligrammes mg mgs",
        "micrograms": "microgram micrograms microgramme microgrammes mcg mcgs",
        "g": "gram grams gramme grammes",
        "mL": "millilitre millilitres milliliter milliliters ml mls",
        "units": "unit units",
        "mmol": "millimole millimoles millimol mmol",
    }
)
_PLAIN = _said(
    {
        "kg": "kilogram kilograms kilo kilos kg kgs",
        "L": "litre litres liter liters",
        "cm": "centimetre centimetres centimeter centimeters cm",
        "mm": "millimetre millimetres millimeter millimeters mm",
        "mmHg": "mmhg",
        "%": "percent %",
        "bpm": "bpm",
    }
)
_PER = _said(
    {
        "kg": "kilogram kilo kg",
        "L": "litre liter",
        "mL": "millilitre milliliter ml",
        "dL": "decilitre deciliter",
        "min": "minute min",
    }
)
_SCALES = {"celsius": "°C", "centigrade": "°C", "fahrenheit": "°F"}
_PULSE = {"beats": "bpm", "breaths": "breaths/min"}

TIMES = frozenset(
    "second seconds minute minutes hour hours day days night nights week weeks month months year years".split()
)
"""Units of time, left in words."""

COUNTED = frozenset(
    """tablet tablets capsule capsules pill pills puff puffs drop drops spray sprays patch patches sachet sachets dose
doses injection injections spoonful spoonfuls teaspoon teaspoons spoon spoons people patients women men cases""".split()
)
"""What is counted by the number before it, so that a strength may stand between."""

FOLLOWS_NUMBER = frozenset(
    """times time hourly odd something fold hundredths percent first second third fourth fifth sixth seventh eighth
ninth past o'clock oclock point foot feet ft stone half and-a-half hundred thousand million""".split()
)
"""After these words a bare number is part of something else, or stays in words (how often)."""

VITAL_SIGNS = frozenset({"pulse", "rate", "hr"})


def unit_at(tokens: Sequence[Token], at: int) -> Unit | None:
    """The unit that begins at token `at`, with what it is per, or None."""
    word, following, third = (_word(tokens, at + step) for step in range(3))
    if word == "per" and following in {"cent", "cents"}:
        return Unit("%", at + 2)
    if word in {"degree", "degrees"}:
        scale = _SCALES.get(following) if _free(tokens, at) else None
        return Unit(scale, at + 2) if scale else Unit("°", at + 1)
    if word in _PULSE and _free(tokens, at) and following in {"per", "a"} and third in {"minute", "min"}:
        return Unit(_PULSE[word], at + 3, of_pulse=True)
    if word.startswith(("millimetre", "millimeter")) and (following, third) == ("of", "mercury"):
        return Unit("mmHg", at + 3)
    if word == "m" and following in {"g", "l"} and _free(tokens, at) and tokens[at + 1].opens:  # spelled out
        return Unit({"g": "mg", "l": "mL"}[following], at + 2, is_dose=True)
    written = _DOSE.get(word) or _PLAIN.get(word)
    if written is None:
        return None
    is_dose = word in _DOSE
    if _free(tokens, at) and following == "per" and third in _PER and _free(tokens, at + 1):
        return Unit(f"{written}/{_PER[third]}", at + 3, is_dose=is_dose)
    return Unit(written, at + 1, is_dose=is_dose, of_pulse=written == "bpm")


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _free(tokens: Sequence[Token], at: int) -> bool:
    """Whether no punctuation follows token `at`."""
    return not tokens[at].after and at + 1 < len(tokens) and not tokens[at + 1].before
