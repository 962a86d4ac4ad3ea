"""The speech process: ``python -m transcription.child --model demo``; frames on stdin, frames on stdout.

It ends when its stdin ends, so it never outlives its owner by more than one batch. Ctrl-C is its owner's
business. Nothing that was heard is ever written anywhere but into the answer.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.errors import ServiceError
from transcription.errors import SpeechEngineFailed, SpeechOutOfMemory, is_out_of_memory
from transcription.frames import HEADER, LARGEST, Answer, frame, pack_answers, pack_start, unpack_requests
from transcription.model import SAMPLE_RATE, Request
from transcription.models import resolve
from transcription.ports import Transcriber


def main() -> int:
    """Load the model, say that it is ready, and hear one batch after the other."""
    options = _options()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(options.nice)
    source, sink = sys.stdin.buffer, _private_stdout()
    try:
        transcriber = _load(options)
        warm_up(transcriber)
    except ServiceError as error:
        _send(sink, pack_start(error))
        return 1
    _send(sink, pack_start(None))
    return serve(source, sink, transcriber)


def serve(source: BinaryIO, sink: BinaryIO, transcriber: Transcriber) -> int:
    """Answer each frame of ``source`` on ``sink`` until it ends; returns the exit status."""
    while header := source.read(HEADER.size):
        (length,) = HEADER.unpack(header)
        if length > LARGEST:
            return 2
        _send(sink, pack_answers(hear(transcriber, unpack_requests(source.read(length)))))
    return 0


def hear(transcriber: Transcriber, requests: Sequence[Request]) -> list[Answer]:
    """An answer for each. When the batch raises, each is heard alone: a bad one costs only itself.

    Out of memory is the owner's to answer, with a smaller batch and a new process.
    """
    try:
        return list(transcriber.transcribe(requests))
    except Exception as error:  # one bad utterance must not cost the loaded model; only the class is told
        if len(requests) > 1 and not is_out_of_memory(error):
            return [answer for request in requests for answer in hear(transcriber, [request])]
        return [_failure(error)] * len(requests)


def warm_up(transcriber: Transcriber) -> None:
    """Hear half a second of a hum: what an engine loads with its first words is loaded before somebody waits.

    What goes wrong with it does so again with the first utterance, which has a caller to tell.
    """
    turns = 2 * np.pi * np.arange(SAMPLE_RATE // 2, dtype=np.float32) / SAMPLE_RATE
    hum = 0.1 * (np.sin(140 * turns) + np.sin(280 * turns) + np.sin(420 * turns))
    hear(transcriber, [Request(hum.astype(np.float32))])


def _failure(error: BaseException) -> ServiceError:
    if isinstance(error, ServiceError):
        return error
    if is_out_of_memory(error):
        return SpeechOutOfMemory("There is not enough memory for it.")
    return SpeechEngineFailed(f"The engine raised {type(error).__name__}.")


def _load(options: argparse.Namespace) -> Transcriber:
    from transcription.engines import load

    model = resolve(options.model, options.models_folder)
    return load(options.engine, model, options.threads, options.context, options.models_folder)


def _send(sink: BinaryIO, payload: bytes) -> None:
    sink.write(frame(payload))
    sink.flush()


def _private_stdout() -> BinaryIO:
    """Our own copy of stdout; what libraries print goes to stderr."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transcription.child", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--engine", choices=("openai", "faster"), default="openai")
    parser.add_argument("--context", choices=("fitted", "full"), default="fitted")
    parser.add_argument("--models-folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--nice", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
