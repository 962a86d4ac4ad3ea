"""The speech process: ``python -m transcription.child --model demo``; frames on stdin, frames on stdout.

It ends when its stdin ends, so it never outlives its owner by more than one utterance. Ctrl-C is its
owner's business. Nothing that was heard is ever written anywhere but into the answer.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from core.errors import ServiceError
from transcription.errors import SpeechEngineFailed
from transcription.frames import HEADER, LARGEST, frame, pack_answer, unpack_samples
from transcription.model import Transcription
from transcription.models import resolve
from transcription.ports import Transcriber


def main() -> int:
    """Load the model, say that it is ready, and hear one utterance after the other."""
    options = _options()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(options.nice)
    source, sink = sys.stdin.buffer, _private_stdout()
    try:
        from transcription.engine import WhisperTranscriber

        transcriber = WhisperTranscriber(resolve(options.model, options.models_folder), options.threads)
    except ServiceError as error:
        _answer(sink, error)
        return 1
    _answer(sink, None)
    return serve(source, sink, transcriber)


def serve(source: BinaryIO, sink: BinaryIO, transcriber: Transcriber) -> int:
    """Answer each frame of ``source`` on ``sink`` until it ends; returns the exit status."""
    while header := source.read(HEADER.size):
        (length,) = HEADER.unpack(header)
        if length > LARGEST:
            return 2
        _answer(sink, _hear(transcriber, source.read(length)))
    return 0


def _hear(transcriber: Transcriber, payload: bytes) -> Transcription | ServiceError:
    try:
        return transcriber.transcribe(unpack_samples(payload))
    except ServiceError as error:
        return error
    except Exception as error:  # one bad utterance must not cost the loaded model; only the class is told
        return SpeechEngineFailed(f"The engine raised {type(error).__name__}.")


def _answer(sink: BinaryIO, answer: Transcription | ServiceError | None) -> None:
    sink.write(frame(pack_answer(answer)))
    sink.flush()


def _private_stdout() -> BinaryIO:
    """Our own copy of stdout; what libraries print goes to stderr."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transcription.child", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--models-folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--nice", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
