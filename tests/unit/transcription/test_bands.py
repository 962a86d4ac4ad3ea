"""Energies on the grid of a visit's time: right place, right band, bounded, whatever comes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from transcription.bands import BANDS, FRAMES_A_SECOND, EnergyTrack, band_energies


def tone(hertz: float, seconds: float, begins: float = 0.0) -> NDArray[np.float32]:
    t = begins + np.arange(round(seconds * 16_000) // 512 * 512) / 16_000
    return (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32).reshape(-1, 512)


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 3000.0])
def test_a_tone_lies_in_one_band_at_its_loudness(hertz: float) -> None:
    (energies,) = band_energies(tone(hertz, 0.032))
    edges = np.geomspace(180, 6800, BANDS + 1)
    assert abs(int(np.argmax(energies)) - (int(np.searchsorted(edges, hertz)) - 1)) <= 1
    assert energies.max() == pytest.approx(-9, abs=3)  # half of full scale, as RMS


def test_sound_lies_where_it_was_said() -> None:
    track = EnergyTrack()
    track.add(10.0, np.zeros((31, 512), np.float32))
    track.add(10.992, tone(1000, 1.0))
    loud = np.flatnonzero(track.between(0, 2000).max(axis=1) > -20)
    assert loud[0] / FRAMES_A_SECOND == pytest.approx(11.0, abs=0.04)
    assert track.end == pytest.approx(11.98, abs=0.04)


def test_a_hole_is_silence_and_what_is_not_known_is_nothing() -> None:
    track = EnergyTrack()
    track.add(0.0, tone(1000, 1.0))
    track.add(5.0, tone(1000, 1.0))
    between = track.between(round(2 * FRAMES_A_SECOND), round(4 * FRAMES_A_SECOND))
    assert between.max() <= -100
    assert track.between(10_000, 10_010).max() <= -100


def test_an_hour_later_only_the_last_half_minute_is_left() -> None:
    track = EnergyTrack()
    track.add(0.0, tone(1000, 40.0))
    assert track.between(0, 100).max() <= -100
    track.add(3600.0, tone(1000, 1.0))
    assert track.between(0, round(3599 * FRAMES_A_SECOND)).max() <= -100
    assert len(track._ring) == 2048


def test_time_that_goes_back_is_written_over() -> None:
    track = EnergyTrack()
    track.add(0.0, tone(1000, 2.0))
    track.add(1.0, np.zeros((10, 512), np.float32))
    assert track.between(70, 80).max() < -60
    assert track.end == pytest.approx(2.0, abs=0.05)


def test_the_noise_of_a_band_is_what_it_nearly_always_has() -> None:
    track = EnergyTrack()
    rng = np.random.default_rng(1)
    track.add(0.0, rng.normal(0, 0.01, (600, 512)).astype(np.float32))
    track.add(19.2, rng.normal(0, 0.3, (150, 512)).astype(np.float32))
    quiet = band_energies(rng.normal(0, 0.01, (200, 512)).astype(np.float32)).mean(axis=0)
    assert np.abs(track.noise() - quiet).max() < 6
