"""A file as a request's body: its name in a header (an address would be logged), its bytes piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote_to_bytes

from aiohttp import ClientError, web

from core.errors import InvalidInput, Malformed

FILE_NAME = "X-File-Name"
PIECE = 64 * 1024
STALL_SECONDS = 20.0
"""A client that sends nothing for this long has gone, or holds a place on purpose."""
LONGEST_SECONDS = 15 * 60.0


class FileNameMissing(InvalidInput):
    code = "file_name_missing"
    title = "The file has no name"
    next_step = "Send the name, percent-encoded, in the X-File-Name header."


class UploadStalled(Malformed):
    code = "upload_stalled"
    title = "The file did not arrive completely"
    next_step = "Check your connection and send the file again."


def file_name(request: web.Request) -> str:
    """The decoded name, as it was given. Raises FileNameMissing."""
    try:
        name = unquote_to_bytes(request.headers.get(FILE_NAME, "")).decode()
    except UnicodeDecodeError:
        raise FileNameMissing from None
    if not name.strip():
        raise FileNameMissing
    return name


async def pieces(request: web.Request) -> AsyncIterator[bytes]:
    """The body, at most 64 KiB at a time. Raises UploadStalled when it stops coming or is cut off."""
    clock = asyncio.get_running_loop()
    latest = clock.time() + LONGEST_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(min(latest, clock.time() + STALL_SECONDS)):
                piece = await request.content.read(PIECE)
        except (TimeoutError, ClientError, ConnectionError):
            raise UploadStalled from None
        if not piece:
            return
        yield piece
