"""States: the trap sentences, question-answer pairs, and the denied findings of clinical vignettes.

Peer in the same run: a NegEx-style rule, absent when a denial word stands up to six words before the finding (for an
answer: in the answer's first six words). Pairs are in data/polarity.tsv: places in corpora with labels read by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Fact, State, read_sentences, read_text

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
    before = text.lower().split(target)[0].replace("n't", " not").split()[-6:]
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
    return [traps(options), *denials(options)]


def show_one(options: Options) -> str:
    """Nothing to show: --verbose prints what is wrong."""
    return f"{options.show}: use --verbose"
