"""Whose finding it is: the patient's own, a relative's, or a contact's; also when a parent or carer speaks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from clinical_language.model import Kind, Mention, Sentence, State
from clinical_language.remembering import remembered

RELATIVES = {
    "mother": "mother", "mum": "mother", "mom": "mother", "father": "father", "dad": "father", "sister": "sister",
    "sisters": "sister", "brother": "brother", "brothers": "brother",
    "grandmother": "grandmother", "grandma": "grandmother", "nana": "grandmother", "nan": "grandmother",
    "gran": "grandmother", "grandfather": "grandfather", "grandad": "grandfather", "grandpa": "grandfather",
    "aunt": "aunt", "auntie": "aunt", "uncle": "uncle", "cousin": "cousin", "cousins": "cousin",
    "parents": "parent", "parent": "parent", "grandparents": "grandparent",
    "son": "son", "daughter": "daughter", "wife": "wife", "husband": "husband", "partner": "partner",
    "girlfriend": "partner", "boyfriend": "partner", "friend": "friend", "colleague": "colleague",
    "flatmate": "flatmate", "roommate": "flatmate", "child": "child", "children": "children", "kids": "children",
    "kid": "child", "baby": "child", "toddler": "child", "mom's": "mother", "niece": "niece", "nephew": "nephew",
    "siblings": "sibling", "sibling": "sibling", "grandson": "grandchild", "granddaughter": "grandchild",
    "friends": "friend", "colleagues": "colleague", "coworker": "colleague", "coworkers": "colleague",
    "grandads": "grandfather", "grandparent": "grandparent", "aunts": "aunt", "uncles": "uncle",
    "flatmates": "flatmate", "roommates": "flatmate", "housemate": "flatmate", "housemates": "flatmate",
}  # fmt: skip
CHILDREN = frozenset({"son", "daughter", "child", "children"})
CONTACTS = frozenset({"wife", "husband", "partner", "friend", "colleague", "flatmate"})
OTHERS = "others"
_WITNESS = frozenset(
    "noticed saw says said thinks thought told found worried mentioned recommended suggested gave".split()
)
_OWNERS = frozenset({"my", "his", "her", "their", "your", "our", "and", "or", "the", "one", ","})
_ONE_OF = frozenset(
    {"a", "an", "great", "few", "some", "two", "both"}
)  # "an aunt had it", but "as a child I had it"
_NEVER_ONESELF = frozenset(
    "aunt uncle cousin grandmother grandfather grandparent niece nephew sibling".split()
)
_IN_FAMILY = re.compile(
    r"family history (?:of|for)|in (?:my|the|your|our|his|her) (?:immediate )?family\b|"
    r"family (?:has|had|have)|side of (?:the|my) family"
)
# "Heart attacks or strokes in the family", "any conditions that run in your family": a list, then whose.
_OF_FAMILY_AFTER = re.compile(
    r"^(?P<list>(?:(?!(?:i|you|he|she|we|they|there|but|my|your|so|is|are|was|have|has|had)\b)[\w',/-]+ ){0,7}?)"
    r"(?:(?:do |does |did )?(?:run(?:s|ning)? )?)in (?:my|the|your|our|his|her) (?:immediate )?family\b"
)
_THEY = frozenset({"he", "she", "they"})
_OTHERS = frozenset(
    "nobody everyone everybody anyone anybody someone somebody others people kids classmates".split()
)
_ME = frozenset({"i", "am", "me", "you", "myself"})
SPEAKER = frozenset({"i", "am", "me", "my", "myself"})
NOBODY = re.compile(r"\b(?:nobody|no ones?|none of (?:them|us|the)|neither of them)\b")
YOUR = re.compile(rf"\b(?:your|his|her) (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b")
MY = re.compile(rf"\bmy (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b")


def whose(sentence: Sentence, mention: Mention, *, patients: Collection[str] = (), before: str = "") -> str:
    """Whose finding it is when not the patient's: "mother", "wife", "family"; "" for the patient's own.

    `patients`: relatives who are the patient ("my son has a fever", said by his parent). `before`: whom "he" or "she"
    means at the start of the sentence, the relative of the sentence before.
    """
    words = sentence.words
    owner = _OF_WHOM.match(" ".join(words[mention.last : mention.last + 6]))
    if owner and RELATIVES[owner[1]] not in patients:
        return RELATIVES[owner[1]]
    if _of_the_family(words, mention) or _DEAD.search(" ".join(words[: mention.first])):
        return "family"
    for at in range(mention.first - 1, max(-1, mention.first - 14), -1):
        word = words[at]
        if word in _THEY and (named := MY.findall(" ".join(words[:at]))):
            return _unless_witness(words[at : mention.first], RELATIVES[named[-1]], patients)
        if word in _ME or (word == "my" and at + 1 < mention.first and not _names_relative(words, at)):
            return ""
        if word in RELATIVES and not (patients and words[at - 1] == "the"):  # "I am the mother"
            return _named(words, at, mention.first, patients)
        if word in _OTHERS and words[at - 1 : at] in (("you",), ("are",), ("am",)):
            return ""  # "are you someone who gets headaches?"
        if word in _OTHERS or (word == "one" and words[at - 1 : at] in (("no",), ("any",), ("every",))):
            return OTHERS
    if before and before not in patients and re.match(
        r"^(?:(?:and|so|but|um|uh|well|yeah|,|then|because)\s)*(?:he|she|they)\b", " ".join(words[: mention.first])
    ):  # fmt: skip
        return before
    return ""


_OF_WHOM = re.compile(
    rf"^(?:attempt )?(?:of|by|in|with) (?:my|your|his|her|their) (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b"
)


_DEAD = re.compile(
    r"\b(?:he|she|they) (?:\w+ )?(?:died|passed away)(?: (?:of|from|with|because of))?(?: \w+)?$"
)
_ON_A_SIDE = re.compile(
    r"^(?:\w+ ){0,3}on (?:my|the|his|her|our) (?:mother|father|mom|mum|dad|maternal|paternal)(?: ?'s)? side\b"
)


def _names_relative(words: Sequence[str], at: int) -> bool:
    return any(word in RELATIVES for word in words[at + 1 : at + 3])


def _named(words: Sequence[str], at: int, first: int, patients: Collection[str]) -> str:
    who = RELATIVES[words[at]]
    owner = words[at - 1] if at else ""
    if owner in _ONE_OF and who not in _NEVER_ONESELF:
        return ""
    if at and owner not in _OWNERS | _ONE_OF and words[at - 2 : at - 1] != ("my",):
        return ""
    return _unless_witness(words[at + 1 : first], who, patients)


def _unless_witness(between: Sequence[str], who: str, patients: Collection[str]) -> str:
    """`who`, or "" for a relative who is the patient or only told of it ("my wife noticed a rash")."""
    return "" if who in patients or any(word in _WITNESS for word in between) else who


def _of_the_family(words: Sequence[str], mention: Mention) -> bool:
    """ "Diabetes in my family", "everyone in the family has it", "it runs in the family"."""
    after = " ".join(words[mention.last :])
    listed = _OF_FAMILY_AFTER.match(after)
    if _ON_A_SIDE.match(after):
        return True
    if listed and not (
        listed["list"] and "i" in words[: mention.first]
    ):  # "I have asthma, and diabetes in my family"
        return True
    before = " ".join(words[: mention.first])
    return bool(_IN_FAMILY.search(before)) and not re.search(r"\b(?:but|and) i\b", before)


@remembered
def relative_named(sentence: Sentence) -> str:
    """The relative a sentence speaks of ("my mom is not in great shape"), for the "she" of the next; "" for none."""
    found = MY.findall(" ".join(sentence.words))
    if not found and not _ME & set(sentence.words):  # "a wife and two kids, and one child was ill"
        found = [word for word in sentence.words if word in RELATIVES]
    return RELATIVES[found[-1]] if found else ""


@remembered
def relative_asked_about(sentence: Sentence) -> str:
    """The relative a doctor's sentence asks about ("how are your kids?"), whom "they" means in the answer."""
    found = YOUR.findall(" ".join(sentence.words))
    return RELATIVES[found[-1]] if found else ""


_SHE = frozenset({"he", "she"})
_ANOTHER_SUBJECT = _ME | frozenset({"my", "it", "there", "this", "that", "they", "we", "which"})
_HAS = frozenset(
    """has had have is was been be got gets get getting feels felt developed started came caught suffers suffered does
    did does did 's not never also just still always smokes smoked drinks drank""".split()
)
_TAKES = frozenset("takes took take taking uses used use using is on been has".split())
_STATES = frozenset({Kind.FINDING, Kind.CONDITION, Kind.HABIT})


@remembered
def of_another(sentence: Sentence, mention: Mention) -> bool:
    """Whether "he" or "she" has it ("he was sick", "her asthma"): somebody else, where patients speak for themselves.

    What he only says, thinks or gives ("she said I have asthma", "he prescribed an inhaler") is not his.
    """
    words = sentence.words
    if set(words[max(0, mention.first - 2) : mention.first]) & {"his", "her"}:
        return mention.concept.kind in _STATES
    for at in range(mention.first - 1, max(-1, mention.first - 14), -1):
        if words[at] in _ANOTHER_SUBJECT:
            return False
        if words[at] in _SHE:
            between = words[at + 1 : mention.first]
            has = _HAS if mention.concept.kind in _STATES else _TAKES
            return (not between or bool(has & set(between[:3]))) and not _WITNESS & set(between)
    return False


def about_another(sentence: Sentence) -> bool:
    """Whether "he" or "she" is the first that a sentence speaks of, and the speaker is not in it."""
    words = sentence.words
    first = next((word for word in words if word in _SHE | _ANOTHER_SUBJECT), "")
    return first in _SHE and not _ME & set(words)


SPEAKER_HAS = re.compile(r"\bi (?:have|had|got|do have|am|also|get|was)\b")


def says_has(mention: Mention, state: State, before: str) -> bool:
    """Whether the speaker has or had a condition: "I have asthma". `before`: the words before it."""
    stands = state in {State.PRESENT, State.HISTORICAL}
    return stands and mention.concept.kind is Kind.CONDITION and bool(SPEAKER_HAS.search(before))
