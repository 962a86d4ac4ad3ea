"""The speech engines behind the port `Transcriber`. Each imports its libraries when it is asked for, not before.

``openai``: openai-whisper, the reference. ``faster``: CTranslate2 through faster-whisper.
"""

from transcription.models import ModelFile
from transcription.ports import Transcriber


def load(engine: str, model: ModelFile, threads: int = 1, context: str = "fitted") -> Transcriber:
    """A loaded engine: ``openai`` or ``faster``; use it from one thread at a time.

    Args:
        engine: its name.
        model: the checkpoint.
        threads: processor threads.
        context: ``fitted`` or ``full``; see :class:`transcription.worker.SpeechProcess`.

    Raises:
        ModelCorrupt: the file is no Whisper checkpoint, or not the one its checksum promises.
        ModelUnsuitable: a checkpoint of a shape that cannot be used.
    """
    if engine == "faster":
        raise NotImplementedError("the engine `faster` is not built yet")
    from transcription.engines.openai import WhisperTranscriber

    return WhisperTranscriber(model, threads)
