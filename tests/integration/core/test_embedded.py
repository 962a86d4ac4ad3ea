"""The embedded servers: first start, restart, kill -9, two at once, as root and as an ordinary user."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from core.embedded import EmbeddedError, start_postgres, start_valkey
from core.private_file import read_private

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return list(cursor.fetchall()) if cursor.description else []


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_postgres_finds_its_data_after_a_stop(tmp_path: Path) -> None:
    first = start_postgres(tmp_path / "pg", durable=False)
    try:
        ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    finally:
        first.stop()
    again = start_postgres(tmp_path / "pg", durable=False)
    try:
        assert ask(again.url, "SELECT answer FROM kept") == [(42,)]
    finally:
        again.stop()
    assert not again.running


def test_postgres_is_closed_to_others(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "pg", durable=False)
    try:
        assert (
            mode(tmp_path / "pg") == mode(server.socket_folder) == mode(tmp_path / "pg" / "cluster") == 0o700
        )
        assert mode(tmp_path / "pg" / "password") == 0o600
        assert ask(server.url, "SHOW listen_addresses") == [("",)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=str(server.socket_folder), user="consultroom", password="guess", dbname="postgres"
            )
        password = read_private(tmp_path / "pg" / "password").decode()
        assert password not in "".join(path.read_text() for path in (tmp_path / "pg").glob("*.log"))
        assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()
    finally:
        server.stop()


def test_what_a_statement_holds_does_not_reach_the_log(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "pg", durable=False)
    try:
        ask(server.url, "CREATE TABLE person (name text PRIMARY KEY)")
        for statement in ("INSERT INTO person VALUES ('Canary')", "SELECT 'Canary' / 0"):
            with pytest.raises(psycopg.Error):
                for _ in range(2):
                    ask(server.url, statement)
    finally:
        server.stop()
    log = (tmp_path / "pg" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "Canary" not in log


def test_postgres_survives_kill_9_of_the_postmaster(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "pg")
    ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    assert (tmp_path / "pg" / "cluster" / "postmaster.pid").exists()
    again = start_postgres(tmp_path / "pg")
    try:
        assert ask(again.url, "SELECT answer FROM kept") == [(42,)]
    finally:
        again.stop()


def test_a_stale_pid_that_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "pg", durable=False)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    file = tmp_path / "pg" / "cluster" / "postmaster.pid"
    lines = file.read_text().splitlines()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        file.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        start_postgres(tmp_path / "pg", durable=False).stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_one_folder_has_one_owner(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "pg", durable=False)
    try:
        with pytest.raises(EmbeddedError, match="another Consultroom is running"):
            start_postgres(tmp_path / "pg", durable=False)
        assert ask(server.url, "SELECT 1") == [(1,)]
    finally:
        server.stop()


OWNER = """
import sys, time
from core.embedded import start_postgres, start_valkey
pg, vk = start_postgres(sys.argv[1] + "/pg", durable=False), start_valkey(sys.argv[1] + "/vk")
print(pg.pid, vk.pid, flush=True)
time.sleep(600)
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_servers_end_when_their_owner_is_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pids = [int(word) for word in owner.stdout.readline().split()]
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    again = start_postgres(tmp_path / "pg", durable=False)  # at once: also waits for one that is still ending
    again.stop()
    end = time.monotonic() + 10
    while not all(map(gone, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert all(map(gone, pids))


def test_a_killed_initdb_leaves_no_half_cluster(tmp_path: Path) -> None:
    (tmp_path / "pg" / "cluster.new").mkdir(parents=True)
    (tmp_path / "pg" / "cluster.new" / "PG_VERSION").write_text("18\n")
    start_postgres(tmp_path / "pg", durable=False).stop()


def test_a_cluster_of_a_version_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "pg" / "cluster").mkdir(parents=True)
    (tmp_path / "pg" / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedError, match="PostgreSQL 12"):
        start_postgres(tmp_path / "pg")


def test_a_long_path_still_has_a_socket(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / ("long" * 30), durable=False)
    try:
        assert ask(server.url, "SELECT 1") == [(1,)]
    finally:
        server.stop()
    assert not server.socket_folder.exists()


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv")
def test_postgres_runs_for_an_ordinary_user() -> None:
    """The same launcher without root: no namespace, same modes. The folder lies where `nobody` may go."""
    folder = Path("/var/tmp") / f"consultroom-user-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    code = (
        "import sys; from core.embedded import start_postgres as s\n"
        "for _ in range(2):\n    p = s(sys.argv[1], durable=False); p.stop()\n"
    )
    try:
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c", code, str(folder)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        if "Permission denied" in done.stderr and not (folder / "password").exists():
            pytest.skip("this interpreter is not readable for an ordinary user")
        assert done.returncode == 0, done.stderr
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_without_user_namespaces_uses_the_postgres_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.embedded.postgres.shutil.which", lambda _name: None)
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("there is no such account here")
    folder = Path("/var/tmp") / f"consultroom-account-{os.getpid()}"
    try:
        server = start_postgres(folder, durable=False)
        assert ask(server.url, "SELECT 1") == [(1,)]
        server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_with_neither_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_name: str) -> None:
        raise KeyError

    monkeypatch.setattr("core.embedded.postgres.shutil.which", lambda _name: None)
    monkeypatch.setattr("core.embedded.postgres.pwd.getpwnam", nobody)
    with pytest.raises(EmbeddedError, match="set DATABASE_URL"):
        start_postgres(tmp_path / "pg")


def test_valkey_keeps_its_data_and_is_closed_to_others(tmp_path: Path) -> None:
    server = start_valkey(tmp_path / "vk")
    with Redis.from_url(server.url) as client:
        client.set("kept", "42")
    assert mode(tmp_path / "vk" / "run") == 0o700
    server.stop()
    again = start_valkey(tmp_path / "vk")
    try:
        with Redis.from_url(again.url) as client:
            assert client.get("kept") == b"42"
    finally:
        again.stop()


def test_valkey_survives_kill_9(tmp_path: Path) -> None:
    server = start_valkey(tmp_path / "vk")
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    again = start_valkey(tmp_path / "vk")
    try:
        with Redis.from_url(again.url) as client:
            assert client.ping()
    finally:
        again.stop()
