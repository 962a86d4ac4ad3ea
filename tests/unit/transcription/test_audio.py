import io
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from transcription.audio import decode, decode_all
from transcription.errors import AudioMissing, AudioTooLong, AudioTooShort, NotAudio


def wav(
    samples: list[int] | np.ndarray[tuple[int], np.dtype[np.int16]], rate: int = 16_000, channels: int = 1
) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, 2, rate, 0, "NONE", ""))
        writer.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return file.getvalue()


def tone(seconds: float, rate: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 16_000).astype(np.int16)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_every_rate_becomes_16_khz_of_the_same_length(rate: int) -> None:
    samples = decode_all(wav(tone(1.0, rate), rate))
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(16_000, abs=20)
    assert np.abs(samples).max() == pytest.approx(0.49, abs=0.02)


def test_stereo_becomes_mono() -> None:
    both = np.repeat(tone(0.5, 16_000), 2)
    assert len(decode_all(wav(both, channels=2))) == pytest.approx(8_000, abs=20)


def test_a_wav_that_was_cut_off_gives_what_it_holds() -> None:
    whole = wav(tone(2.0, 16_000))
    assert len(decode_all(whole[: len(whole) // 2])) == pytest.approx(16_000, abs=600)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n1 0 obj << >> endobj\n" * 50,
        b"RIFF",
        wav([])[:20],
        wav([]),
        b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/a.wav\n",
        b"ffconcat version 1.0\nfile a.wav\n",
        bytes(range(256)) * 64,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["empty", "pdf", "four bytes", "half a header", "no samples", "playlist", "concat", "bytes", "svg"],
)
def test_what_is_no_audio_gets_one_clear_error(data: bytes) -> None:
    with pytest.raises(NotAudio):
        decode_all(data)


def test_too_long_is_refused_where_the_limit_is_passed() -> None:
    blocks = decode(wav(tone(3.0, 16_000)), most_seconds=1.0)
    taken: list[int] = []
    with pytest.raises(AudioTooLong):
        taken.extend(len(block) for block in blocks)
    assert sum(taken) <= 16_000


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AudioMissing) as raised:
        decode_all(tmp_path / "none.wav")
    assert raised.value.detail == "The file none.wav cannot be opened: No such file or directory."


def test_a_folder_is_not_there_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(AudioMissing):
        decode_all(tmp_path)


def float_wav(samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> bytes:
    """WAV with 32-bit floats, which may hold what no microphone gives."""
    data = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    parts = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WAVE" + parts


def test_what_is_no_number_or_far_too_loud_is_made_sound() -> None:
    wild = np.full(16_000, 0.1, dtype=np.float32)
    wild[1000:1100], wild[5000:5100], wild[9000:9100], wild[12_000:12_100] = np.nan, np.inf, -np.inf, 3e38
    samples = decode_all(float_wav(wild))
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1
    assert samples[500] == pytest.approx(0.1, abs=0.01)


def test_channels_that_cancel_one_another_are_still_heard() -> None:
    one = tone(0.5, 16_000)
    both = np.stack([one, -one], axis=1).reshape(-1)
    assert np.abs(decode_all(wav(both, channels=2))).max() == pytest.approx(0.49, abs=0.02)


def test_a_voice_on_one_side_only_is_heard() -> None:
    one = tone(0.5, 16_000)
    both = np.stack([one, np.zeros_like(one)], axis=1).reshape(-1)
    assert np.abs(decode_all(wav(both, channels=2))).max() == pytest.approx(0.245, abs=0.02)


def test_less_than_a_word_is_too_short() -> None:
    with pytest.raises(AudioTooShort) as raised:
        decode_all(wav(tone(0.1, 16_000)))
    assert raised.value.detail == "The audio is 0.10 s long."


def flac(seconds: float) -> bytes:
    file = io.BytesIO()
    sound = np.random.default_rng(1).integers(-9000, 9000, int(seconds * 16_000)).astype(np.int16)
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=16_000, layout="mono")
        stream.codec_context.format = "s16"
        frame = av.AudioFrame.from_ndarray(sound[None], "s16", "mono")
        frame.sample_rate = 16_000
        for part in av.AudioResampler("s16", "mono", 16_000, 4096).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("whole", [wav(tone(10.0, 16_000)), flac(10.0)], ids=["wav", "flac"])
def test_a_file_that_ends_too_early_says_so(whole: bytes) -> None:
    told: list[tuple[float, float]] = []
    for data in (whole, whole[: len(whole) // 2]):
        for _ in decode(data, cut_off=lambda read, promised: told.append((read, promised))):
            pass
    ((read, promised),) = told
    assert read == pytest.approx(5.0, abs=0.6)
    assert promised == pytest.approx(10.0, abs=0.5)
