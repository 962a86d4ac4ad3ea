"""The batched openai-whisper engine against whisper itself, and each utterance against its neighbours.

Tolerance: the same sums in another order. Texts, words, times and flags are equal; probabilities differ by rounding.
"""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.integration.transcription.spoken import TRACKS, find_utterances
from transcription import ModelFile, Request, Transcription
from transcription.engines import network, openai
from transcription.engines.openai import WhisperTranscriber, window
from transcription.errors import ModelCorrupt, ModelUnsuitable
from transcription.model import Samples

pytestmark = pytest.mark.integration

ROUNDING = 1e-4


@pytest.fixture(scope="session")
def spoken() -> list[Request]:
    """Twelve utterances of both voices, one to six seconds long."""
    found = [itertools.islice(find_utterances(path), 6) for path in TRACKS.values()]
    return [Request(utterance.samples) for track in found for utterance in track]


@pytest.fixture(scope="session")
def thorough(demo: ModelFile) -> WhisperTranscriber:
    return WhisperTranscriber(demo, context="full")


@pytest.fixture(scope="session")
def reference(demo: ModelFile) -> Any:
    import whisper

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return whisper.load_model(str(demo.path), device="cpu")


def plainly(model: Any, samples: Samples, **options: Any) -> Any:
    """whisper's own decode of one window, without timestamps, as the engine asks for it."""
    import whisper

    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(torch.from_numpy(samples.copy())))
    chosen = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return model.decode(mel, chosen)


def same(one: Transcription, other: Transcription) -> bool:
    """But for rounding."""
    chances = [word.confidence for word in one.words]
    others = [word.confidence for word in other.words]
    alike = replace(one, confidence=0, no_speech_probability=0, words=()) == replace(
        other, confidence=0, no_speech_probability=0, words=()
    )
    times = [(word.text, word.start, word.end) for word in one.words] == [
        (word.text, word.start, word.end) for word in other.words
    ]
    close = np.allclose([one.confidence, *chances], [other.confidence, *others], atol=ROUNDING)
    return alike and times and bool(close)


def test_in_the_full_window_it_says_what_whisper_says(
    thorough: WhisperTranscriber, reference: Any, spoken: list[Request]
) -> None:
    for found, request in zip(thorough.transcribe(spoken), spoken, strict=True):
        expected = plainly(reference, request.samples)
        assert found.text == expected.text.strip()
        assert found.confidence == pytest.approx(float(np.exp(expected.avg_logprob)), abs=ROUNDING)
        assert found.no_speech_probability == pytest.approx(expected.no_speech_prob, abs=ROUNDING)


def test_with_beams_too(thorough: WhisperTranscriber, reference: Any, spoken: list[Request]) -> None:
    asked = [replace(request, beam=5) for request in spoken[:3]]
    for found, request in zip(thorough.transcribe(asked), asked, strict=True):
        assert found.text == plainly(reference, request.samples, beam_size=5).text.strip()


def test_a_prompt_stands_where_whisper_puts_it(
    thorough: WhisperTranscriber, reference: Any, spoken: list[Request]
) -> None:
    """Long and short prompts and none in one batch: each row's padding is seen by nobody."""
    prompts = ["Ramipril, bisoprolol.", "", "Headache. " * 150, "Migraine"]
    asked = [replace(request, prompt=prompt) for request, prompt in zip(spoken, prompts, strict=False)]
    for found, request in zip(thorough.transcribe(asked), asked, strict=True):
        expected = plainly(reference, request.samples, prompt=request.prompt or None)
        assert found.text == expected.text.strip()
        assert found.confidence == pytest.approx(float(np.exp(expected.avg_logprob)), abs=ROUNDING)


def test_beams_end_with_no_text_less_likely_than_the_greedy_one(transcriber: WhisperTranscriber) -> None:
    """Whisper's own search ended this sentence early, as "It is on the left side of?"."""
    said = [Request(utterance.samples) for utterance in find_utterances(TRACKS["patient"])]
    greedy = transcriber.transcribe(said)
    beams = transcriber.transcribe([replace(request, beam=5) for request in said])
    assert "It is on the left side of my head." in [one.text for one in greedy]
    assert all(wide.confidence >= one.confidence - ROUNDING for wide, one in zip(beams, greedy, strict=True))


@pytest.mark.parametrize("beam", [1, 3])
def test_an_answer_does_not_depend_on_its_neighbours(
    transcriber: WhisperTranscriber, spoken: list[Request], beam: int
) -> None:
    asked = [replace(request, beam=beam) for request in spoken[:: 1 if beam == 1 else 3]]
    together = transcriber.transcribe(asked)
    reversed_order = transcriber.transcribe(asked[::-1])[::-1]
    for request, found, other in zip(asked, together, reversed_order, strict=True):
        (alone,) = transcriber.transcribe([request])
        assert alone.text
        assert same(alone, found)
        assert same(alone, other)


def test_nor_does_one_that_is_heard_again_with_randomness(
    transcriber: WhisperTranscriber, spoken: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "is_good", lambda heard: False)
    monkeypatch.setattr(openai, "is_doubtful", lambda heard, request: True)
    monkeypatch.setattr(openai, "likeliest", lambda tries: tries[-1])  # the hottest
    asked = spoken[:3]
    together = transcriber.transcribe(asked)
    assert [same(a, b) for a, b in zip(together, transcriber.transcribe(asked), strict=True)] == [True] * 3
    for request, found in zip(asked, together, strict=True):
        assert same(transcriber.transcribe([request])[0], found)


def test_at_any_doubt_the_full_window_decides(
    transcriber: WhisperTranscriber,
    thorough: WhisperTranscriber,
    spoken: list[Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai, "is_doubtful", lambda heard, request: True)
    asked = spoken[:3]
    for found, expected in zip(transcriber.transcribe(asked), thorough.transcribe(asked), strict=True):
        assert same(found, expected)


def test_what_is_still_being_said_is_heard_once(
    transcriber: WhisperTranscriber, spoken: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = transcriber.transcribe(spoken[:2])
    monkeypatch.setattr(openai, "is_doubtful", lambda heard, request: True)
    monkeypatch.setattr(openai, "TEMPERATURES", ())
    found = transcriber.transcribe([replace(request, once=True) for request in spoken[:2]])
    assert [one.text for one in found] == [one.text for one in expected]


def test_in_the_full_window_too(
    thorough: WhisperTranscriber, spoken: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    hearings: list[int] = []
    hear_part = thorough._hear_part

    def counted(jobs: Sequence[Any], choice: Any, full: bool) -> None:
        hearings.append(len(jobs))
        hear_part(jobs, choice, full)

    monkeypatch.setattr(thorough, "_hear_part", counted)
    monkeypatch.setattr(openai, "is_good", lambda heard: False)
    thorough.transcribe([replace(spoken[0], once=True)])
    assert hearings == [1]


def test_the_fitted_window_hears_what_the_full_one_hears(
    transcriber: WhisperTranscriber, thorough: WhisperTranscriber, spoken: list[Request]
) -> None:
    fitted, full = transcriber.transcribe(spoken), thorough.transcribe(spoken)
    assert sum(one.text != other.text for one, other in zip(fitted, full, strict=True)) <= 1


def test_an_echo_of_the_prompt_is_heard_again_without_it(
    transcriber: WhisperTranscriber, spoken: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "is_prompt_echo", lambda text, prompt: bool(prompt))
    asked = [spoken[0], replace(spoken[1], prompt="Ramipril, bisoprolol."), spoken[2]]
    found, expected = transcriber.transcribe(asked), transcriber.transcribe(spoken[:3])
    assert [one.text for one in found] == [one.text for one in expected]
    assert not any(one.warnings for one in found)


def test_word_times_lie_inside_and_in_order(transcriber: WhisperTranscriber, spoken: list[Request]) -> None:
    for request, found in zip(spoken, transcriber.transcribe(spoken), strict=True):
        times = [time for word in found.words for time in (word.start, word.end)]
        assert all(time is not None for time in times)
        assert times == sorted(times, key=lambda time: time or 0.0)
        assert (times[0] or 0.0) >= 0
        assert (times[-1] or 0.0) <= len(request.samples) / 16_000


def test_nothing_and_no_sound_at_all(transcriber: WhisperTranscriber, spoken: list[Request]) -> None:
    assert transcriber.transcribe([]) == []
    silent = Request(np.zeros(16_000, dtype=np.float32))
    first, second = transcriber.transcribe([silent, spoken[0]])
    assert (first.text, first.warnings) == ("", ("no_speech",))
    assert second.text


def test_sounds_that_do_not_fit_together_are_decoded_in_parts(
    demo: ModelFile, spoken: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "_SOUNDS_BYTES", 1)
    small = WhisperTranscriber(demo)
    sizes: list[int] = []
    plain = small._hear_part

    def counted(jobs: Sequence[Any], *rest: Any) -> None:
        sizes.append(len(jobs))
        plain(jobs, *rest)

    monkeypatch.setattr(small, "_hear_part", counted)
    assert all(found.text for found in small.transcribe(spoken[:3]))
    assert sizes == [1, 1, 1]


@pytest.mark.parametrize(
    ("seconds", "given"), [(0.2, 3.0), (2.0, 3.0), (2.01, 3.5), (6.0, 7.0), (29.2, 30.0), (30.0, 30.0)]
)
def test_the_fitted_window_leaves_silence_after_the_utterance(seconds: float, given: float) -> None:
    assert window(seconds) == given


def test_packed_weights_give_the_plain_product() -> None:
    """And torch still offers the operator; without it the engine works, at less than half the speed."""
    assert hasattr(torch.ops.mkldnn, "_linear_pointwise")
    weight, bias = torch.randn(96, 64), torch.randn(96)
    for rows in (1, 3, 70):
        x = torch.randn(2, rows, 64)
        plain = torch.nn.functional.linear(x, weight, bias)
        assert torch.allclose(network.product(weight, bias)(x), plain, atol=1e-4)
        curved = torch.nn.functional.gelu(plain)
        assert torch.allclose(network.product(weight, bias, "gelu")(x), curved, atol=1e-4)


def checkpoint(path: Path, **changes: Any) -> ModelFile:
    """A tiny random checkpoint, of Whisper's shape but for the changes."""
    from whisper.model import ModelDimensions, Whisper

    shape = {"n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 64, "n_audio_head": 2, "n_audio_layer": 1}
    shape |= {"n_vocab": 51_865, "n_text_ctx": 448, "n_text_state": 64, "n_text_head": 2, "n_text_layer": 1}
    dims = ModelDimensions(**(shape | changes))
    torch.manual_seed(1)
    weights = Whisper(dims).state_dict()
    weights["decoder.positional_embedding"] = torch.zeros(dims.n_text_ctx, dims.n_text_state)
    torch.save({"dims": asdict(dims), "model_state_dict": weights}, path)
    return ModelFile("tiny", path)


def test_a_multilingual_model_tells_the_language(tmp_path: Path, spoken: list[Request]) -> None:
    engine = WhisperTranscriber(checkpoint(tmp_path / "many.pt"))
    asked = [replace(spoken[0], language="de"), replace(spoken[1], language="en", prompt="Guten Tag")]
    found = engine.transcribe(asked)
    assert all(one.language for one in found if one.text)


@pytest.mark.parametrize("change", [{"n_mels": 64}, {"n_audio_ctx": 750}, {"n_vocab": 1000}])
def test_a_checkpoint_of_another_shape_is_one_clear_error(tmp_path: Path, change: dict[str, int]) -> None:
    with pytest.raises(ModelUnsuitable):
        WhisperTranscriber(checkpoint(tmp_path / "other.pt", **change))


def test_a_checkpoint_that_contradicts_itself_is_one_clear_error(tmp_path: Path) -> None:
    file = checkpoint(tmp_path / "other.pt")
    page = torch.load(file.path)
    page["dims"]["n_audio_layer"] = 2
    torch.save(page, file.path)
    with pytest.raises(ModelUnsuitable):
        WhisperTranscriber(file)


def test_half_a_checkpoint_is_corrupt(tmp_path: Path) -> None:
    file = checkpoint(tmp_path / "half.pt")
    file.path.write_bytes(file.path.read_bytes()[: file.path.stat().st_size // 2])
    with pytest.raises(ModelCorrupt):
        WhisperTranscriber(file)
