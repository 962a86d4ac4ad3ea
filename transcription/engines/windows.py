"""How much sound the encoder is given for an utterance: a window just long enough, or Whisper's whole 30 seconds.

The cost of Whisper's encoder grows faster than its window, and a median utterance takes a tenth of it. The
window depends on the utterance alone, never on its neighbours in a batch, so that neither does its text. The
steps are few because CTranslate2 decodes only windows of one length together, and a batch is worth more than
the last second saved (the cost model is in ADR 16).
"""

from typing import Literal

from transcription.model import WINDOW_SECONDS

Context = Literal["fitted", "full"]

STEPS = (5.0, 8.0, 12.0, 17.0, 23.0, WINDOW_SECONDS)
"""Seconds of the windows there are."""

# Whisper was trained on 30 s only. What others saw with official weights: clips of 1 to 3.5 s given as they are
# lose words (CTranslate2 #2100); a second or two of silence after the speech helps (whisper.cpp #1855).
_MARGIN = 1.0


def window_seconds(seconds: float, context: Context = "fitted") -> float:
    """The window for an utterance of ``seconds``: a second of silence at least follows it in a shorter one."""
    if context == "full":
        return WINDOW_SECONDS
    return next((step for step in STEPS if seconds + _MARGIN <= step), WINDOW_SECONDS)
