"""A spoken sentence without what speech adds: fillers, repeats, false starts, openings and tails of talk.

Works on the words of `Sentence.plain` (lower case, contractions opened, number words as digits). Linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language.remembering import remembered

_SOUNDS = frozenset(
    "um umm uh er erm hmm hm mm mhm ah oh eh yeah yep yea yes yup okay ok alright ugh wow gosh ohh ooh oof nah "
    "nope hey mm-hmm hmm-mm mh-mm uh-huh uhm uhh uhmm ummm mmm mmmm hmmm ehm aye".split()
)
_PHRASES = tuple(
    tuple(phrase.split())
    for phrase in """you know|you see|i mean|sort of|kind of|kinda|i guess|i suppose|to be honest|all right|i would say|
i 'd say|let 's say|let us say|to be fair|or whatever|and stuff like that|things like that|and stuff|
or something like that|other than that|
or something|or anything like that|or anything|and everything|and so on|as i say|as i said|like i said|like you said|
as you know|of course|basically|obviously|literally|honestly|actually|just|really|quite|anyway|essentially|definitely|
unfortunately|luckily|thankfully|apparently|pretty much|please|well ,|in terms of that|if that makes sense|
if you know what i mean|i must say|i have to say|at the end of the day|to tell you the truth|i believe|
i do not know ,|if i am being honest|if i am honest|in a way""".split("|")
)
_OPENING = frozenset("so and but well then now also again because like no yes right plus or though however "
                     "'cause cos "
                     "that 's- yeah , . - -- ; : ... … ! sorry ? good great fine sure exactly correct "
                     "absolutely".split())  # fmt: skip
_TAIL = frozenset(
    "no yeah and but so or because , . - -- ; : ... … ! ? you though anyway if the a an my".split()
)
_STOPS = frozenset({",", "-", "--", "...", "…", ";", ":"})
_PRONOUNS = frozenset("i it he she they we there that this".split())


def _without_phrases(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(words):
        size = next((len(p) for p in _STARTS.get(words[at], ()) if tuple(words[at : at + len(p)]) == p), 0)
        kind = words[at] in {"kind", "sort"} and at and words[at - 1] in _KINDS
        well = words[at] in {"ok", "okay"} and bool(out) and out[-1] in _BEFORE_OK
        if not well and ((size and not kind) or words[at] in _SOUNDS or _broken(words[at])):
            at += size or 1
            at = _past_commas(words, at, out)
        else:
            out.append(words[at])
            at += 1
    return out


_BEFORE_OK = frozenset(
    "is was are were am be been 's 're 'm all not feel feels feeling felt seem seems seemed".split()
)
_KINDS = frozenset("a any what this that some same".split())


def _past_commas(words: Sequence[str], at: int, out: list[str]) -> int:
    """The commas that stood around a filler go with it, unless a new clause follows."""
    before = bool(out) and out[-1] == ","
    if before:
        out.pop()
    after = at < len(words) and words[at] == ","
    at += after
    if (before or after) and at < len(words) and words[at] in _PRONOUNS | {"my"} and out:
        out.append(",")
    return at


_STARTS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted(_PHRASES, key=len, reverse=True):
    _STARTS.setdefault(_phrase[0], []).append(_phrase)


def _broken(word: str) -> bool:
    """A word broken off ("f-")."""
    return len(word) > 1 and word.endswith("-") and word[:-1].isalpha()


_LIKENED = frozenset("feel feels feeling felt look looks looked looking sound sounds sounded seem seems seemed "
                     "taste tastes smell smells "
                     "would 'd i they he she we not something anything nothing things do does did "
                     "exactly".split())  # fmt: skip


def _like(words: Sequence[str]) -> list[str]:
    """Without "like" as a filler: it compares only after some words, and never at an end or before a comma."""
    ends: tuple[list[str], ...] = ([","], [])
    return [
        word
        for at, word in enumerate(words)
        if word != "like" or (at and words[at - 1] in _LIKENED and words[at + 1 : at + 2] not in ends)
    ]


def _without_repeats(words: Sequence[str]) -> list[str]:
    """ "i , i love", "did you did you": the second saying stays."""
    out = list(words)
    for size in (6, 5, 4, 3, 2, 1):
        at = 0
        kept: list[str] = []
        while at < len(out):
            piece = out[at : at + size]
            gap = at + size
            while gap < len(out) and out[gap] in _STOPS:
                gap += 1
            if len(piece) == size and piece == out[gap : gap + size] and any(w.isalpha() for w in piece):
                at = gap
                continue
            kept.append(out[at])
            at += 1
        out = kept
    return out


def _without_false_start(words: list[str]) -> list[str]:
    """ "i was , i had a cough": up to three words from a pronoun to a comma, then a pronoun again."""
    for at in range(len(words) - 1):
        if words[at] in _STOPS and 0 < at <= 3 and words[0] in _PRONOUNS and words[at + 1] in _PRONOUNS:
            return words[at + 1 :]
    return words


_NO_COMMA_AFTER = frozenset(
    """and or but so that because the a an my is are was were am be been have has had to of in on at for from with by
as about like into not do does did can could will would get got getting feel feels take taking said i he she
they we very more
than when if""".split()
)
_NO_COMMA_BEFORE = frozenset("in on at over for from to of with by about into during since until".split())


def _commas(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    words = ["," if w in _STOPS else w for w in words]
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word.isdigit() and out and out[-1] == word:
            continue
        if word == "," and (
            not out or out[-1] == "," or out[-1] in _NO_COMMA_AFTER or after in _NO_COMMA_BEFORE
        ):
            continue
        if word in {"and", "or"} and out and out[-1] in {"and", "or"}:
            out.pop()
        out.append(word)
    return out


_TAILS = tuple(
    tuple(tail.split())
    for tail in """but that is all|but now|and now|at all|as well|for example|if what|so far so|and then|
but then|but other than that""".split("|")
)


def trimmed(words: Sequence[str]) -> list[str]:
    """Without the openings and tails of talk."""
    first, last = 0, len(words)
    while first < last and words[first] in _OPENING:
        first += 1
    while last > first and words[last - 1] in _TAIL:
        last -= 1
    for tail in _TAILS:
        if last - first > len(tail) + 2 and tuple(words[last - len(tail) : last]) == tail:
            last -= len(tail)
    while last > first and words[last - 1] == ",":
        last -= 1
    return list(words[first:last])


def _joined(words: Sequence[str], text: str) -> list[str]:
    """Hyphenated words whole again ("follow - up"), as the text has them; "40 - 5" is forty-five."""
    low = text.lower()
    out: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "-" and out and at + 1 < len(words):
            a, b = out[-1], words[at + 1]
            if a.isdigit() and b.isdigit() and len(a) == 2 and a.endswith("0") and len(b) == 1 and b != "0":
                out[-1] = str(int(a) + int(b))
                at += 2
                continue
            if f"{a}-{b}" in low or (a.split("-")[0].isdigit() and b.isalpha() and f"-{b}" in low):
                out[-1] = f"{a}-{b}"
                at += 2
                continue
        out.append(word)
        at += 1
    return out


_ONE_STAYS = re.compile(r"^(?:days?|weeks?|months?|years?|hours?|minutes?|times?|tablets?|pills?|mg|milligrams?|"
                        r"to|or|out|"
                        r"glass|packs?|cigarettes?|beers?|cups?|night|morning|\d.*|%|percent|point|over|"
                        r"half)$")  # fmt: skip


def _ones(words: Sequence[str]) -> list[str]:
    """ "this 1" is "this one"; "1 day" stays."""
    out = list(words)
    for at, word in enumerate(out):
        after = out[at + 1] if at + 1 < len(out) else ""
        before = out[at - 1] if at else ""
        if (
            word == "1"
            and not _ONE_STAYS.match(after)
            and not before.isdigit()
            and before not in {"or", "to"}
        ):
            out[at] = "one"
    return out


def clean_words(words: Sequence[str], text: str = "") -> list[str]:
    """The words that carry the sentence. `text`: its original, which tells hyphens from dashes."""
    return list(_cleaned(tuple(words), text))


@remembered
def _cleaned(words: tuple[str, ...], text: str) -> tuple[str, ...]:
    out = _joined(words, text)
    out = _ones(out)
    for _ in range(2):
        out = _commas(_without_repeats(_like(_without_phrases(out))))
    return tuple(trimmed(_without_false_start(trimmed(out))))
