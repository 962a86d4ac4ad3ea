"""Errors of reading a transcript; texts name places in the input, never what was said."""

from __future__ import annotations

from core.errors import InvalidInput, PreconditionFailed


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
    next_step = "Split it: one visit per transcript, at most 20,000 turns and 1,000,000 characters, 100,000 in a turn."


class FileUnreadable(InvalidInput):
    """The input file cannot be read, or the output not be written."""

    code = "file_unreadable"
    title = "A file could not be opened"
    next_step = "Check the path and the permissions, or use - for standard input."


class NoteTemplatesChanged(PreconditionFailed):
    """Somebody else saved the templates meanwhile."""

    code = "note_templates_changed"
    title = "The templates were changed by somebody else meanwhile"
    next_step = "Read them again, then repeat your change."


class TemplateUnknown(InvalidInput):
    """The default names a template that is neither built in nor the clinic's own."""

    code = "note_template_unknown"
    title = "There is no template of this name"
    next_step = "Choose one of the templates in the list, or add it first."


class TemplateNameTaken(InvalidInput):
    """Two templates with one id, or one with a built-in's."""

    code = "note_template_taken"
    title = "Another template has this id already"
    next_step = "Give the template another id; those that come with the service cannot be replaced."
