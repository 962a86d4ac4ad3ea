"""Every setting of the service, in one place. Read from the environment; a bad value stops the start."""

from __future__ import annotations

import json
import tempfile
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ServiceError
from core.private_file import read_private


class DatabaseUrlMissing(ServiceError):
    code = "database_url_missing"
    title = "DATABASE_URL is not set"
    next_step = (
        "Set it to postgresql://user@host/name, or run `consultroom up`, which brings its own PostgreSQL."
    )


class RedisUrlMissing(ServiceError):
    code = "redis_url_missing"
    title = "REDIS_URL is not set"
    next_step = "Set it to redis://host:6379/0, or run `consultroom up`, which brings its own Valkey."


# sockaddr_un.sun_path holds 108 bytes; the longest socket name we add below it is 32.
MAX_SOCKET_FOLDER = 72


class Settings(BaseSettings):
    """Environment variables `CONSULTROOM_*`, and `DATABASE_URL` and `REDIS_URL` by their usual names."""

    model_config = SettingsConfigDict(env_prefix="CONSULTROOM_", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("var"), description="Keys, recordings, embedded databases")
    database_url: str = Field(
        default="", validation_alias="DATABASE_URL", description="Empty: embedded PostgreSQL"
    )
    redis_url: str = Field(default="", validation_alias="REDIS_URL", description="Empty: embedded Valkey")
    node: str = Field(
        default="node", pattern=r"^[a-z0-9-]{1,40}$", description="Name of this machine among several"
    )
    host: str = Field(default="127.0.0.1", description="Address the HTTP server listens on")
    port: int = Field(default=8080, ge=1, le=65535, description="Port of the HTTP server")
    public_origins: tuple[str, ...] = Field(
        default=(), description="Origins browsers may come from; empty: the listen address"
    )
    time_zone: str = Field(default="Europe/London", description="IANA zone of the clinic")
    web_folder: Path = Field(default=Path(__file__).parent.parent / "web" / "dist", description="Built pages")
    seats: int = Field(default=3, ge=1, le=5, description="Other people one participant can see and hear")
    media_addresses: tuple[str, ...] = Field(
        default=("127.0.0.1",), description="Own addresses offered for media"
    )
    media_allow_private: bool = Field(
        default=True, description="Accept private and loopback peers (clinic LAN, demo)"
    )
    speech_model: str = Field(default="demo", description="demo, a Whisper name (base.en) or a path")
    speech_threads: int = Field(default=1, ge=1, le=64, description="Processor threads of the speech model")
    turn_urls: tuple[str, ...] = Field(default=(), description="turn: and turns: URLs handed to browsers")
    turn_secret_file: Path | None = Field(default=None, description="File with the shared secret of coturn")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Prometheus figures on loopback; 0: none"
    )
    demo: bool = Field(
        default=False, description="Seed a clinic with demo accounts; never with real patients"
    )

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @cached_property
    def runtime_dir(self) -> Path:
        """Folder of the Unix sockets: inside `data_dir` where the path is short enough for the kernel."""
        inside = self.data_dir.resolve() / "run"
        if len(str(inside)) <= MAX_SOCKET_FOLDER:
            return inside
        digest = sha256(str(inside).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"consultroom-{digest}"

    @property
    def recorder_socket(self) -> Path:
        return self.runtime_dir / "recorder.sock"

    @property
    def required_database_url(self) -> str:
        """The given one, or that of the `up` which runs on this data folder. Raises DatabaseUrlMissing."""
        url = self.database_url or self._running().get("DATABASE_URL", "")
        if not url:
            raise DatabaseUrlMissing
        return url

    @property
    def required_redis_url(self) -> str:
        url = self.redis_url or self._running().get("REDIS_URL", "")
        if not url:
            raise RedisUrlMissing
        return url

    @property
    def servers_file(self) -> Path:
        """Where `up` tells the command line beside it which servers it started (mode 0600)."""
        return self.runtime_dir / "servers.json"

    def _running(self) -> dict[str, str]:
        try:
            return dict(json.loads(read_private(self.servers_file)))
        except FileNotFoundError:
            return {}

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def origins(self) -> tuple[str, ...]:
        return self.public_origins or (self.origin, f"http://localhost:{self.port}")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
