"""Who answers what when turns overlap, break off or are not heard: which questions a reply can be to.

A short answer in the middle of the doctor's turn is to what was asked by then; a hum is no answer to an open question;
the doctor's own "No? And ..." or "No, okay." tells of an answer that the recording did not catch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import replies
from clinical_language.model import Sentence
from clinical_language.reading import Asked, Reading

_ECHOED_NO = re.compile(
    r"^(?:(?:okay|ok|right|um|uh|so|,|\.)\s)*(?:no|nope|none|nothing)"
    r"(?:\s|[,.?]|\b(?:no|okay|ok|good|great|fine|alright|all|right|perfect|none|nothing|that 's)\b)*$"
)
_HUM = re.compile(r"^(?:(?:yes|yeah|yep|mm - hmm|mm hmm|mhm|uh huh|uh - huh|hmm|um|uh)[\s,.!]*)+$")
_SHORT = 4  # words of a reply that may be spoken into the doctor's turn
_OVERLAP = 1.0  # seconds; a shorter one is only quick
_QUICK = 0.5  # seconds before a question's end at which its answer may begin


def is_echoed_no(sentence: Sentence) -> bool:
    """ "No?", "No, okay.": the doctor repeats an answer."""
    return bool(_ECHOED_NO.match(" ".join(sentence.words)))


def nothing_said_between(reading: Reading, index: int) -> bool:
    """Whether the doctor's turn at `index` follows what still waits for a reply, but for hums and a "no"."""
    if not reading.pending:
        return False
    between = (
        " ".join(w for s in said for w in s.words)
        for said in reading.sentences[reading.pending[-1].turn + 1 : index]
    )
    return all(_HUM.match(words) or _ECHOED_NO.match(words) for words in between)


def heard(reading: Reading, index: int, words: str) -> tuple[list[Asked], list[Asked]]:
    """What waits for a reply, split: what the patient's turn at `index` can answer, and what stays asked."""
    pending = reading.pending
    if _HUM.match(words) and all(asked.form == "open" for asked in pending):
        return [], pending
    if not _speaks_into(reading, index) or len(words.split()) > _SHORT:
        return pending, []
    by_then = [
        asked for asked in pending if _ends(reading, asked) <= (reading.turns[index].start or 0) + _QUICK
    ]
    if not by_then and not replies.BACKCHANNEL.match(words):
        by_then = pending[:1]
    return by_then, [asked for asked in pending if asked not in by_then]


def _speaks_into(reading: Reading, index: int) -> bool:
    start = reading.turns[index].start
    ends: Sequence[float | None] = [reading.turns[asked.turn].end for asked in reading.pending[-1:]]
    return start is not None and any(end is not None and start < end - _OVERLAP for end in ends)


def _ends(reading: Reading, asked: Asked) -> float:
    """Seconds at which a question ends, taking a turn's words as evenly spoken."""
    turn, sentence = reading.turns[asked.turn], asked.sentence
    if turn.start is None or turn.end is None:
        return 0.0
    share = (sentence.start + len(sentence.text)) / max(1, len(turn.text))
    return turn.start + share * (turn.end - turn.start)
