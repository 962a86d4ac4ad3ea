"""A child for test_side_process: what it can do goes well, is refused, fails, never ends, or kills it."""

import os
import sys
import time

from pydantic import JsonValue

from core.errors import InvalidInput
from core.side_process import serve


def _refuse(value: JsonValue) -> JsonValue:
    raise InvalidInput(str(value))


def _fail(value: JsonValue) -> JsonValue:
    raise ValueError(value)


def _hang(value: JsonValue) -> JsonValue:
    while True:
        time.sleep(60)


def _die(value: JsonValue) -> JsonValue:
    os._exit(1)


def _print(value: JsonValue) -> JsonValue:
    os.write(1, b"a greeting of some library\n")
    return value


if __name__ == "__main__":
    works = {"echo": _print, "refuse": _refuse, "fail": _fail, "hang": _hang, "die": _die}
    sys.exit(serve(works))
