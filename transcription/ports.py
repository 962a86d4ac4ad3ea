"""What this package needs of a speech engine and of a voice detector."""

from collections.abc import Sequence
from typing import Protocol

from numpy import float32
from numpy.typing import NDArray

from transcription.model import Request, Transcription


class Transcriber(Protocol):
    """Turns utterances into text, several at once."""

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        """Hear each request; the answers come in their order. What is heard in one does not depend on the others.

        Raises:
            UtteranceTooLong: one of them is longer than 30 seconds; nothing was heard.
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
