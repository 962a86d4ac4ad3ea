"""Whose finding it is: the patient's own, a relative's, or a contact's; also when a parent or carer speaks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from clinical_language.model import Mention, Sentence, Turn
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
}  # fmt: skip
CHILDREN = frozenset({"son", "daughter", "child", "children"})
CONTACTS = frozenset({"wife", "husband", "partner", "friend", "colleague", "flatmate"})
_WITNESS = frozenset(
    "noticed saw says said thinks thought told found worried mentioned recommended suggested gave".split()
)
_OWNERS = frozenset({"my", "his", "her", "their", "your", "and", "or", "the", "one", ","})
_IN_FAMILY = re.compile(
    r"family history (?:of|for)|in (?:my|the|your|our|his|her) (?:immediate )?family\b|"
    r"family (?:has|had|have)|side of (?:the|my) family"
)
# "Heart attacks or strokes in the family", "any conditions that run in your family": a list, then whose.
_OF_FAMILY_AFTER = re.compile(
    r"^(?P<list>(?:(?!(?:i|you|he|she|we|they|there|but|my|your|so|is|are|was|have|has|had)\b)[\w',/-]+ ){0,7}?)"
    r"(?:run(?:s|ning)? )?in (?:my|the|your|our|his|her) (?:immediate )?family\b"
)
_THEY = frozenset({"he", "she", "they"})
_OTHERS = frozenset(
    "nobody everyone everybody anyone anybody someone somebody others people kids classmates coworkers".split()
)
_ME = frozenset({"i", "am", "me", "you", "myself"})
NOBODY = re.compile(r"\b(?:nobody|no ones?|none of (?:them|us|the)|neither of them)\b")
_FOR_WHOM = re.compile(
    r"\b(?:calling|call|here|ringing|phoning|speaking|worried|writing|asking|messaging|texting|posting) "
    r"(?:about|for|with|on behalf of) my (?:\w+ ){0,2}?"
    rf"({'|'.join(sorted(RELATIVES))})\b"
)
_MY_CHILD = re.compile(r"\bmy (?:\w+ ){0,2}?(?:son|daughter|baby|child|toddler|little (?:one|boy|girl))\b")
_YOUR_CHILD = re.compile(
    r"\byour (?:\w+ )?(?:son|daughter|baby|child|toddler|little (?:one|boy|girl))(?: has| is|"
    r" had|\b ?,)"
)
_OF_MYSELF = re.compile(r"\bi (?:have|am|feel|had|got)\b")
_YOUR = re.compile(rf"\b(?:your|his|her) (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b")
_MY = re.compile(rf"\bmy (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b")


def whose(sentence: Sentence, mention: Mention, *, patients: Collection[str] = (), before: str = "") -> str:
    """Whose finding it is when not the patient's: "mother", "wife", "family"; "" for the patient's own.

    `patients`: relatives who are the patient ("my son has a fever", said by his parent). `before`: whom "he" or "she"
    means at the start of the sentence, the relative of the sentence before.
    """
    words = sentence.words
    owner = _OF_WHOM.match(" ".join(words[mention.last : mention.last + 6]))
    if owner and RELATIVES[owner[1]] not in patients:
        return RELATIVES[owner[1]]
    if _of_the_family(words, mention):
        return "family"
    for at in range(mention.first - 1, max(-1, mention.first - 14), -1):
        word = words[at]
        if word in _THEY and (named := _MY.findall(" ".join(words[:at]))):
            return _unless_witness(words[at : mention.first], RELATIVES[named[-1]], patients)
        if word in _ME or (word == "my" and at + 1 < mention.first and not _names_relative(words, at)):
            return ""
        if word in RELATIVES:
            return _named(words, at, mention.first, patients)
        if word in _OTHERS and words[at - 1 : at] in (("you",), ("are",), ("am",)):
            return ""  # "are you someone who gets headaches?"
        if word in _OTHERS or (word == "one" and words[at - 1 : at] in (("no",), ("any",), ("every",))):
            return "others"
    if before and before not in patients and re.match(
        r"^(?:(?:and|so|but|um|uh|well|yeah|,|then|because)\s)*(?:he|she|they)\b", " ".join(words[: mention.first])
    ):  # fmt: skip
        return before
    return ""


_OF_WHOM = re.compile(
    rf"^(?:attempt )?(?:of|by|in|with) (?:my|your|his|her|their) (?:\w+ )?({'|'.join(sorted(RELATIVES))})\b"
)


def _names_relative(words: Sequence[str], at: int) -> bool:
    return any(word in RELATIVES for word in words[at + 1 : at + 3])


def _named(words: Sequence[str], at: int, first: int, patients: Collection[str]) -> str:
    who = RELATIVES[words[at]]
    owner = words[at - 1] if at else ""
    if at and owner not in _OWNERS and words[at - 2 : at - 1] != ("my",):
        return ""
    return _unless_witness(words[at + 1 : first], who, patients)


def _unless_witness(between: Sequence[str], who: str, patients: Collection[str]) -> str:
    """`who`, or "" for a relative who is the patient or only told of it ("my wife noticed a rash")."""
    return "" if who in patients or any(word in _WITNESS for word in between) else who


def _of_the_family(words: Sequence[str], mention: Mention) -> bool:
    """ "Diabetes in my family", "everyone in the family has it", "it runs in the family"."""
    after = " ".join(words[mention.last :])
    listed = _OF_FAMILY_AFTER.match(after)
    if listed and not (
        listed["list"] and "i" in words[: mention.first]
    ):  # "I have asthma, and diabetes in my family"
        return True
    before = " ".join(words[: mention.first])
    return bool(_IN_FAMILY.search(before)) and not re.search(r"\b(?:but|and) i\b", before)


@remembered
def relative_named(sentence: Sentence) -> str:
    """The relative a sentence speaks of ("my mom is not in great shape"), for the "she" of the next; "" for none."""
    found = _MY.findall(" ".join(sentence.words))
    if not found and not _ME & set(sentence.words):  # "a wife and two kids, and one child was ill"
        found = [word for word in sentence.words if word in RELATIVES]
    return RELATIVES[found[-1]] if found else ""


@remembered
def relative_asked_about(sentence: Sentence) -> str:
    """The relative a doctor's sentence asks about ("how are your kids?"), whom "they" means in the answer."""
    found = _YOUR.findall(" ".join(sentence.words))
    return RELATIVES[found[-1]] if found else ""


def patients_of(
    turns: Sequence[Turn], sentences: Sequence[Sequence[Sentence]], age: float | None
) -> frozenset[str]:
    """Relatives of the speaker who are the patient: the children for a parent, "mother" in "calling about my mother".

    Empty when the patients speak for themselves. `age` in years, when known, decides about children.
    """
    spoken = [
        (turn, " ".join(" ".join(sentence.words) for sentence in read))
        for turn, read in zip(turns, sentences, strict=True)
        if turn.speaker != "doctor" and read
    ]
    said = [text for _, text in spoken if len(text) > 25][:3] or [text for _, text in spoken][:1]
    for text in said:
        found = _FOR_WHOM.search(text)
        if found and RELATIVES[found[1]] not in CHILDREN:
            return frozenset({RELATIVES[found[1]]})
    beside = [text for turn, text in spoken if turn.speaker == "companion"][:2]
    own = frozenset(RELATIVES[found[1]] for text in beside if (found := _MY.search(text)))
    asked = [
        " ".join(" ".join(sentence.words) for sentence in read)
        for turn, read in zip(turns[:20], sentences, strict=False)
        if turn.speaker == "doctor"
    ]
    return own | (CHILDREN if _speaks_for_child(turns, said, asked, age) else frozenset())


def _speaks_for_child(
    turns: Sequence[Turn], said: Sequence[str], asked: Sequence[str], age: float | None
) -> bool:
    if age is not None:
        return age < 16
    if any(turn.speaker == "companion" for turn in turns):
        return True
    if any(_YOUR_CHILD.search(text) for text in asked):
        return not any(_OF_MYSELF.search(text) for text in said)
    return bool(said) and bool(_MY_CHILD.search(said[0])) and not _OF_MYSELF.search(said[0])
