"""Errors of reading a transcript; texts name places in the input, never what was said."""

from __future__ import annotations

from core.errors import InvalidInput


class TranscriptNotJson(InvalidInput):
    """The input is not JSON."""

    code = "transcript_not_json"
    title = "The input is not JSON"
    next_step = "Give a JSON object with `turns`, as `consultroom transcribe --format json` writes it."


class TranscriptEmpty(InvalidInput):
    """There is nothing to make a note from."""

    code = "transcript_empty"
    title = "The transcript is empty"
    next_step = "Check that speech was recorded; a note needs at least one turn with words."


class TranscriptMalformed(InvalidInput):
    """The JSON is not a transcript."""

    code = "transcript_malformed"
    title = "The input is not a transcript"
    next_step = (
        'Give {"turns": [{"speaker": "doctor"|"patient"|"companion", "text": "...", "start"?, "end"?}]}.'
    )


class TranscriptTooLong(InvalidInput):
    """Over the limit; five hours of talk are about 50,000 words."""

    code = "transcript_too_long"
    title = "The transcript is too long"
    next_step = "Split it: one visit per transcript, at most 20,000 turns and 1,000,000 characters."


class FileUnreadable(InvalidInput):
    """The input file cannot be read, or the output not be written."""

    code = "file_unreadable"
    title = "A file could not be opened"
    next_step = "Check the path and the permissions, or use - for standard input."
