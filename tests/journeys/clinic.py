"""A whole clinic as a newcomer would start it: `consultroom up --demo` as a child process, on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import Settings

START_TIMEOUT = 90.0  # seconds; the first start creates the database
STOP_TIMEOUT = 40.0
PASSWORD = "consultroom demo"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Clinic:
    """`start()`, `stop()`, `kill("record")`; everything below `data_dir` survives a restart."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    """More environment variables."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "CONSULTROOM_DATA_DIR": str(self.data_dir),
            "CONSULTROOM_PORT": str(self.port),
            "CONSULTROOM_METRICS_PORT": str(self.metrics_port),
            **self.extra,
        }

    @property
    def runtime_dir(self) -> Path:
        return Settings().model_copy(update={"data_dir": self.data_dir}).runtime_dir

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def start(self) -> float:
        """Start and wait until ready. Returns seconds."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "up", "--demo"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self._wait_ready(began + START_TIMEOUT)
        return time.monotonic() - began

    def stop(self) -> int:
        """Ctrl-C, as a person would. Returns the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_TIMEOUT)
        finally:
            self.process.kill()

    def kill(self, command: str) -> int:
        """kill -9 the child that runs `consultroom COMMAND`. Returns its process id."""
        pid = self.pid_of(command)
        os.kill(pid, signal.SIGKILL)
        return pid

    def command(self, *arguments: str, password: str = "", timeout: float = 60.0) -> str:
        """Run `consultroom ...` beside the running clinic; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env=self.environment,
            input=f"{password}\n".encode(),
            capture_output=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    def pid_of(self, command: str) -> int:
        assert self.process
        for pid in children_of(self.process.pid):
            if command in Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0"):
                return pid
        raise LookupError(command)

    def wait_for_another(self, command: str, former: int) -> None:
        """Until the supervisor has started `command` again and the clinic answers."""
        deadline = time.monotonic() + START_TIMEOUT
        while former in children_of(self.process.pid if self.process else 0):
            if time.monotonic() > deadline:
                raise TimeoutError(command)
            time.sleep(0.01)  # another process
        self._wait_ready(deadline)

    def _wait_ready(self, deadline: float) -> None:
        assert self.process
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"up ended with {self.process.returncode}:\n{self.tail()}")
            if self._ready():
                return
            time.sleep(0.05)  # polling another process from outside: there is nothing to await
        raise TimeoutError(f"not ready after {START_TIMEOUT} s:\n{self.tail()}")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - loopback http
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-6000:]


def children_of(parent: int) -> list[int]:
    """Direct children, from the kernel."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in listed]
