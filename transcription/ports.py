"""What this package needs of a speech engine and of a voice detector."""

from typing import Protocol

from numpy import float32
from numpy.typing import NDArray

from transcription.model import Samples, Transcription


class Transcriber(Protocol):
    """Turns one utterance into text."""

    def transcribe(self, samples: Samples) -> Transcription:
        """Hear one utterance of at most 30 seconds.

        Raises:
            UtteranceTooLong: more than 30 seconds were given.
        """
        ...


class SpeechDetector(Protocol):
    """Tells speech from other sound, window by window, with a memory of what came before."""

    def probabilities(self, windows: NDArray[float32]) -> NDArray[float32]:
        """Speech probability (0 to 1) of each window: ``(n, 512)`` contiguous samples to ``(n,)``."""
        ...

    def reset(self) -> None:
        """Forget what came before: the next window starts anew."""
        ...
