"""One MP4 of a whole recorded visit: everybody side by side, the shared screen large, all voices mixed.

Runs in a child process (`child`), because decoding and encoding an hour takes minutes of a core; `ComposingProcess` is
the owner's side. Nothing lies on the disk unsealed, no name is in the picture.
"""

from media.composing.process import (
    ComposingFailed,
    ComposingLost,
    ComposingProcess,
    ComposingWork,
    StoredPiece,
)

__all__ = ["ComposingFailed", "ComposingLost", "ComposingProcess", "ComposingWork", "StoredPiece"]
