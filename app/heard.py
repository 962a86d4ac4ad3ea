"""What the engine heard, as it is kept: its words, how the numbers among them are written, and what is suggested."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clinical_language import written_numbers
from clinical_store import HeardText
from clinical_store.transcript_model import HeardWord, SuggestionView, WrittenSpan
from transcription import Transcription, Word
from transcription.vocabulary import Vocabulary

NO_VOCABULARY = Vocabulary()

VocabularyOf = Callable[[AsyncSession, UUID], Awaitable[Vocabulary]]
"""What may be said in a visit: `app.vocabulary.Vocabularies.of_visit`."""


async def no_vocabulary(session: AsyncSession, visit_id: UUID) -> Vocabulary:
    """English, and nothing expected."""
    return NO_VOCABULARY


def heard_text(heard: Transcription, vocabulary: Vocabulary = NO_VOCABULARY) -> HeardText:
    """The words of one hearing with everything that helps to read them. Nothing in the words is changed.

    Numbers are written and terms suggested in English only; the words themselves are kept in any language.
    """
    words = words_of(heard)
    spoken = [word.text for word in words]
    return HeardText(
        text=" ".join(spoken),
        words=tuple(
            HeardWord(text=word.text, confidence=_share(word.confidence), start=word.start, end=word.end)
            for word in heard.words
        ),
        written=tuple(
            WrittenSpan(first=one.first, last=one.last, text=one.text)
            for one in (written_numbers(spoken) if vocabulary.language == "en" else ())
        ),
        suggestions=tuple(
            SuggestionView(first=one.first, last=one.last, term=one.term, kind=one.kind)
            for one in vocabulary.suggestions(words)
        ),
        warnings=heard.warnings,
        confidence=_share(heard.confidence) if spoken else None,
        language=heard.language,
    )


def words_of(heard: Transcription) -> tuple[Word, ...]:
    """The words one by one; those of the text, as sure as the whole, where the engine gave none."""
    return heard.words or tuple(Word(text, heard.confidence) for text in heard.text.split())


def _share(chance: float) -> float:
    return min(1.0, max(0.0, chance))
