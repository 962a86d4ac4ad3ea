"""Clinical register: joins, capitals, and a spoken sentence turned into a note's third person."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FILLERS = re.compile(
    r"(?:(?<=\s)|^)(?:um+|uh+|er+m?|hmm+|you know|i mean|sort of|kind of|basically|obviously|"
    r"okay|ok|alright|all right|y'know|yeah|well)(?:\s*,)?(?=[\s,.?!]|$)",
    re.IGNORECASE,
)
_STUTTER = re.compile(r"\b(\w+(?:'\w+)?)(?:\s*,?\s*-?\s+\1\b)+", re.IGNORECASE)
_BROKEN = re.compile(r"\b\w{1,3}-\s+")
_SPLIT = (
    (r"\b(\w+) n't\b", r"\1n't"),
    (r"\bgon na\b", "going to"),
    (r"\bgonna\b", "going to"),
    (r"\bwan na\b", "want to"),
    (r"\bwanna\b", "want to"),
    (r"\bgot ta\b", "have to"),
    (r"\s+([,.?!;:%])", r"\1"),
    (r"\b(\w+) '(\w{1,2})\b", r"\1'\2"),
    (r",(?:\s*,)+", ","),
    (r"\s{2,}", " "),
    (r"^[\s,.;:!?-]+", ""),
    (r",\s*([.?!])", r"\1"),
    (r",?\s*(?:okay|right|all right|alright|is that okay|if that's okay)\s*[?.!]*$", ""),
)
_LEAD = re.compile(
    r"^(?:(?:so|and|but|then|now|also|again|first|second|next|just|right|great|good|perfect|yes|"
    r"no|really|actually|oh|like|because|cause)\b[\s,]*)+",
    re.IGNORECASE,
)
_I = (
    (r"\bi'm\b", "is"),
    (r"\bi've\b", "has"),
    (r"\bi'll\b", "will"),
    (r"\bi am\b", "is"),
    (r"\bi have\b", "has"),
    (r"\bi was\b", "was"),
    (r"\bi don't\b", "does not"),
    (r"\bi do not\b", "does not"),
    (r"\bi haven't\b", "has not"),
    (
        r"\bi (can|can't|could|couldn't|will|would|should|did|didn't|had|went|got|took|ate|felt|"
        r"started|stopped|tried|woke|thought|lost|came|fell|saw|used|just|still|also|usually|mostly|"
        r"normally|only|currently|never)\b",
        r"\1",
    ),
    (r"\bi do\b", "does"),
    (
        r"\bi (live|work|smoke|drink|take|eat|walk|run|sleep|use|need|get|feel|think|want|like|play|"
        r"exercise|vape|stay|share|look|rent|teach|drive)\b",
        r"\1s",
    ),
    (r"\bmyself\b", "themselves"),
    (r"\bmy\b", "their"),
    (r"\bmine\b", "theirs"),
    (r"\bme\b", "them"),
)


def slug(words: str) -> str:
    """A short stable key part from a sentence's own words."""
    kept = [w for w in re.findall(r"[a-z0-9]+", words.lower()) if len(w) > 2]
    return "_".join(kept[:7])


def join(items: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """First letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Capital first letter and a full stop."""
    text = text.strip().rstrip(" ,;:-").rstrip(".")
    return f"{capital(text)}." if text else ""


def tidy(text: str) -> str:
    """A spoken sentence without fillers, stutters and tokeniser blanks; wording and order unchanged."""
    text = _BROKEN.sub("", " ".join(text.split()))
    for pattern, by in _SPLIT:
        text = re.sub(pattern, by, text, flags=re.IGNORECASE)
    for _ in range(2):
        text = _STUTTER.sub(r"\1", _FILLERS.sub("", text))
        for pattern, by in _SPLIT:
            text = re.sub(pattern, by, text, flags=re.IGNORECASE)
    return _LEAD.sub("", text).strip()


def own_words(text: str) -> str:
    """Patient's words in the third person, the subject left out: "I work in a bank" -> "works in a bank"."""
    for pattern, by in _I:
        text = re.sub(pattern, by, text, flags=re.IGNORECASE)
    return text


def quote(text: str, limit: int = 140) -> str:
    """Lay words between quotation marks, cut at a word."""
    text = tidy(text).rstrip(".")
    if len(text) > limit:
        text = text[:limit].rsplit(" ", 1)[0].rstrip(" ,") + " ..."
    return f"\u201c{capital(text)}\u201d"
