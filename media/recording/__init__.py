"""The `record` process: encoded packets in, crash-safe WebM segments per participant and 16 kHz sound out.

`RecorderServer` listens on the unix socket that `media.RecorderLink` dials. Video is never decoded; sound
is, for transcription alone. What is written survives kill -9 to within a second or so."""

from media.recording.server import RecorderServer

__all__ = ["RecorderServer"]
