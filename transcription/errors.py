"""What can go wrong with speech, each with one stable code. No text here ever holds a spoken word."""

from typing import ClassVar

from core.errors import InvalidInput, PreconditionFailed, ServiceError


class NotAudio(ServiceError):
    """The bytes hold no sound that can be decoded: another kind of file, empty, or cut off too early."""

    code = "not_audio"
    status = 422
    title = "This file is not audio that can be read"
    next_step = "Give a WAV, FLAC, Ogg, WebM, MP4 or MP3 file with sound in it."


class AudioMissing(ServiceError):
    """There is no such file, or it may not be read."""

    code = "audio_missing"
    status = 404
    title = "The audio file cannot be opened"
    next_step = "Check the path and that you may read the file."


class AudioTooLong(ServiceError):
    """The sound goes on longer than a consult may."""

    code = "audio_too_long"
    status = 422
    title = "The audio is too long"
    next_step = "Cut it into parts of at most four hours."


class AudioTooShort(ServiceError):
    """There is less sound than the shortest word takes."""

    code = "audio_too_short"
    status = 422
    title = "The audio is shorter than a word"
    next_step = "Check that the recording was not stopped at once, and give the whole of it."


class NoSpeechFound(ServiceError):
    """The sound is whole, and nobody speaks in it."""

    code = "no_speech_found"
    status = 422
    title = "Nobody speaks in this audio"
    next_step = "Check that the right microphone was recorded and was not muted."


class UtteranceTooLong(ServiceError):
    """More than the 30 seconds that Whisper hears at once were given as one utterance."""

    code = "utterance_too_long"
    status = 422
    title = "The utterance is longer than 30 seconds"
    next_step = "Cut it at its pauses first (transcription.UtteranceFinder does)."


class ModelUnknown(ServiceError):
    """Neither a file nor the name of a Whisper model."""

    code = "model_unknown"
    status = 422
    title = "There is no speech model of that name"
    next_step = "Run `consultroom models list` to see the names, or give the path of a checkpoint file."


class ModelMissing(ServiceError):
    """The model is known but its file is not on this machine."""

    code = "model_missing"
    status = 503
    title = "The speech model is not on this machine"
    next_step = "Run `consultroom models fetch NAME` once, with a network, or use the demo model."


class ModelCorrupt(ServiceError):
    """The file is no Whisper checkpoint, or not the one its checksum promises."""

    code = "model_corrupt"
    status = 503
    title = "The speech model's file is damaged or not a Whisper checkpoint"
    next_step = "Delete the file and run `consultroom models fetch NAME` again."


class EngineMissing(ServiceError):
    """The engine's library is not installed on this machine."""

    code = "speech_engine_missing"
    status = 503
    title = "The speech engine is not installed on this machine"
    next_step = "Install it with `pip install 'consultroom[faster]'`, or use the engine `openai`."


class EngineUnsuitable(ServiceError):
    """A model that is in the other engine's format."""

    code = "speech_engine_unsuitable"
    status = 422
    title = "This speech model is for the other engine"
    next_step = "Use the engine `faster` with a CTranslate2 folder, or give a checkpoint file."


class ModelsFolderUnwritable(ServiceError):
    """Weights cannot be kept where they belong: no permission, or no space left."""

    code = "models_folder_unwritable"
    status = 503
    title = "The folder of the speech models cannot be written"
    next_step = "Name a folder with space that this account may write in CONSULTROOM_MODELS_DIR."


class ModelDownloadFailed(ServiceError):
    """The weights could not be fetched, or what came is not what was asked for. Nothing was kept."""

    code = "model_download_failed"
    status = 502
    title = "The speech model could not be downloaded"
    next_step = (
        "Check this machine's network and proxy and try again, or copy the file here and name its path."
    )


class Retryable(ServiceError):
    """Nothing is wrong with the utterance: the same call may be made again."""

    retryable: ClassVar[bool] = True
    status = 503


class SpeechEngineLost(Retryable):
    """The speech process died while it worked on this utterance; the next call starts a new one."""

    code = "speech_engine_lost"
    title = "The speech engine stopped while it worked"
    next_step = "Try again: it is started anew."


class SpeechEngineSlow(Retryable):
    """No answer within the time allowed; the speech process was stopped."""

    code = "speech_engine_slow"
    title = "The speech engine did not answer in time"
    next_step = "Try again; if it stays, give it more threads or a smaller model."


class SpeechEngineBusy(Retryable):
    """As many utterances wait already as may wait."""

    code = "speech_engine_busy"
    title = "The speech engine has too much to do"
    next_step = "Try again in a few seconds."


class SpeechOutOfMemory(Retryable):
    """There was not enough memory even for this utterance alone; the speech process was stopped."""

    code = "speech_out_of_memory"
    title = "The speech engine ran out of memory"
    next_step = "Try again; if it stays, give this machine more memory or choose a smaller speech model."


class ModelUnsuitable(ServiceError):
    """A checkpoint, but not of a shape that can be used: other sound features, another vocabulary, cut off."""

    code = "model_unsuitable"
    status = 503
    title = "The speech model's file has a shape that cannot be used"
    next_step = "Choose a Whisper checkpoint: 80 or 128 mel bands, Whisper's vocabulary, 30-second windows."


class SpeechEngineFailed(ServiceError):
    """The engine raised on this utterance; it lives on for others."""

    code = "speech_engine_failed"
    title = "The speech engine failed on this utterance"
    next_step = "Listen to this moment of the recording instead."


class LanguageUnknown(InvalidInput):
    """Whisper was never taught this language."""

    code = "language_unknown"
    title = "The speech engine does not know this language"
    next_step = "Choose one of the languages that the settings list."


class ClinicSpeechChanged(PreconditionFailed):
    """Somebody saved the settings since they were read; extra: current_version."""

    code = "clinic_speech_changed"
    title = "The speech settings were changed in the meantime"
    next_step = "Reload, compare, and save again."


def is_out_of_memory(error: BaseException) -> bool:
    """Python's, the GPU's or torch's allocator; the last two are RuntimeErrors that only their text tells."""
    text = str(error).lower()
    allocators = ("out of memory", "can't allocate memory", "cannot allocate memory", "bad_alloc")
    return isinstance(error, MemoryError) or any(sign in text for sign in allocators)
