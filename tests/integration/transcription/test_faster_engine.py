"""The engine `faster` on the demo model: converted once, the same answers as the reference, whoever is beside."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.integration.transcription.spoken import TRACKS, find_utterances, timeline, word_error_rate
from transcription import ModelFile, SpeechProcess, Utterance, resolve
from transcription.conversion import converted
from transcription.engines.faster import FasterTranscriber
from transcription.errors import ModelCorrupt, ModelsFolderUnwritable, ModelUnsuitable, UtteranceTooLong
from transcription.files import transcribe_tracks
from transcription.model import Request

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def faster(demo: ModelFile, folder: Path) -> FasterTranscriber:
    return FasterTranscriber(demo, folder=folder)


@pytest.fixture(scope="module")
def utterances() -> list[Utterance]:
    return list(find_utterances(TRACKS["doctor"]))


def test_the_demo_consult_is_heard_as_it_was_said(faster: FasterTranscriber, demo: ModelFile) -> None:
    document = transcribe_tracks(TRACKS, faster, demo)
    said = " ".join(turn.text for turn in timeline())
    assert word_error_rate(said, " ".join(turn.text for turn in document.turns)) <= 0.05
    assert [turn.speaker for turn in document.turns] == [turn.speaker for turn in timeline()]


def test_an_answer_does_not_depend_on_its_neighbours(
    faster: FasterTranscriber, utterances: list[Utterance]
) -> None:
    requests = [Request(one.samples) for one in utterances]
    together = faster.transcribe(requests)
    alone = [faster.transcribe([request])[0] for request in requests]
    backwards = faster.transcribe(requests[::-1])[::-1]
    assert [one.text for one in together] == [one.text for one in alone] == [one.text for one in backwards]
    sure, alone_sure = (np.array([one.confidence for one in some]) for some in (together, alone))
    np.testing.assert_allclose(sure, alone_sure, atol=1e-3)


def test_a_fitted_window_gives_the_same_text_as_the_full_one(
    faster: FasterTranscriber, demo: ModelFile, folder: Path, utterances: list[Utterance]
) -> None:
    requests = [Request(one.samples) for one in utterances]
    full = FasterTranscriber(demo, context="full", folder=folder)
    assert [one.text for one in full.transcribe(requests)] == [
        one.text for one in faster.transcribe(requests)
    ]


def test_words_lie_inside_their_utterance_in_order(
    faster: FasterTranscriber, utterances: list[Utterance]
) -> None:
    for utterance, found in zip(
        utterances, faster.transcribe([Request(one.samples) for one in utterances]), strict=True
    ):
        times = [time for word in found.words for time in (word.start, word.end)]
        known = [time for time in times if time is not None]
        assert len(known) == len(times)
        assert known == sorted(known)
        assert 0 <= known[0] <= known[-1] <= utterance.end - utterance.start
        assert " ".join(word.text for word in found.words) == found.text


def test_prompts_of_different_lengths_share_a_batch(
    faster: FasterTranscriber, utterances: list[Utterance]
) -> None:
    prompts = ["", "lisinopril, penicillin", "ibuprofen " * 300]
    requests = [Request(utterances[0].samples, prompt=prompt) for prompt in prompts]
    found = faster.transcribe(requests)
    assert len(found) == 3
    assert found[0] == faster.transcribe([Request(utterances[0].samples)])[0]


def test_beam_search_hears_the_same_consult(faster: FasterTranscriber, utterances: list[Utterance]) -> None:
    greedy, beam = (
        faster.transcribe([Request(one.samples, beam=beam) for one in utterances[:6]]) for beam in (1, 5)
    )
    assert [one.text for one in greedy] == [one.text for one in beam]


def test_silence_and_noise_beside_speech_have_no_text(
    faster: FasterTranscriber, utterances: list[Utterance]
) -> None:
    noise = (np.random.default_rng(0).standard_normal(32_000) * 0.001).astype(np.float32)
    sounds = [np.zeros(16_000, np.float32), utterances[0].samples, noise, np.zeros(10, np.float32)]
    found = faster.transcribe([Request(sound) for sound in sounds])
    assert [bool(one.text) for one in found] == [False, True, False, False]


def test_too_long_is_refused(faster: FasterTranscriber) -> None:
    with pytest.raises(UtteranceTooLong):
        faster.transcribe([Request(np.zeros(31 * 16_000, np.float32))])


def test_a_conversion_is_kept_and_a_changed_checkpoint_is_converted_anew(
    demo: ModelFile, folder: Path, tmp_path: Path
) -> None:
    kept = converted(demo, folder)
    before = (kept / "model.bin").stat().st_mtime_ns
    assert converted(demo, folder) == kept
    assert (kept / "model.bin").stat().st_mtime_ns == before
    other = torch.load(demo.path, weights_only=True)
    other["model_state_dict"]["decoder.ln.bias"] += 1
    changed = dataclasses.replace(demo, path=tmp_path / "demo.pt")
    torch.save(other, changed.path)
    assert converted(changed, folder) != kept


def test_a_checkpoint_that_is_none_or_of_another_shape_says_so(demo: ModelFile, tmp_path: Path) -> None:
    (tmp_path / "none.pt").write_bytes(b"%PDF-1.7")
    with pytest.raises(ModelCorrupt):
        converted(ModelFile("none", tmp_path / "none.pt"), tmp_path)
    other = torch.load(demo.path, weights_only=True)
    other["dims"]["n_audio_ctx"] = 750
    torch.save(other, tmp_path / "short.pt")
    with pytest.raises(ModelUnsuitable):
        converted(ModelFile("short", tmp_path / "short.pt"), tmp_path)
    assert not any((tmp_path / "ctranslate2").glob("*"))


def test_a_folder_that_cannot_be_written_says_so(demo: ModelFile, tmp_path: Path) -> None:
    (tmp_path / "ctranslate2").write_text("a file is in the way")
    with pytest.raises(ModelsFolderUnwritable):
        converted(demo, tmp_path)


def test_a_damaged_folder_says_so(tmp_path: Path, demo: ModelFile, folder: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in converted(demo, folder).iterdir():
        (damaged / file.name).write_bytes(file.read_bytes()[:100])
    with pytest.raises(ModelCorrupt):
        FasterTranscriber(resolve(str(damaged)))


async def test_the_speech_process_runs_it_without_torch(folder: Path, utterances: list[Utterance]) -> None:
    async with SpeechProcess("demo", engine="faster", models_folder=folder, nice=0) as speech:
        found = await speech.transcribe(Request(utterances[0].samples))
        maps = Path(f"/proc/{speech.pid}/maps").read_text(encoding="utf-8")
    assert word_error_rate(timeline()[0].text, found.text) == 0
    assert "libctranslate2" in maps
    assert "libtorch" not in maps
