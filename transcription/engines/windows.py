"""How much sound the encoder is given for an utterance: a window just long enough, or Whisper's whole 30 seconds.

The cost of Whisper's encoder grows faster than its window, and a median utterance takes a tenth of it. The
window depends on the utterance alone, never on its neighbours in a batch, so that neither does its text. The
steps are few because CTranslate2 decodes only windows of one length together, and a batch is worth more than
the last second saved (the cost model is in ADR 16).
"""

from typing import Literal

from transcription.model import WINDOW_SECONDS

Context = Literal["fitted", "full"]

STEPS = (4.0, 7.0, 11.0, 16.0, 22.0, WINDOW_SECONDS)
"""Seconds of the windows there are."""

_MARGIN = 0.5


def window_seconds(seconds: float, context: Context = "fitted") -> float:
    """The window for an utterance of ``seconds``: half a second of silence at least follows it in a shorter one."""
    if context == "full":
        return WINDOW_SECONDS
    return next((step for step in STEPS if seconds + _MARGIN <= step), WINDOW_SECONDS)
