"""A real coturn on loopback with the file we render, for every test that needs a relay.

async with coturn(tmp_path) as relay:
    servers = ice_servers_for(uuid4(), datetime.now(UTC), relay.settings())
"""

import asyncio
import shutil
import socket
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from turn_config import CoturnServer, TurnSettings, render

SECRET = "planted turn secret 0001".replace(" ", "-")
OTHER_SECRET = "planted turn secret 0002".replace(" ", "-")
LOOPBACK = "127.0.0.1"
needs_coturn = pytest.mark.skipif(
    not (shutil.which("turnserver") and shutil.which("turnutils_uclient")), reason="coturn is not installed"
)


@dataclass
class Relay:
    """One running coturn. `log` grows while it runs."""

    server: CoturnServer
    certificate: Path
    log: list[str] = field(default_factory=list)

    @property
    def urls(self) -> dict[str, str]:
        """TURN URLs by transport: udp, tcp, tls."""
        return {
            "udp": f"turn:{LOOPBACK}:{self.server.port}?transport=udp",
            "tcp": f"turn:{LOOPBACK}:{self.server.port}?transport=tcp",
            "tls": f"turns:{LOOPBACK}:{self.server.tls_port}?transport=tcp",
        }

    def settings(self, *transports: str, secret: str = SECRET) -> TurnSettings:
        """What the clinic would configure for this relay; all transports when none is named."""
        return TurnSettings(tuple(self.urls[name] for name in transports or self.urls), secret=secret)

    @property
    def complaints(self) -> list[str]:
        """Lines of the log that an operator would have to look into."""
        words = ("warning", "error", "bad configuration", "unknown", "cannot", "fail")
        lines = [line for line in self.log if any(word in line.lower() for word in words)]
        # Its threads meet at the empty database that coturn insists on; nothing of ours is in it.
        return [line for line in lines if "database is locked" not in line]


@asynccontextmanager
async def coturn(folder: Path, **changes: object) -> AsyncIterator[Relay]:
    """Boot it; `changes` replace fields of CoturnServer. Ended when the block ends."""
    certificate, key = self_signed(folder)
    server = CoturnServer(
        realm="clinic.example",
        secrets=(SECRET, OTHER_SECRET),
        media=(LOOPBACK,),
        listen=(LOOPBACK,),
        relay=(LOOPBACK,),
        port=free_port(),
        tls_port=free_port(),
        certificate=certificate,
        key=key,
    )
    server = replace(server, **changes)  # type: ignore[arg-type]  # the caller's fields are checked at run time
    file = folder / "turnserver.conf"
    file.write_text(render(server))
    file.chmod(0o600)
    options = ("-c", str(file), "--pidfile", str(folder / "turn.pid"), "--userdb", str(folder / "turndb"))
    process = await asyncio.create_subprocess_exec(
        "turnserver", *options, stdout=PIPE, stderr=STDOUT, cwd=folder
    )
    relay = Relay(server, certificate)
    reading = asyncio.create_task(_read(process, relay.log))
    try:
        await until_open(server.port)
        yield relay
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await reading


async def _read(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        log.append(line.decode(errors="replace").rstrip())


async def until_open(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


def free_port() -> int:
    """A port that is free for TCP and UDP just now."""
    while True:
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind((LOOPBACK, 0))
            port: int = tcp.getsockname()[1]
            with suppress(OSError):
                udp.bind((LOOPBACK, port))
                return port


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "relay-cert.pem", folder / "relay-key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files[1].write_bytes(private)
    return files
