"""Vital signs and laboratory values with their units, as they are said in an examination or read from a report.

Work on `Sentence.plain`. A number no body has is left out; a temperature's unit is told by its size (34 to 43 is °C).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language.model import Value
from clinical_language.remembering import remembered

# A part of a number is another number ("5" of "7.5"), and one end of a range is not what was measured.
_OPEN = r"(?<![\d.,])(?<!\d to )(?<!\d or )(?<!\d - )(?<!point )"
_CLOSE = r"(?![.,]?\d)(?! (?:to|or|-) \d)"
_GAP = rf"[^.?]{{0,30}}?{_OPEN}"
_VITALS: tuple[tuple[str, str, tuple[float, float], re.Pattern[str]], ...] = tuple(
    (name, unit, plausible, re.compile(pattern))
    for name, unit, plausible, pattern in (
        (
            "Blood pressure", "", (60, 260),
            rf"\b(?:blood pressure|bp)\b[^.?]{{0,40}}?{_OPEN}(?P<v>\d{{2,3}}) ?(?:over|/) ?(?P<w>\d{{2,3}})\b{_CLOSE}",
        ),
        ("Heart rate", "/min", (25, 250), rf"\b(?:heart rate|pulse(?: rate)?|"
                                          rf"hr)\b(?! ox){_GAP}\b(?P<v>\d{{2,3}})\b{_CLOSE}"),
        (
            "Respiratory rate", "/min", (5, 60),
            rf"\b(?:respiratory rate|resp rate|respirations?|breathing rate|rr)\b{_GAP}\b(?P<v>\d{{1,2}})\b{_CLOSE}",
        ),
        (
            "Temperature", "", (34, 108),
            rf"\b(?:temp(?:erature)?|fever (?:of|up to|was))\b{_GAP}\b(?P<v>\d{{2,3}}(?:\.\d{{1,2}})?)\b{_CLOSE}"
            rf"(?! (?:day|hour|"
            rf"week|minute|time))",
        ),
        (
            "Oxygen saturation", "%", (50, 100),
            r"\b(?:o2 sats?|oxygen(?: saturation| level| sats?)?|saturations?|sats?|o2|spo2|pulse ox)\b"
            rf"{_GAP}\b(?P<v>\d{{2,3}}(?:\.\d)?)\b{_CLOSE}",
        ),
        (
            "Weight", "", (1, 700),
            r"\b(?:weight|weigh|weighs|weighed|weighing)\b(?! loss|"
            rf" gain)[^.?]{{0,20}}?{_OPEN}\b(?P<v>\d{{1,3}}(?:\.\d)? (?:pounds?|lbs?|"
            r"kilos?|kilograms?|kg|stones?))\b",
        ),
        (
            "Height", "", (1, 250),
            r"\b(?:height|tall)\b[^.?]{0,20}?(?<![\d.,])(?P<v>\d{1,3}(?:\.\d+)? (?:cm|centimet(?:er|re)s?|"
            r"met(?:er|re)s?|"
            r"feet|foot)"
            r"(?: (?:and )?\d{1,2}(?: inch(?:es)?)?)?)\b",
        ),
        ("Height", "", (3, 8), r"\b(?P<v>[3-7] (?:foot|feet) (?:and )?\d{1,2}(?: inch(?:es)?)?)\b"),
        ("BMI", "kg/m2", (8, 90), rf"\b(?:bmi|body mass index)\b{_GAP}\b(?P<v>\d{{2}}(?:\.\d+)?)\b{_CLOSE}"),
    )
)  # fmt: skip
_SHORT = (
    (re.compile(r" (?:pounds?|lbs?)$"), " lb"), (re.compile(r" (?:kilos?|kilograms?)$"), " kg"),
    (re.compile(r" centimet(?:er|re)s?$"), " cm"), (re.compile(r" stones?$"), " stone"),
)  # fmt: skip

# name, unit when none is said, plausible range, what it is called
_LABORATORY: tuple[tuple[str, str, tuple[float, float], re.Pattern[str]], ...] = tuple(
    (name, unit, plausible, re.compile(rf"\b(?:{called})\b{_GAP}(?P<v>\d{{1,6}}(?:,\d{{3}})?(?:\.\d+)?)\b{_CLOSE}"
                                       r"(?! , \d{3}\b)(?! ?(?:/|"
                                       rf"over) ?\d)"
                                       r"(?P<u> ?(?:%|percent|mg/dl|mmol(?:/l)?|milligrams? per deciliter|"
                                       r"millimoles?)(?= |$))?"
                                       r"(?! (?:days?|weeks?|months?|years?|hours?|times?|milligrams?|mg)\b)"))
    for name, unit, plausible, called in (
        ("Hemoglobin A1c", "%", (3, 20), r"(?:hemoglobin |haemoglobin )?a ?1 ?c|hba1c|hemoglobin a1c"),
        ("Glucose", "", (1, 900), r"(?:blood )?(?:sugars?|glucose)(?: levels?)?"),
        ("Hemoglobin", "g/dL", (3, 220), r"(?:hemoglobin|haemoglobin)(?! a ?1)"),
        ("White blood cell count", "", (0.1, 400000), r"white (?:blood )?(?:cell )?count|white count|wbc"),
        ("Platelets", "", (1, 1500000), r"platelets?(?: count)?"),
        ("Creatinine", "", (0.1, 1500), r"creatinine"),
        ("eGFR", "mL/min", (1, 200), r"e?gfr"),
        ("Potassium", "mmol/L", (1, 9), r"potassium"),
        ("Sodium", "mmol/L", (90, 200), r"sodium(?: level)?"),
        ("Ejection fraction", "%", (5, 90), r"ejection fraction|lvef|ef"),
        ("INR", "", (0.5, 15), r"inr"),
        ("TSH", "", (0.001, 200), r"tsh"),
        ("LDL", "", (0.5, 500), r"ldl"),
        ("HDL", "", (0.2, 200), r"hdl"),
        ("Cholesterol", "", (1, 700), r"(?:total )?cholesterol"),
        ("Triglycerides", "", (0.2, 5000), r"triglycerides?"),
        ("C-reactive protein", "", (0, 600), r"crp|c - reactive protein"),
        ("Peak flow", "L/min", (50, 900), r"peak flow"),
        ("Vitamin D", "", (1, 200), r"vitamin d level"),
    )
)  # fmt: skip


@remembered
def vital_signs(plain: str) -> tuple[Value, ...]:
    """Vital signs as ("Blood pressure", "140/90"), ("Temperature", "38.2 °C"), by kind."""
    return tuple(_vital_signs(plain))


def _vital_signs(plain: str) -> Iterator[Value]:
    for name, unit, (low, high), pattern in _VITALS:
        for found in pattern.finditer(plain):
            if low <= float(found["v"].split()[0]) <= high:
                yield Value(name, _with_unit(name, found, unit), *found.span())


def _with_unit(name: str, found: re.Match[str], unit: str) -> str:
    value = found["v"]
    if name == "Blood pressure":
        return f"{value}/{found['w']}"
    if name == "Temperature":
        return f"{value} \u00b0{'C' if float(value) < 50 else 'F'}"
    for pattern, short in _SHORT:
        value = pattern.sub(short, value)
    return f"{value} {unit}" if unit == "kg/m2" else value + unit


def laboratory_values(plain: str) -> Iterator[Value]:
    """Laboratory and test values ("Hemoglobin A1c", "7.4%"), by kind; the unit said, else the usual one."""
    for name, unit, (low, high), pattern in _LABORATORY:
        for found in pattern.finditer(plain):
            if low <= float(found["v"].replace(",", "")) <= high:
                said = _said_unit(found["u"]) or unit
                joined = said if said in {"", "%"} else f" {said}"
                yield Value(name, f"{found['v']}{joined}", *found.span())


def _said_unit(unit: str | None) -> str:
    plain = (unit or "").strip()
    return {"percent": "%", "milligrams per deciliter": "mg/dL", "milligram per deciliter": "mg/dL", "mg/dl": "mg/dL",
            "mmol/l": "mmol/L", "mmol": "mmol/L", "millimoles": "mmol/L", "millimole": "mmol/L"}.get(plain,
            plain)  # fmt: skip
