"""Sounds in which nobody speaks, made from nothing: what a microphone in a consult hears between the words.

Every maker takes seconds and a seed and gives mono float32 at 16 kHz in [-1, 1]; the same seed gives the same sound.
Loudness wanders between that of a quiet room and that of a voice, because a threshold must hold for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float32]
Maker = Callable[[float, int], Samples]

_QUIET_DB, _LOUD_DB = -55.0, -18.0
_SCENE_SECONDS = 10.0  # so long a sound keeps its loudness and character


def silence(seconds: float, seed: int) -> Samples:
    """A muted microphone, then one that is open in an empty room: zeros and a breath of dither by turns."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: rng.normal(0, 10 ** rng.uniform(-5.5, -4), n) * rng.integers(0, 2))


def hum(seconds: float, seed: int) -> Samples:
    """Mains hum at 50 or 60 Hz with its overtones, and a fan's rumble that turns."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: _levelled(_hum(n, rng), rng))


def noise(seconds: float, seed: int) -> Samples:
    """White, pink and brown noise, steady or in gusts, as of an air conditioner, a street, rain."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: _levelled(_gusts(_coloured(n, rng.uniform(0, 2), rng), rng), rng))


def music(seconds: float, seed: int) -> Samples:
    """Plucked strings, an organ with vibrato, bass and drums: chords and melody, nobody sings."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: _levelled(_music(n, rng), rng))


def keyboard(seconds: float, seed: int) -> Samples:
    """Typing beside the microphone: two knocks a key, three to ten keys a second, some pauses."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: _peaking(_typing(n, rng), rng))


def breathing(seconds: float, seed: int) -> Samples:
    """A headset under the nose: breath in, breath out, twelve to thirty a minute, some through the mouth."""
    rng = np.random.default_rng(seed)
    return _scenes(seconds, rng, lambda n: _levelled(_breaths(n, rng), rng, loudest=-24.0))


KINDS: dict[str, Maker] = {
    "silence": silence,
    "hum": hum,
    "noise": noise,
    "music": music,
    "keyboard": keyboard,
    "breathing": breathing,
}


def _scenes(
    seconds: float, rng: Generator, scene: Callable[[int], NDArray[np.float64] | NDArray[np.float32]]
) -> Samples:
    lengths = _lengths(round(seconds * RATE), round(_SCENE_SECONDS * RATE))
    parts = [np.asarray(scene(length), dtype=np.float32) for length in lengths]
    return np.clip(np.concatenate(parts), -1, 1) if parts else np.empty(0, np.float32)


def _lengths(total: int, most: int) -> Iterator[int]:
    while total > 0:
        yield min(most, total)
        total -= most


def _levelled(sound: NDArray[np.float64], rng: Generator, loudest: float = _LOUD_DB) -> NDArray[np.float64]:
    """At a drawn RMS loudness (dB below full scale)."""
    rms = float(np.sqrt(np.mean(sound**2))) or 1.0
    return np.asarray(sound / rms * 10 ** (rng.uniform(_QUIET_DB, loudest) / 20))


def _peaking(sound: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """At a drawn peak: knocks have no loudness to speak of."""
    peak = float(np.abs(sound).max()) or 1.0
    return np.asarray(sound / peak * 10 ** (rng.uniform(-35, -3) / 20))


def _coloured(n: int, slope: float, rng: Generator) -> NDArray[np.float64]:
    """Noise whose power falls with frequency to the power of ``slope``: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.normal(0, 1, n))
    frequencies = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 20.0)
    return np.asarray(np.fft.irfft(spectrum * frequencies ** (-slope / 2), n))


def _band(n: int, low: float, high: float, rng: Generator) -> NDArray[np.float64]:
    """Noise around the middle of a band, falling softly outside."""
    spectrum = np.fft.rfft(rng.normal(0, 1, n))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(n, 1 / RATE), 1.0) / np.sqrt(low * high))
    shape = np.exp(-0.5 * (octaves / (0.5 * np.log2(high / low) + 1e-9)) ** 2)
    return np.asarray(np.fft.irfft(spectrum * shape, n))


def _gusts(sound: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    if rng.random() < 0.5:
        return sound
    knots = rng.uniform(0.1, 1.0, 2 + len(sound) // (RATE // 2))
    return np.asarray(sound * np.interp(np.linspace(0, len(knots) - 1, len(sound)), range(len(knots)), knots))


def _hum(n: int, rng: Generator) -> NDArray[np.float64]:
    t = np.arange(n) / RATE
    mains = rng.choice([50.0, 60.0]) * (1 + 0.002 * np.sin(2 * np.pi * 0.1 * t))
    phase = 2 * np.pi * np.cumsum(mains) / RATE
    tones = sum(rng.uniform(0, 1) / k**0.7 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 20))
    fan = _coloured(n, 1.5, rng)
    turning = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(2, 20) * t)
    return np.asarray(tones + rng.uniform(0, 1) * fan / fan.std() * turning)


def _music(n: int, rng: Generator) -> NDArray[np.float64]:
    sound = np.zeros(n)
    beat = RATE * 60 / rng.uniform(70, 140)
    root = rng.integers(40, 52)
    organ, drums = rng.random() < 0.5, rng.random() < 0.6
    chord = root + np.array([0, 4, 7])
    for number, at in enumerate(np.arange(0, n, beat).astype(int)):
        if number % 4 == 0:
            chord = root + int(rng.choice([0, 5, 7, 9])) + np.array([0, 4, 7])
        for key in chord if number % 2 == 0 else ():
            _add(sound, at, (_organ if organ else _pluck)(_hertz(key + 12), int(2 * beat), rng))
        _add(sound, at, _pluck(_hertz(int(chord[0]) - 12), int(beat), rng))
        for half in range(int(rng.integers(1, 3))):
            key = int(rng.choice(chord)) + int(rng.choice([12, 24, 14, 26]))
            melody = (_organ if rng.random() < 0.5 else _pluck)(_hertz(key), int(beat), rng)
            _add(sound, at + int(half * beat / 2), melody)
        if drums:
            _add(sound, at, 0.7 * rng.normal(0, 1, 1600) * np.exp(-np.arange(1600) / 200))
    return sound


def _hertz(key: float) -> float:
    return float(440 * 2 ** ((key - 69) / 12))


def _organ(hertz: float, n: int, rng: Generator) -> NDArray[np.float64]:
    t = np.arange(n) / RATE
    phase = 2 * np.pi * hertz * t + rng.uniform(0, 4) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t)
    overtones = [k for k in range(1, 12) if k * hertz < RATE / 2]
    tone = sum(np.sin(k * phase) / k ** rng.uniform(0.8, 1.6) for k in overtones)
    fade = np.minimum(1, np.minimum(t / 0.05, (t[-1] - t) / 0.1))
    return np.asarray(0.5 * tone * fade)


def _pluck(hertz: float, n: int, rng: Generator) -> NDArray[np.float64]:
    """A string by its decaying overtones."""
    t = np.arange(n) / RATE
    overtones = [k for k in range(1, 16) if k * hertz < RATE / 2]
    tone = sum(
        np.sin(2 * np.pi * k * hertz * t + rng.uniform(0, 6)) * np.exp(-t * (1.5 + k)) / k for k in overtones
    )
    return np.asarray(tone * np.minimum(1, t / 0.003))


def _typing(n: int, rng: Generator) -> NDArray[np.float64]:
    sound = np.zeros(n)
    at = 0.0
    pace = rng.uniform(3, 10)
    while at * RATE < n:
        for delay, share in ((0.0, 1.0), (rng.uniform(0.05, 0.12), 0.4)):
            _add(sound, int((at + delay) * RATE), share * rng.uniform(0.4, 1) * _knock(rng))
        at += rng.exponential(1 / pace) + 0.03 + (rng.uniform(0.5, 2) if rng.random() < 0.05 else 0.0)
    return sound


def _knock(rng: Generator) -> NDArray[np.float64]:
    t = np.arange(800) / RATE
    body = np.sin(2 * np.pi * rng.uniform(150, 900) * t) * np.exp(-t * 120)
    click = rng.normal(0, 1, 800) * np.exp(-t * rng.uniform(200, 900))
    return np.asarray(0.6 * body + 0.4 * click)


def _breaths(n: int, rng: Generator) -> NDArray[np.float64]:
    sound = 0.01 * _coloured(n, 1.0, rng)
    sound /= max(1e-9, float(np.abs(sound).max())) * 50
    every = 60 / rng.uniform(12, 30)
    for at in np.arange(0.3, n / RATE, every) + rng.normal(0, 0.1):
        _add(sound, int(at * RATE), 0.6 * _breath(0.32 * every, 500, 3000, rng))
        _add(sound, int((at + 0.42 * every) * RATE), _breath(0.45 * every, 250, 1800, rng))
    return sound


def _breath(seconds: float, low: float, high: float, rng: Generator) -> NDArray[np.float64]:
    n = max(16, int(seconds * RATE))
    swell = np.sin(np.pi * np.linspace(0, 1, n) ** rng.uniform(0.6, 1.4)) ** rng.uniform(1, 2.5)
    air = _band(n, low, high, rng)
    return np.asarray(air / air.std() * swell * (1 + 0.2 * np.sin(np.linspace(0, seconds * 40, n))))


def _add(sound: NDArray[np.float64], at: int, part: NDArray[np.float64]) -> None:
    at = max(0, at)
    part = part[: max(0, len(sound) - at)]
    sound[at : at + len(part)] += part
