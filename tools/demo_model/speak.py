"""Speech for training: espeak-ng and flite voices as 16 kHz float32, bent as a call bends it.

Both programs are run once per sentence and write a WAV file; the change of sample rate is done
here, because one ffmpeg each would cost more than the speaking.
"""

import io
import random
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """One way of speaking. ``rate`` is words a minute (espeak-ng), ``stretch`` flite's own."""

    engine: str
    name: str
    rate: int = 160
    pitch: int = 50
    stretch: float = 1.0
    tone: int = 0  # flite: mean of the pitch curve in Hz, 0 leaves the voice's own


TRAINING = (
    ("flite", "slt", 4), ("espeak-ng", "en-us", 4), ("espeak-ng", "en-gb", 2),
    ("espeak-ng", "en-us+m3", 1), ("espeak-ng", "en-us+f2", 1), ("espeak-ng", "en-gb+m7", 1),
    ("flite", "kal", 1), ("flite", "kal16", 1), ("flite", "rms", 2), ("flite", "awb", 2),
    ("espeak-ng", "en-us+f1", 1), ("espeak-ng", "en-gb+f3", 1), ("espeak-ng", "en-us+f5", 1),
    ("espeak-ng", "en-us+m2", 1), ("espeak-ng", "en-gb+m5", 1), ("espeak-ng", "en-us+m6", 1),
)  # fmt: skip
HELD_OUT = (
    ("espeak-ng", "en-us+f4"), ("espeak-ng", "en-gb+m1"),
    ("espeak-ng", "en-us+m8"), ("espeak-ng", "en-us+m4"),
)  # fmt: skip


def draw_voice(rng: random.Random) -> Voice:
    """A training voice with its rate and pitch varied."""
    engine, name, _ = rng.choices(TRAINING, [weight for *_, weight in TRAINING])[0]
    return vary(engine, name, rng)


def vary(engine: str, name: str, rng: random.Random) -> Voice:
    """The named voice at a random rate and pitch (one time in four exactly as it comes)."""
    if rng.random() < 0.25:
        return Voice(engine, name, rate=150, pitch=45)
    return Voice(
        engine,
        name,
        rate=rng.randint(130, 190),
        pitch=rng.randint(25, 75),
        stretch=rng.uniform(0.85, 1.2),
    )


def speak(text: str, voice: Voice) -> Samples:
    """The text spoken by the voice.

    Returns:
        Mono float32 samples at 16 kHz.

    Raises:
        subprocess.CalledProcessError: the speech program failed.
        FileNotFoundError: espeak-ng or flite is not installed.
    """
    return resample(*(_espeak(text, voice) if voice.engine == "espeak-ng" else _flite(text, voice)))


def _espeak(text: str, voice: Voice) -> tuple[Samples, int]:
    command = ["espeak-ng", "-v", voice.name, "-s", str(voice.rate), "-p", str(voice.pitch)]
    done = subprocess.run([*command, "--stdout", text], capture_output=True, check=True, timeout=60)
    return _read_wav(done.stdout)


def _flite(text: str, voice: Voice) -> tuple[Samples, int]:
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={voice.stretch}"]
        if voice.tone:
            command += ["--setf", f"int_f0_target_mean={voice.tone}"]
        subprocess.run([*command, "-t", text, "-o", out.name], check=True, timeout=60)
        return _read_wav(out.read())


def _read_wav(data: bytes) -> tuple[Samples, int]:
    with wave.open(io.BytesIO(data)) as reader:
        rate = reader.getframerate()
    start = data.index(b"data") + 8  # espeak-ng cannot seek back: its header has no true length
    pcm = np.frombuffer(data[start : start + (len(data) - start) // 2 * 2], dtype="<i2")
    return (pcm / 32768).astype(np.float32), rate


def resample(samples: Samples, rate: int, to: int = SAMPLE_RATE) -> Samples:
    """Change the sample rate with FFmpeg's resampler; float32 in, float32 out."""
    if rate == to:
        return samples
    resampler = av.AudioResampler("flt", "mono", to)
    frames = [*resampler.resample(_frame(samples, rate)), *resampler.resample(None)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def _frame(samples: Samples, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="flt", layout="mono")
    frame.sample_rate = rate
    frame.time_base = Fraction(1, rate)
    frame.pts = 0
    return frame


def opus_round_trip(samples: Samples, bit_rate: int) -> Samples:
    """Through libopus at 48 kHz and back: what a WebRTC call does to a voice (length kept)."""
    wide = resample(samples, SAMPLE_RATE, 48_000)
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "flt"
    encoder.bit_rate, encoder.options = bit_rate, {"application": "voip"}
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "mono"
    blocks = [
        _to_float(frame)
        for start in range(0, len(wide), 960)
        for packet in encoder.encode(_block(wide, start))
        for frame in decoder.decode(packet)
    ]
    heard = resample(np.concatenate(blocks), 48_000)[104:]  # 6.5 ms: the encoder's look-ahead
    return np.pad(heard, (0, max(0, len(samples) - len(heard))))[: len(samples)]


def _block(wide: Samples, start: int) -> av.AudioFrame:
    block = wide[start : start + 960]
    frame = _frame(np.pad(block, (0, 960 - len(block))), 48_000)
    frame.pts = start
    return frame


def _to_float(frame: av.AudioFrame) -> Samples:
    array = frame.to_ndarray()
    if array.dtype == np.int16:
        array = array / 32768
    return np.asarray(array.reshape(-1), dtype=np.float32)


def clips(texts: list[str], seed: int, opus_share: float = 0.4) -> Iterator[tuple[str, Samples]]:
    """Speak each text with a drawn voice; some of them as heard after an Opus call."""
    rng = random.Random(seed)
    for text in texts:
        samples = trim(speak(text, draw_voice(rng)))
        if rng.random() < opus_share:
            samples = opus_round_trip(samples, rng.choice((24_000, 28_000, 32_000)))
        yield text, samples


def trim(samples: Samples, floor: float = 0.003) -> Samples:
    """Cut the silence before and after (the voices leave up to 0.3 s); keep 20 ms each side."""
    loud = np.flatnonzero(np.abs(samples) > floor)
    if not len(loud):
        return samples
    return samples[max(0, loud[0] - 320) : loud[-1] + 320]
