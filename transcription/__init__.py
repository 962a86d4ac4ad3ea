"""Speech becomes text: each participant's own track is cut into utterances where somebody speaks, and
Whisper hears one utterance at a time, so that every line has its speaker and its moment by construction.

`UtteranceFinder` finds the utterances of a track as it runs (in `record`), `SpeechProcess` hears them in a
child process that may die and comes back (in `work`), `transcribe_tracks` does both for files. Whisper and
torch are imported in the child and by the command line only, never by importing this package.
"""

from transcription.audio import decode, decode_all
from transcription.echo import EchoGate, Overheard
from transcription.files import transcribe_tracks
from transcription.model import (
    SAMPLE_RATE,
    Request,
    Samples,
    SpokenTurn,
    TranscriptDocument,
    Transcription,
    Utterance,
    Word,
)
from transcription.models import ModelFile, resolve
from transcription.ports import SpeechDetector, Transcriber
from transcription.render import render
from transcription.utterances import NewFinder, Policy, UtteranceFinder
from transcription.voice_activity import new_detector
from transcription.waiting import Priority
from transcription.worker import SpeechProcess

__all__ = [
    "SAMPLE_RATE",
    "EchoGate",
    "ModelFile",
    "NewFinder",
    "Overheard",
    "Policy",
    "Priority",
    "Request",
    "Samples",
    "SpeechDetector",
    "SpeechProcess",
    "SpokenTurn",
    "Transcriber",
    "TranscriptDocument",
    "Transcription",
    "Utterance",
    "UtteranceFinder",
    "Word",
    "decode",
    "decode_all",
    "new_detector",
    "render",
    "resolve",
    "transcribe_tracks",
]
