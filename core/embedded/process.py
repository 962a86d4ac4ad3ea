"""A server process as our child: one per data folder, ended in order, never left behind."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from core.private_file import make_private_folder

# A unix socket's path has at most 107 bytes; ".s.PGSQL.5432" follows the folder.
_LONGEST_FOLDER = 90
# Reads until our end of its pipe closes, which also happens when we are killed, then stops the server.
_GUARDIAN = 'read -r line; test "$line" = dismissed || kill -INT "$1" 2>/dev/null'


class EmbeddedError(Exception):
    """The server could not be started; the text says why and what to do."""


class FolderLock:
    """Holds a data folder for this process. The kernel lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        folder.chmod(0o700)
        self._file: BinaryIO = (folder / ".lock").open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise EmbeddedError(
                f"another Consultroom is running on {folder}: stop it, or give this one its own folder"
            ) from None

    def release(self) -> None:
        """Let another process have the folder."""
        self._file.close()


class SocketFolder:
    """A folder of mode 0700 with a path short enough for a socket: inside the data folder where that fits."""

    def __init__(self, data_dir: Path) -> None:
        inside = data_dir / "run"
        self._temporary = len(os.fsencode(inside)) > _LONGEST_FOLDER
        if self._temporary:
            self.path = Path(tempfile.mkdtemp(prefix="consultroom-"))
        else:
            self.path = inside
            make_private_folder(inside)
        self.path.chmod(0o700)

    def remove(self) -> None:
        """Remove a temporary folder; one inside the data folder stays."""
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)


class ServerProcess:
    """A child in its own session (Ctrl-C in the terminal does not reach it before we decide)."""

    def __init__(
        self, command: Sequence[str], *, log: Path, user: int | None = None, group: int | None = None
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                cwd="/", user=user, group=group, env=_environment(),
            )  # fmt: skip
        self._guardian = subprocess.Popen(
            ["/bin/sh", "-c", _GUARDIAN, "guardian", str(self.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server has not ended."""
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Poll `ready`; False when the process ended or the time was up first."""
        end = time.monotonic() + seconds
        while self.running and time.monotonic() < end:
            if ready():
                return True
            time.sleep(0.01)
        return False

    def stop(self, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        """Send each signal and give it its seconds; then the guardian is dismissed. Harmless when ended."""
        for number, seconds in (*signals, (signal.SIGKILL, 5.0)):
            if not self.running:
                break
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self._guardian.communicate(b"dismissed\n")


@dataclass
class EmbeddedServer:
    """A running server. `url` is where the application finds it; `stop()` ends it in order, `ORDER` says how."""

    url: str
    _process: ServerProcess
    _folder: SocketFolder
    _lock: FolderLock

    ORDER: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 10.0),)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server has not ended."""
        return self._process.running

    def stop(self) -> None:
        """What was acknowledged is on disk afterwards. Harmless when it ended before."""
        self._process.stop(self.ORDER)
        self._folder.remove()
        self._lock.release()


def _environment() -> dict[str, str]:
    """Only what a server needs: no PG* variable and no secret of ours reaches the child."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
