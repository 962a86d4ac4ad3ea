"""The media of a visit: packets forwarded between browsers without decoding, and taps for recording and
speech.

`MediaPlane` (in `serve`) answers offers, gives everybody their seats and forwards VP8 and Opus.
`RecorderLink` carries tapped packets to the `record` process, whose `media.recording.RecorderServer` writes
them as WebM per participant and decodes sound for transcription. `media.clips` and `media.http` read
recordings. This package is the only importer of aiortc and aioice."""

from media.errors import (
    MalformedCandidate,
    MalformedOffer,
    MediaCutOff,
    NodeFull,
    NoMediaPort,
    RoomFull,
    TooManyCandidates,
)
from media.model import ConnectionState, MediaSettings, RelayAccess
from media.plane import MediaPlane
from media.recorder_link import RecorderLink

__all__ = [
    "ConnectionState",
    "MalformedCandidate",
    "MalformedOffer",
    "MediaCutOff",
    "MediaPlane",
    "MediaSettings",
    "NoMediaPort",
    "NodeFull",
    "RecorderLink",
    "RelayAccess",
    "RoomFull",
    "TooManyCandidates",
]
