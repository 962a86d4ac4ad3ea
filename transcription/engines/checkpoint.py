"""A checkpoint's file becomes a whisper model, or one clear error."""

import warnings
from typing import Any

import whisper

from core.errors import ServiceError
from transcription.errors import ModelCorrupt, ModelUnsuitable, SpeechOutOfMemory, is_out_of_memory
from transcription.models import ModelFile, verify

_MEL_BANDS = {80, 128}
_WINDOW_POSITIONS = 1500
_VOCABULARIES = {51_864, 51_865, 51_866}  # English only; multilingual to v2; v3 and turbo (with Cantonese)


def load_checkpoint(model: ModelFile) -> Any:
    """The ``whisper.model.Whisper`` of a file, on the processor, in float32.

    Raises:
        ModelCorrupt: the file is no Whisper checkpoint, or not the one its checksum promises.
        ModelUnsuitable: its weights and its dimensions disagree, or are of no Whisper.
        SpeechOutOfMemory: there is not enough memory for it.
    """
    verify(model)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            loaded = whisper.load_model(str(model.path), device="cpu").float().eval()
    except Exception as error:  # torch and whisper raise a dozen kinds here, none of them documented
        raise _refusal(model, error) from error
    check_dimensions(model.name, loaded.dims)
    heads = getattr(whisper, "_ALIGNMENT_HEADS", {}).get(model.name)
    if heads is not None and model.sha256:  # whisper sets them for official weights, which we load by path
        loaded.set_alignment_heads(heads)
    return loaded


def check_dimensions(name: str, dims: Any) -> None:
    """Whether ``whisper.model.ModelDimensions`` are those of a Whisper that hears 30-second windows.

    Raises:
        ModelUnsuitable: they are not.
    """
    fits = {
        "mel bands": dims.n_mels in _MEL_BANDS,
        "window": dims.n_audio_ctx == _WINDOW_POSITIONS,
        "vocabulary": dims.n_vocab in _VOCABULARIES,
        "text context": dims.n_text_ctx >= 448,
        "widths": dims.n_audio_state == dims.n_text_state,
    }
    wrong = [part for part, good in fits.items() if not good]
    if wrong:
        raise ModelUnsuitable(f"The speech model {name} has another shape: {', '.join(wrong)}.")


def _refusal(model: ModelFile, error: Exception) -> ServiceError:
    if is_out_of_memory(error):
        return SpeechOutOfMemory(f"There is not enough memory for the speech model {model.name}.")
    if isinstance(error, RuntimeError) and "state_dict" in str(error):  # torch.nn.Module.load_state_dict
        return ModelUnsuitable(f"The weights in the file of {model.name} are not of the shape it promises.")
    return ModelCorrupt(f"The file of the speech model {model.name} cannot be loaded.")
