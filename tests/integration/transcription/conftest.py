from collections.abc import AsyncIterator

import pytest

from transcription import ModelFile, SpeechProcess, resolve
from transcription.engines.openai import WhisperTranscriber


@pytest.fixture(scope="session")
def demo() -> ModelFile:
    return resolve("demo")


@pytest.fixture(scope="session")
def transcriber(demo: ModelFile) -> WhisperTranscriber:
    return WhisperTranscriber(demo, threads=1)


@pytest.fixture
async def speech() -> AsyncIterator[SpeechProcess]:
    async with SpeechProcess("demo", nice=0) as process:
        yield process
