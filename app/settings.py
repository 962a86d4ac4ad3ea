"""Every setting of the service, in one place. Read from the environment; a bad value stops the start."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cached_property
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
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
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[a-zA-Z0-9.:\[\]-]{1,253})?$",
        description="Origin of this node itself, where the clinic has several; empty: it is the only one",
    )
    drain_s: float = Field(
        default=10.0,
        ge=0,
        le=600,
        description="Longest wait for people to go to other nodes at the end, seconds",
    )
    time_zone: str = Field(default="Europe/London", description="IANA zone of the clinic")
    web_folder: Path = Field(default=Path(__file__).parent.parent / "web" / "dist", description="Built pages")
    clinic_name: str = Field(default="", max_length=80, description="The clinic's name on printed notes")
    clinic_phone: str = Field(
        default="",
        max_length=60,
        description="Telephone number shown when a visit goes on by phone; empty: none",
    )
    seats: int = Field(default=3, ge=1, le=5, description="Other people one participant can see and hear")
    media_addresses: tuple[str, ...] = Field(
        default=("127.0.0.1",), description="Own addresses offered for media"
    )
    media_allow_private: bool = Field(
        default=True,
        description="Accept private peers (clinic LAN), and loopback ones where media is on loopback",
    )
    media_announced_addresses: tuple[str, ...] = Field(
        default=(), description="own=public pairs: what browsers are told instead of an own address (1:1 NAT)"
    )
    media_port_min: int = Field(
        default=0, ge=0, le=65535, description="Lowest UDP port for media; 0: any port"
    )
    media_port_max: int = Field(
        default=0, ge=0, le=65535, description="Highest UDP port for media; 0: any port"
    )
    media_relay_url: str = Field(
        default="",
        description="turn: or turns: URL this server is itself reached through; empty: reached directly",
    )
    media_rooms: int = Field(default=200, ge=1, description="Calls this node carries at once")
    media_participants: int = Field(default=400, ge=2, description="Participants this node carries at once")
    speech_model: str = Field(default="demo", description="demo, a Whisper name (base.en) or a path")
    speech_final_model: str = Field(
        default="",
        description="Model that hears a visit's recording again after its end: as speech_model; empty: the same; "
        "off: none",
    )
    speech_threads: int = Field(default=1, ge=1, le=64, description="Processor threads of the speech model")
    speech_engine: Literal["openai", "faster"] = Field(
        default="openai", description="openai: openai-whisper; faster: CTranslate2, int8 on processors"
    )
    speech_batch: int = Field(default=8, ge=1, le=32, description="Utterances heard at once, of all visits")
    speech_context: Literal["fitted", "full"] = Field(
        default="fitted",
        description="fitted: the model sees the utterance only, and all of its 30 seconds at any doubt; full: always",
    )
    speech_partials: bool = Field(
        default=True, description="Show what is being said before the sentence is over"
    )
    turn_urls: tuple[str, ...] = Field(default=(), description="turn: and turns: URLs handed to browsers")
    turn_secret_file: Path | None = Field(
        default=None, description="File (mode 600) with the secret that new TURN credentials are made with"
    )
    turn_other_secret_file: Path | None = Field(
        default=None, description="File with the next or the previous secret: coturn accepts both (rotation)"
    )
    turn_lifetime_s: int = Field(
        default=600, ge=60, le=86_400, description="A TURN credential's life, seconds"
    )
    turn_realm: str = Field(default="consultroom", description="turn-config: realm of coturn")
    turn_listen_addresses: tuple[str, ...] = Field(
        default=(), description="turn-config: addresses coturn listens on; empty: all"
    )
    turn_external_address: str = Field(
        default="", description="turn-config: coturn's public address behind 1:1 NAT"
    )
    turn_port: int = Field(default=3478, ge=1, le=65535, description="turn-config: UDP and TCP port")
    turn_tls_port: int = Field(default=5349, ge=1, le=65535, description="turn-config: TLS port")
    turn_certificate_file: Path | None = Field(default=None, description="turn-config: TLS certificate (PEM)")
    turn_key_file: Path | None = Field(default=None, description="turn-config: its private key (PEM)")
    turn_relay_port_min: int = Field(
        default=49152, ge=1024, le=65535, description="turn-config: relay ports from"
    )
    turn_relay_port_max: int = Field(
        default=65535, ge=1024, le=65535, description="turn-config: relay ports to"
    )
    composition_days: int = Field(
        default=7, ge=1, le=3650, description="Days until the video file made of a visit is deleted again"
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Prometheus figures on loopback; 0: none"
    )
    file_megabytes: int = Field(
        default=20, ge=1, le=200, description="Largest file that can be sent in a visit's chat, in MB"
    )
    demo: bool = Field(
        default=False, description="Seed a clinic with demo accounts; never with real patients"
    )

    @field_validator("media_announced_addresses")
    @classmethod
    def _address_pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            own, _, public = entry.partition("=")
            if ip_address(own).version != ip_address(public).version:
                raise ValueError("own and public address are of one family")
        return value

    @field_validator("media_relay_url")
    @classmethod
    def _relay(cls, value: str) -> str:
        if value and not value.startswith(("turn:", "turns:")):
            raise ValueError("the relay of the media server is a turn: or turns: URL")
        return value

    @model_validator(mode="after")
    def _port_range(self) -> Settings:
        if self.media_port_min > self.media_port_max or (self.media_port_min == 0) != (
            self.media_port_max == 0
        ):
            raise ValueError("media_port_min and media_port_max are both 0, or a range")
        return self

    @field_validator("clinic_phone")
    @classmethod
    def _phone_can_be_dialled(cls, value: str) -> str:
        """As people write it: digits, spaces and marks; words only after them ("020 7946 0018 ext. 4, ask for Kim")."""
        if value and not re.fullmatch(r"\+?\(?\d[\d ()./-]{2,24}(?:[ ,;][\w .,'#()-]*)?", value):
            raise ValueError("a telephone number such as +44 20 7946 0018 is wanted")
        return value.strip()

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
        own = (self.public_url,) if self.public_url else ()
        return (*self.public_origins, *own) or (self.origin, f"http://localhost:{self.port}")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
