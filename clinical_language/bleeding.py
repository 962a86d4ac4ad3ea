"""Blood named alone: "any blood?" after talk of phlegm is blood in the phlegm, not a blood test."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clinical_language.concepts import concepts
from clinical_language.model import Mention, Sentence

_TEST = "test.blood_test"
_DRAWN = re.compile(
    r"\b(?:tests?|tested|work|taken|took|take|taking|draw\w*|drew|samples?|results?|lab\w*|pressure|sugar|counts?|"
    r"clots?|thinners?|group|donat\w+|order\w*|check\w*|get|send|run)\b"
)
_WHERE = (
    ("hemoptysis", r"sputum|phlegm|flem|cough\w*|mucus|gunk"),
    ("blood_in_stool", r"stools?|poo\w*|bowels?|diarrh\w+"),
    ("hematemesis", r"vomit\w*|thr[oe]w\w* up"),
    ("hematuria", r"urin\w+|pee|peeing|waterworks"),
)
_PLACES = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _WHERE))
_BEFORE = 3  # turns


def with_place(read: Sequence[tuple[Sentence, ...]]) -> list[tuple[Sentence, ...]]:
    """The sentences of a transcript, blood named alone read as bleeding where the talk says from where."""
    return [
        tuple(_placed(sentence, read, index) for sentence in sentences)
        if any(_is_bare(sentence, mention) for sentence in sentences for mention in sentence.mentions)
        else sentences
        for index, sentences in enumerate(read)
    ]


def _is_bare(sentence: Sentence, mention: Mention) -> bool:
    return (
        mention.concept.id == _TEST and mention.text.lower() == "blood" and not _DRAWN.search(sentence.plain)
    )


def _placed(sentence: Sentence, read: Sequence[tuple[Sentence, ...]], index: int) -> Sentence:
    here = [said for said in read[index] if said.start <= sentence.start]
    talk = [said.plain for turn in (*read[max(0, index - _BEFORE) : index], here) for said in turn]
    found = next((place for plain in (sentence.plain, *reversed(talk)) if (place := _last(plain))), None)
    if found is None:
        return sentence
    concept = concepts()[f"finding.{found.lastgroup}"]
    called = f"blood {found[0]}"
    mentions = (
        replace(m, concept=concept, called=called) if _is_bare(sentence, m) else m for m in sentence.mentions
    )
    return replace(sentence, mentions=tuple(mentions))


def _last(plain: str) -> re.Match[str] | None:
    return next(reversed(list(_PLACES.finditer(plain))), None)
