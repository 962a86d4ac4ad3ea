"""The demo model's training: other throats, one learning step, and the checkpoint that whisper reads."""

import random
from pathlib import Path

import pytest
import torch
import whisper

from tools.demo_model.dataset import Clip, Windows, throats
from tools.demo_model.grammar import sentences
from tools.demo_model.model import SIZES, DemoNet, Vocabulary, dimensions, export, losses


def test_throats_stretch_the_mel_axis_and_the_middle_one_changes_nothing() -> None:
    matrices = throats()
    assert all(torch.allclose(matrix.sum(1), torch.ones(80)) for matrix in matrices)
    assert torch.equal(matrices[len(matrices) // 2], torch.eye(80))
    peak = torch.zeros(80)
    peak[40] = 1.0
    assert [int((matrix @ peak).argmax()) for matrix in (matrices[0], matrices[-1])] == pytest.approx(
        [45, 36], abs=1
    )


def test_sizes_of_openai_have_their_shapes() -> None:
    assert (SIZES["tiny"].n_audio_state, SIZES["tiny"].n_text_layer) == (384, 4)
    assert (SIZES["base"].n_audio_state, SIZES["base"].n_audio_layer) == (512, 6)


def test_a_learned_network_becomes_a_checkpoint_that_whisper_loads(tmp_path: Path) -> None:
    vocabulary = Vocabulary()
    torch.manual_seed(1)
    net = DemoNet(vocabulary, dimensions(32, 2, 1, 1))
    said = [Clip(text, torch.rand(80, 120) - 4) for text in sentences(4, seed=1)]
    batch = Windows(vocabulary, seed=1).batch(said, size=2, seconds=4.5, most=1).to(torch.device("cpu"))
    found = losses(net, batch.mel, batch.tokens, batch.labels, batch.spoken, batch.frames)
    (found[0] + found[1]).backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is not None for weight in net.parameters())
    export(net, vocabulary, tmp_path / "demo.pt")
    loaded = whisper.load_model(str(tmp_path / "demo.pt"), device="cpu")
    assert loaded.dims.n_audio_state == 32
    assert not loaded.decoder.token_embedding.weight[random.Random(1).choice(unused(vocabulary))].any()


def unused(vocabulary: Vocabulary) -> list[int]:
    return sorted(set(range(50_000)) - set(vocabulary.ids))
