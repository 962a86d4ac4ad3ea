"""What the settings say about the media edge, in the media plane's terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from uuid import uuid4

from app.settings import Settings
from app.turn import turn_settings
from core.clock import Clock
from media import MediaSettings, RelayAccess
from turn_config import ice_servers_for

RELAY_CREDENTIAL = timedelta(hours=12)  # of the server itself: longer than any visit


def media_settings(settings: Settings, clock: Clock) -> MediaSettings:
    """Raises TurnSecretUnreadable and ValueError when a relay is set that cannot be used."""
    on_loopback = any(ip_network(text, strict=False).is_loopback for text in settings.media_addresses)
    return MediaSettings(
        seats=settings.seats,
        listen=settings.media_addresses,
        allow_private=settings.media_allow_private,
        # A server that is not on loopback itself has no peers there, only services it must not knock at.
        allow_loopback=settings.media_allow_private and on_loopback,
        announced=tuple(tuple(pair.split("=")) for pair in settings.media_announced_addresses),  # type: ignore[misc]
        ports=(settings.media_port_min, settings.media_port_max),
        relay=_Relay(settings, clock) if settings.media_relay_url else None,
        rooms=settings.media_rooms,
        participants=settings.media_participants,
    )


class _Relay:
    """A credential for each connection: each is a user of its own to coturn's quota."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        turn = turn_settings(settings)
        self._turn = replace(
            turn, turn_urls=(settings.media_relay_url,), stun_urls=(), lifetime=RELAY_CREDENTIAL
        )
        self._clock = clock

    def __call__(self) -> RelayAccess:
        [server] = ice_servers_for(uuid4(), self._clock.now(), self._turn)
        return RelayAccess(server.urls[0], server.username, server.credential)
