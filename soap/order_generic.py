"""Words that name a kind ("some blood tests", "a painkiller") beside the one that is ordered: no second order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soap.order_candidates import Candidate

BLOOD = "test.blood_test"
_STANDS_FOR: Mapping[str, frozenset[str]] = {
    f"medicine.{name}": frozenset(groups.split("|"))
    for name, groups in {
        "painkiller": "analgesic|opioid|NSAID|topical analgesic|muscle relaxant|anticonvulsant",
        "opioid": "opioid",
        "anti_inflammatory_medicine": "NSAID|steroid",
        "muscle_relaxant": "muscle relaxant",
        "steroid": "steroid",
        "steroid_cream": "steroid",
        "nasal_steroid": "steroid",
        "antibiotic": "antibiotic",
        "antihistamine": "antihistamine",
        "inhaler": "bronchodilator|steroid|inhaler|inhaler or nasal spray",
        "steroid_inhaler": "steroid",
        "reliever_inhaler": "bronchodilator",
        "antiviral": "antiviral",
        "antifungal": "antifungal",
        "nausea_medicine": "antiemetic",
        "laxative": "laxative",
        "emollient": "emollient",
        "antacid": "antacid|proton pump inhibitor|H2 blocker",
        "proton_pump_inhibitor": "proton pump inhibitor",
        "antidepressant": "antidepressant",
        "benzodiazepine": "benzodiazepine",
        "anxiety_medicine": "anxiolytic|benzodiazepine|antidepressant",
        "sleeping_tablet": "sleep medicine|hypnotic|benzodiazepine",
        "blood_pressure_medicine": "ACE inhibitor|angiotensin receptor blocker|calcium channel blocker|"
        "beta blocker|diuretic|alpha blocker",
        "beta_blocker": "beta blocker",
        "water_tablet": "diuretic",
        "statin": "statin",
        "diabetes_medicine": "antidiabetic",
        "triptan": "triptan|migraine medicine",
        "supplement": "supplement|vitamin or supplement",
    }.items()
}
_INHALED = frozenset(
    f"medicine.{name}" for name in ("beclomethasone", "budesonide", "fluticasone", "mometasone")
)
_BREATHED_IN = frozenset({"medicine.inhaler", "medicine.steroid_inhaler", "medicine.nasal_steroid"})
_NEAR = 3  # turns in which a medicine that the table does not know is taken for the kind just named


def names_a_kind(candidate: Candidate) -> bool:
    """Whether the words name a kind of medicine and no medicine."""
    return candidate.key in _STANDS_FOR


def said_of_others(ordered: Sequence[Candidate]) -> frozenset[str]:
    """Keys of what only tells the kind of something else that is ordered; alone it stays."""
    return frozenset(c.key for c in ordered if any(_stands_for(c, other) for other in ordered))


def _stands_for(kind: Candidate, other: Candidate) -> bool:
    if kind.key == other.key:
        return False
    if kind.key == BLOOD:
        return other.kind == "lab"
    if kind.key not in _STANDS_FOR or other.kind != "medication" or names_a_kind(other):
        return False
    if other.concept is None:
        return abs(other.turn - kind.turn) <= _NEAR
    inhaled = other.key in _INHALED and kind.key not in _BREATHED_IN
    return other.concept.group in _STANDS_FOR[kind.key] and not inhaled
