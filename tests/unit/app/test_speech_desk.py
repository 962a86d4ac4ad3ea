"""What is being said is left to other workers while this one's model cannot be used."""

from typing import Any, cast

import pytest

from app.speech_desk import SpeechDesk
from transcription.errors import ModelMissing


class Missing:
    """A model whose file is not there."""

    finals = 0

    async def start(self) -> None:
        raise ModelMissing


@pytest.mark.parametrize("loaded", [False, True])
async def test_a_model_that_cannot_be_used_takes_no_open_utterance(loaded: bool) -> None:
    nothing = cast("Any", None)
    desk = SpeechDesk(nothing, nothing, cast("Any", Missing()), "demo", "speech")
    assert desk.finals == 0
    if loaded:
        await desk.load()
    assert desk.finals == int(loaded)
