"""Order, names and flags of a transcript; detector and Whisper are replaced."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from transcription import files
from transcription.model import Request, Samples, Transcription, Utterance
from transcription.models import ModelFile

MODEL = ModelFile("demo", Path("demo.pt"), notice="Not for care.")
TRACKS = {
    "doctor": [
        Utterance(0.0, 1.0, np.full(4, 1, dtype=np.float32)),
        Utterance(4.0, 5.0, np.full(4, 3, np.float32)),
    ],
    "patient": [
        Utterance(2.0, 3.0, np.full(4, 2, dtype=np.float32)),
        Utterance(6.0, 7.0, np.zeros(4, np.float32)),
    ],
}
SAID = {1: "Where does it hurt?", 2: "My knee.", 3: "I see."}


class Reader:
    """Reads the text off the first sample."""

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        return [self._read(request.samples) for request in requests]

    def _read(self, samples: Samples) -> Transcription:
        number = int(samples[0])
        warnings = ("low_confidence",) if number == 2 else ()
        return Transcription(SAID.get(number, ""), 0.98765, 0.0, warnings=warnings)


@pytest.fixture(autouse=True)
def tracks(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(
        tracks: Mapping[str, Path], incomplete: files.Incomplete | None = None
    ) -> Iterator[tuple[str, Utterance]]:
        for speaker, path in tracks.items():
            for utterance in TRACKS[path.name]:
                yield speaker, utterance

    monkeypatch.setattr(files, "find_in_tracks", found)


def test_turns_come_in_the_order_in_which_they_began() -> None:
    document = files.transcribe_tracks(
        {"patient": Path("patient"), "doctor": Path("doctor")}, Reader(), MODEL
    )
    assert [(turn.speaker, turn.text, turn.start) for turn in document.turns] == [
        ("doctor", "Where does it hurt?", 0.0),
        ("patient", "My knee.", 2.0),
        ("doctor", "I see.", 4.0),
    ]
    assert (document.model, document.notice, document.flagged) == ("demo", "Not for care.", (2.0,))


def test_progress_hears_of_every_utterance_also_the_empty_ones() -> None:
    told: list[str] = []
    files.transcribe_tracks(
        {"patient": Path("patient")}, Reader(), MODEL, lambda speaker, one, heard: told.append(speaker)
    )
    assert told == ["patient", "patient"]


def test_nobody_spoke() -> None:
    document = files.transcribe_tracks({}, Reader(), MODEL)
    assert document.turns == ()
    assert document.id.startswith("consult-")
