"""Is this speech? Silero's network through onnxruntime; WebRTC's detector where that is missing.

Silero VAD v6 (MIT) lies inside the faster-whisper package as ONNX: input ``(n, 576)`` (64 samples of
context and 512 new ones), a state of two ``(1, 1, 128)`` arrays, output ``(n, 1)`` speech probability.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcription.model import SAMPLE_RATE
from transcription.ports import SpeechDetector

WINDOW = 512
"""Samples a window: 32 ms."""

_CONTEXT = 64
_STATE = (1, 1, 128)


class SileroDetector:
    """One track's detector. The network is shared by all tracks of the process; the state is its own."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.reset()

    def reset(self) -> None:
        """Forget what came before."""
        self._h = np.zeros(_STATE, dtype=np.float32)
        self._c = np.zeros(_STATE, dtype=np.float32)
        self._context = np.zeros((1, _CONTEXT), dtype=np.float32)

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Speech probability of each of ``(n, 512)`` windows, as ``(n,)`` float32."""
        before = np.concatenate([self._context, windows[:-1, -_CONTEXT:]])
        self._context = windows[-1:, -_CONTEXT:].copy()
        feed = {"input": np.concatenate([before, windows], axis=1), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, feed)
        return np.asarray(found, dtype=np.float32).reshape(-1)


class WebRtcDetector:
    """WebRTC's own detector: good at silence, less so at noise; the answer is 0 or 1."""

    def __init__(self, strictness: int = 2) -> None:
        import webrtcvad

        self._vad = webrtcvad.Vad(strictness)

    def reset(self) -> None:
        """Nothing to forget that matters: its memory is a few frames."""

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """1 for speech, 0 for none, for each of ``(n, 512)`` windows (judged by their first 30 ms)."""
        pcm = (np.clip(windows[:, :480], -1, 1) * 32767).astype("<i2")
        return np.array([self._vad.is_speech(row.tobytes(), SAMPLE_RATE) for row in pcm], dtype=np.float32)


_shared: list[Any] = []


def new_detector() -> SpeechDetector:
    """A detector for one track: Silero's where onnxruntime and its file are installed."""
    if not _shared and (path := _silero_file()):
        _shared.append(_open(path))
    return SileroDetector(_shared[0]) if _shared else WebRtcDetector()


def _silero_file() -> Path | None:
    package = find_spec("faster_whisper")  # only found, never imported: that would load its engine
    if find_spec("onnxruntime") is None or package is None:
        return None
    folders = [Path(folder) for folder in package.submodule_search_locations or ()]
    files = [folder / "assets" / "silero_vad_v6.onnx" for folder in folders]
    return next((file for file in files if file.is_file()), None)


def _open(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
