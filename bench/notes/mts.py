"""Section of 20 headers of MTS-Dialog's short dialogues, five folds, each told by a model that never saw it.

Peer on the same folds: TF-IDF of words and word pairs with a linear support vector machine. Many labels are a matter of
taste ("CC" and "GENHX" of the same talk), so confidence is measured too: it should be the share that is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.notes import folds
from bench.notes.corpora import Encounter, mts, named
from bench.notes.options import Options
from bench.notes.results import Row, keep_curves, row
from soap.topic import section_of


def ours(encounters: Sequence[Encounter], *, packaged: bool = False) -> list[tuple[str, float]]:
    """Header and confidence of each."""
    told = []
    for encounter in encounters:
        with folds.weights_without("" if packaged else encounter.id):
            told.append(section_of(encounter.turns))
    return told


def peer(encounters: Sequence[Encounter]) -> list[str]:
    """The plain classifier's headers, the same folds."""
    texts = [" ".join(t.text for t in e.turns) for e in encounters]
    fold = [folds.fold_of(e.id) for e in encounters]
    told = [""] * len(texts)
    for held in range(folds.FOLDS):
        learn = [i for i, f in enumerate(fold) if f != held]
        judge = [i for i, f in enumerate(fold) if f == held]
        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2), LinearSVC())
        model.fit([texts[i] for i in learn], [encounters[i].label for i in learn])
        for i, header in zip(judge, model.predict([texts[i] for i in judge]), strict=True):
            told[i] = str(header)
    return told


def calibration(
    encounters: Sequence[Encounter], told: Sequence[tuple[str, float]]
) -> list[tuple[float, float, int]]:
    """By tenths of confidence: mean confidence, share that is right, how many."""
    found = []
    for tenth in range(10):
        those = [
            (e.label == h, c)
            for e, (h, c) in zip(encounters, told, strict=True)
            if min(int(c * 10), 9) == tenth
        ]
        if those:
            found.append(
                (
                    sum(c for _, c in those) / len(those),
                    sum(right for right, _ in those) / len(those),
                    len(those),
                )
            )
    return found


def run(options: Options) -> list[Row]:
    """Accuracy beside the peer's, and how far confidence is from being right."""
    encounters = mts(options.data)
    told, plain = ours(encounters, packaged=options.packaged), peer(encounters)
    right = 100 * sum(e.label == h for e, (h, _) in zip(encounters, told, strict=True)) / len(told)
    other = 100 * sum(e.label == h for e, h in zip(encounters, plain, strict=True)) / len(told)
    wrong = Counter((e.label, h) for e, (h, _) in zip(encounters, told, strict=True) if e.label != h)
    print("most confused (label, ours):", ", ".join(f"{a}-{b} {n}" for (a, b), n in wrong.most_common(8)))
    bins = calibration(encounters, told)
    if options.keep:
        keep_curves({"mts-calibration": bins})
    error = 100 * sum(n * abs(c - s) for c, s, n in bins) / len(told)
    return [
        row(f"MTS-Dialog section of 20, accuracy (of {len(told)}; peer: TF-IDF and SVM)", right, "%", peer=other,
            goal=">= 80", met=right >= 80),
        row("MTS-Dialog section: confidence against the share that is right", error, "points"),
    ]  # fmt: skip


def show_one(options: Options) -> str:
    """A dialogue, its label and ours."""
    encounter = named(mts(options.data), options.show)
    lines = [f"{t.speaker}: {t.text}" for t in encounter.turns]
    return "\n".join([*lines, f"label {encounter.label}: {encounter.gold}", f"ours {ours([encounter])[0]}"])
