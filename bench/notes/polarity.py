"""States: the trap sentences, question-answer pairs, and the denied findings of clinical vignettes.

Peer in the same run: a NegEx-style rule, absent when a denial word stands up to six words before the finding, question
and answer read as one text. Pairs are those read by hand (`read_pairs`), and those of OSCE, PriMock57 and MTS-Dialog
that need no judge: a polar question of the doctor, answered in at most four words that open with yes or no, "yes" only
to a question after one thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from bench.notes import read_pairs
from bench.notes.corpora import mts, osce, primock
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Fact, Kind, State, Turn, read_consult, read_sentences, read_text

LETTER = {
    State.PRESENT: "P",
    State.ABSENT: "N",
    State.UNCERTAIN: "U",
    State.HYPOTHETICAL: "H",
    State.RESOLVED: "X",
    State.HISTORICAL: "X",
    State.FAMILY: "F",
}
_DENIALS = frozenset({"no", "not", "without", "never", "denies", "cannot"})


def negex(text: str, target: str) -> str:
    """The plain rule's answer, P or N."""
    before = re.findall(r"[a-z]+", text.lower().split(target)[0].replace("n't", " not"))[-6:]
    return "N" if _DENIALS & set(before) else "P"


def traps(options: Options) -> Row:
    """Lay sentences on which negation engines fail."""
    cases = json.loads((options.data / "triage" / "context_traps.json").read_text(encoding="utf-8"))
    ours = peer = total = 0
    for case in cases:
        found = {fact.words.lower(): LETTER[fact.state] for fact in read_text(case["text"]).facts}
        for target, gold in case["gold"].items():
            total += 1
            ours += found.get(target) == gold
            peer += negex(case["text"], target) == gold
            if options.verbose and found.get(target) != gold:
                print(f"trap: {target!r} is {gold}, read {found.get(target)}: {case['text']}")
    share = 100 * ours / total
    name = f"states of {total} trap findings (peer: NegEx-style rule)"
    return row(name, share, "% right", peer=100 * peer / total, goal=">= 95", met=share >= 95)


def denied_lists(options: Options) -> Iterator[tuple[str, list[str], tuple[Fact, ...]]]:
    """Each denied list of the vignettes with its items and what we read in it."""
    for line in (options.data / "triage" / "avey.jsonl").read_text(encoding="utf-8").splitlines():
        for part in json.loads(line)["absent_findings"].split(","):
            items = re.split(
                r"\bor\b|\band\b|/", re.sub(r"^\s*no\b", "", part.strip(" ."), flags=re.IGNORECASE)
            )
            stated = part.strip().lower().startswith("no")
            facts = read_text(f"{part.strip()}.").facts if stated else ()
            yield part.strip(), [i.strip() for i in items if i.strip()], facts


_QUESTION = re.compile(
    r"(?:any|do you have|have you (?:had|noticed|been having)|are you having|is there any)\b", re.IGNORECASE
)
_ANSWER = re.compile(r"\W*(?:(?:u+h*m*|oh|well|ok|okay)\W+)?(no|nope|none|yes|yeah|yep)\b", re.IGNORECASE)
_LIST = re.compile(r",|\bor\b|\band\b|/", re.IGNORECASE)


def pairs(options: Options) -> Iterator[tuple[tuple[Turn, Turn], State]]:
    """Polar question and plain answer, with the state that every finding asked for has."""
    for encounter in (*osce(options.data), *primock(options.data), *mts(options.data)):
        for question, answer in pairwise(encounter.turns):
            opened = _ANSWER.match(answer.text)
            asked = re.split(r"(?<=[.?!])\s+", question.text.strip())[-1]
            bare = _QUESTION.match(
                re.sub(r"^(?:(?:ok|okay|and|um|uh|alright|so)\W+)*", "", asked, flags=re.IGNORECASE)
            )
            if (question.speaker, answer.speaker) != ("doctor", "patient") or not opened or not bare:
                continue
            denied = opened[1].lower() in {"no", "nope", "none"}
            if len(answer.text.split()) <= 4 and (denied or not _LIST.search(asked)):
                yield (Turn("doctor", asked), answer), State.ABSENT if denied else State.PRESENT


def answers(options: Options) -> list[Row]:
    """Findings of plain question-answer pairs with the state of the answer."""
    total = right = peer = pairs_met = 0
    for (question, answer), gold in pairs(options):
        facts = [
            f
            for f in read_consult((question, answer)).facts
            if f.concept.kind in {Kind.FINDING, Kind.CONDITION}
        ]
        pairs_met += bool(facts)
        for fact in facts:
            total += 1
            right += fact.state is gold or (
                gold is State.PRESENT and fact.state not in {State.ABSENT, State.UNCERTAIN}
            )
            ruled = negex(f"{answer.text} {question.text}", fact.words.lower())
            peer += (ruled == "N") is (gold is State.ABSENT)
            if options.verbose and fact.state is not gold:
                print(f"pair: {fact.words!r} is {gold}, read {fact.state}: {question.text} / {answer.text}")
    share = 100 * right / max(1, total)
    name = f"states of {total} findings in {pairs_met} plain question-answer pairs (peer: NegEx-style rule)"
    return [row(name, share, "% right", peer=100 * peer / max(1, total), goal=">= 95", met=share >= 95)]


def denials(options: Options) -> list[Row]:
    """Denied findings of clinical vignettes: recognised as a concept, and as absent."""
    asked = recognised = absent = states = 0
    for part, items, facts in denied_lists(options):
        wrong = [fact for fact in facts if fact.state is not State.ABSENT]
        states, absent = states + len(facts), absent + len(facts) - len(wrong)
        missed = [item for item in items if not any(s.mentions for s in read_sentences(item))]
        asked, recognised = asked + len(items), recognised + len(items) - len(missed)
        if options.verbose and (wrong or missed):
            print(f"denied: {part!r}: wrong {[f.words for f in wrong]}, missed {missed}")
    known, right = 100 * recognised / asked, 100 * absent / max(1, states)
    return [
        row("denied findings recognised (peer: three terminologies, quoted)", known, "%", peer=72.0, goal=">= 92",
            met=known >= 92),
        row("denied findings absent, of those recognised", right, "%", goal=">= 99", met=right >= 99),
    ]  # fmt: skip


def run(options: Options) -> list[Row]:
    """Every row that there is data for."""
    return [traps(options), *read_pairs.rows(options, negex), *answers(options), *denials(options)]


def show_one(options: Options) -> str:
    """Nothing to show: --verbose prints what is wrong."""
    return f"{options.show}: use --verbose"
