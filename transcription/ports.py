"""What this package needs of a speech engine and of a voice detector."""

from collections.abc import Sequence
from typing import Protocol

from numpy import bool_, float32
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


class EchoEar(Protocol):
    """One track among the others of its visit: what in it is the others' sound come back from a loudspeaker."""

    def hear(self, at: float, windows: NDArray[float32]) -> None:
        """The track's sound: ``(n, 512)`` contiguous samples that begin ``at`` seconds of the visit's time."""
        ...

    def waits(self, until: float) -> bool:
        """Whether another track that is sending has not been heard up to here yet."""
        ...

    def explained(self, at: float, windows: int, *, learn: bool = False) -> NDArray[bool_]:
        """Whether each window of the track from ``at`` seconds on is others' sound come back, ``(n,)``.

        ``learn``: the stretch was taken for speech; look for new ways of the others into it.
        """
        ...
