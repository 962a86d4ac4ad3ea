"""The clinic's speech settings over HTTP, for the administrator."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from access import Permission, actor_of
from core.http import Call, Versioned, route
from transcription.clinic_speech import MOST_FORMULARY, ClinicSpeech, ClinicSpeechEdits, ClinicSpeechStore
from transcription.errors import ClinicSpeechChanged, LanguageUnknown
from transcription.languages import LANGUAGES


class LanguageView(BaseModel):
    """A language that can be chosen: its code and its English name."""

    code: str
    name: str


class ClinicSpeechView(BaseModel):
    """The settings, and what they can be.

    `model`: the speech model in use. `english_only`: it hears every language as English, so another one needs a
    multilingual model; null where only the model's file could tell. `notice`: what the administrator must know, or
    null.
    """

    model_config = ConfigDict(frozen=True)

    version: int
    language: str
    formulary: tuple[str, ...]
    most_formulary: int
    model: str
    english_only: bool | None
    notice: str | None
    languages: tuple[LanguageView, ...]


_LANGUAGES = tuple(
    LanguageView(code=code, name=name) for code, name in sorted(LANGUAGES.items(), key=lambda item: item[1])
)
_NOT_ENGLISH = (
    "The speech model in use knows English only: what is said in another language comes out as English words. "
    "Choose a multilingual model (CONSULTROOM_SPEECH_MODEL, for example base)."
)


class ClinicSpeechHttp:
    """GET and PUT /api/clinic/speech. `model`: as the setting names it."""

    def __init__(self, store: ClinicSpeechStore, model: str) -> None:
        self._store = store
        self._model = model

    @route(
        "GET", "/api/clinic/speech",
        permission=Permission.CLINIC_SPEECH_READ, summary="Language and formulary; the ETag is their version",
        response=ClinicSpeechView,
    )  # fmt: skip
    async def speech(self, call: Call[None, None]) -> Versioned[ClinicSpeechView]:
        return self._view(await self._store.read(call.session))

    @route(
        "PUT", "/api/clinic/speech",
        permission=Permission.CLINIC_SPEECH_WRITE, summary="Save language and formulary as the next version",
        body=ClinicSpeechEdits, response=ClinicSpeechView, if_match=True,
        errors=(LanguageUnknown, ClinicSpeechChanged),
    )  # fmt: skip
    async def change_speech(self, call: Call[ClinicSpeechEdits, None]) -> Versioned[ClinicSpeechView]:
        version = -1 if call.if_match is None else call.if_match
        return self._view(await self._store.change(call.session, actor_of(call), version, call.body))

    def _view(self, settings: ClinicSpeech) -> Versioned[ClinicSpeechView]:
        english_only = knows_english_only(self._model)
        view = ClinicSpeechView(
            version=settings.version,
            language=settings.language,
            formulary=settings.formulary,
            most_formulary=MOST_FORMULARY,
            model=Path(self._model).stem if english_only is None else self._model,
            english_only=english_only,
            notice=_NOT_ENGLISH if english_only and settings.language != "en" else None,
            languages=_LANGUAGES,
        )
        return Versioned(view, view.version)


def knows_english_only(model: str) -> bool | None:
    """By its name: the demo model and the ``.en`` ones; None for a path, whose file would have to be loaded."""
    if "/" in model or model.endswith(".pt"):
        return None
    return model == "demo" or model.endswith(".en")
