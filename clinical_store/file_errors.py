"""What can go wrong with a file in the chat. No text names the file."""

from core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    ServiceError,
    Unavailable,
    UnsupportedMediaType,
)


class FileNotFound(NotFound):
    code = "file_not_found"
    title = "There is no such file"
    next_step = "Reload the visit."


class FileTooLarge(PayloadTooLarge):
    """extra: limit (bytes)."""

    code = "file_too_large"
    title = "The file is too large"
    next_step = "Send a smaller file, or a photo at a lower resolution."


class FileKindRefused(UnsupportedMediaType):
    """Told by the first bytes, whatever the name says."""

    code = "file_kind_refused"
    title = "This kind of file cannot be sent"
    next_step = "Send a PDF, a JPEG or PNG picture, or plain text."


class FileDamaged(InvalidInput):
    code = "file_damaged"
    title = "The file is empty or damaged"
    next_step = "Open it on your device to check it, then send it again."


class TooManyFiles(Conflict):
    """extra: limit."""

    code = "too_many_files"
    title = "You have sent as many files in this visit as one person can"
    next_step = "Put the remaining pages into one PDF, or send them in the next visit."


class StorageFull(ServiceError):
    code = "storage_full"
    status = 507
    title = "The clinic's server has no room for the file"
    next_step = "Tell the clinic; show the file over your camera or screen until then."


class UploadsBusy(Unavailable):
    code = "uploads_busy"
    title = "Too many files are being sent at this moment"
    next_step = "Try again in a few seconds."
