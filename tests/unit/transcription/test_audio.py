import io
import wave
from pathlib import Path

import numpy as np
import pytest

from transcription.audio import decode, decode_all
from transcription.errors import AudioMissing, AudioTooLong, NotAudio


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
