"""The speech engines behind the port `Transcriber`. Each imports its libraries when it is asked for, not before.

``openai``: openai-whisper, the reference. ``faster``: CTranslate2 through faster-whisper.
"""

import os
from pathlib import Path

from transcription.engines.windows import Context
from transcription.errors import EngineUnsuitable
from transcription.models import ModelFile, is_converted
from transcription.ports import Transcriber


def load(
    engine: str, model: ModelFile, threads: int = 1, context: Context = "fitted", folder: Path | None = None
) -> Transcriber:
    """A loaded engine: ``openai`` or ``faster``; use it from one thread at a time.

    Args:
        engine: its name.
        model: the checkpoint.
        threads: processor threads.
        context: ``fitted`` or ``full``; see :class:`transcription.worker.SpeechProcess`.
        folder: where ``faster`` keeps the weights that it converted; the models folder when None.

    Raises:
        ModelCorrupt: the file is no Whisper checkpoint, or not the one its checksum promises.
        ModelUnsuitable: a checkpoint of a shape that cannot be used.
        EngineMissing, EngineUnsuitable: no such engine here, or the model is in the other one's format.
    """
    # Threads that wait must not burn the processor that the next utterance needs. Read when OpenMP is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if engine == "faster":
        from transcription.engines.faster import FasterTranscriber

        return FasterTranscriber(model, threads, context, folder)
    if is_converted(model.path):
        raise EngineUnsuitable(f"The speech model {model.name} is a CTranslate2 folder.")
    from transcription.engines.openai import WhisperTranscriber

    return WhisperTranscriber(model, threads, context)
