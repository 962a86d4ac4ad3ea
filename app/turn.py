"""The clinic's TURN relay as the settings describe it: for browsers, for the media server, for coturn's file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app.settings import Settings
from core.private_file import read_private, write_private
from turn_config import CoturnServer, TurnSecretUnreadable, TurnSettings, read_version, render, secrets_of


def turn_settings(settings: Settings) -> TurnSettings:
    """Raises TurnSecretUnreadable, ValueError."""
    return TurnSettings(
        settings.turn_urls,
        secret=_secret(settings.turn_secret_file),
        other_secret=_secret(settings.turn_other_secret_file),
        lifetime=timedelta(seconds=settings.turn_lifetime_s),
    )


def coturn_server(settings: Settings, version: str) -> CoturnServer:
    """Raises TurnSecretUnreadable, TurnConfigInvalid."""
    announced = [entry.partition("=")[2] for entry in settings.media_announced_addresses]
    return CoturnServer(
        realm=settings.turn_realm,
        secrets=secrets_of(turn_settings(settings)),
        media=tuple(dict.fromkeys([*announced, *_literals(settings.media_addresses)])),
        listen=settings.turn_listen_addresses,
        external=settings.turn_external_address,
        port=settings.turn_port,
        tls_port=settings.turn_tls_port,
        certificate=settings.turn_certificate_file,
        key=settings.turn_key_file,
        relay_ports=(settings.turn_relay_port_min, settings.turn_relay_port_max),
        open_to_participants=bool(settings.media_relay_url),
        version=read_version(version),
    )


async def run(*, version: str, output: Path | None) -> int:
    """`consultroom turn-config`: to stdout, or into a file with mode 0600."""
    text = render(coturn_server(Settings(), version))
    if output is None:
        print(text, end="")
    else:
        write_private(output, text.encode())
    return 0


def _literals(addresses: tuple[str, ...]) -> list[str]:
    """Networks (10.0.0.0/8) name own addresses by pattern; coturn needs the addresses themselves."""
    return [text for text in addresses if "/" not in text]


def _secret(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        secret = read_private(file).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TurnSecretUnreadable(f"{file.name}: {type(error).__name__}") from error
    if not secret:
        raise TurnSecretUnreadable(f"{file.name} is empty.")
    return secret
