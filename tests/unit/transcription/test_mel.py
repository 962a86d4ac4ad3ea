"""The numpy log-Mel picture against whisper's own, at the edges above all."""

import numpy as np
import pytest
import torch
from whisper.audio import log_mel_spectrogram, pad_or_trim

from transcription.engines.mel import HOP, log_mel


@pytest.mark.parametrize("bands", [80, 128])
@pytest.mark.parametrize(
    ("samples", "frames"),
    [(16_000, 500), (300, 400), (100, 400), (80_000, 500), (79_999, 500), (79_700, 500), (90_000, 500)],
)
def test_the_picture_is_whispers(samples: int, frames: int, bands: int) -> None:
    sound = (np.random.default_rng(samples).standard_normal(samples) * 0.1).astype(np.float32)
    theirs = log_mel_spectrogram(pad_or_trim(torch.from_numpy(sound), frames * HOP), bands).numpy()
    ours = log_mel(sound, bands, frames)
    assert ours.shape == (bands, frames)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_silence_is_a_flat_picture() -> None:
    assert np.ptp(log_mel(np.zeros(8000, dtype=np.float32), 80, 400)) < 1e-5
