"""Pure: settings and a moment in, ICE servers out."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

DEFAULT_LIFETIME = timedelta(seconds=600)
"""Long enough for one ICE negotiation with retries; a new ticket brings a new credential (field notes B6)."""

_SCHEMES = ("stun:", "stuns:", "turn:", "turns:")


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What the clinic configured. A URL with an unknown scheme or TURN without a secret stops start-up.

    `secret` signs new credentials; `other_secret` is the next or the previous one, which coturn accepts as
    well (`CoturnServer.secrets`). To rotate: render coturn with the new one as the other, exchange the two
    here, and one `lifetime` later render coturn without the old one. At no moment is a credential in use
    refused.
    """

    turn_urls: tuple[str, ...] = ()
    stun_urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    other_secret: str = field(default="", repr=False)
    lifetime: timedelta = DEFAULT_LIFETIME

    def __post_init__(self) -> None:
        for url in (*self.turn_urls, *self.stun_urls):
            if not url.startswith(_SCHEMES):
                raise ValueError("an ICE server URL starts with stun:, stuns:, turn: or turns:")
        if self.turn_urls and len(self.secret) < 16:
            raise ValueError("TURN URLs need a shared secret of at least 16 characters")
        if self.other_secret and (len(self.other_secret) < 16 or self.other_secret == self.secret):
            raise ValueError("the other TURN secret differs from the first and has at least 16 characters")
        if not timedelta(minutes=1) <= self.lifetime <= timedelta(hours=24):
            raise ValueError("a TURN credential lives between one minute and 24 hours")


@dataclass(frozen=True, slots=True)
class IceServer:
    """One entry of RTCConfiguration.iceServers (W3C webrtc-pc 4.2.4). Empty strings: no credential needed
    (STUN).
    """

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


def ice_servers_for(participant_id: UUID, now: datetime, settings: TurnSettings) -> list[IceServer]:
    """The servers this participant may use until `now + settings.lifetime`. `now` is aware UTC."""
    servers = []
    if settings.stun_urls:
        servers.append(IceServer(settings.stun_urls))
    if settings.turn_urls:
        # coturn counts `user-quota` by the part after the colon and writes it to its log: a stable pseudonym,
        # never a name.
        username = f"{int((now + settings.lifetime).timestamp())}:{participant_id.hex}"
        servers.append(IceServer(settings.turn_urls, username, _credential(settings.secret, username)))
    return servers


def secrets_of(settings: TurnSettings) -> tuple[str, ...]:
    """What coturn has to accept: the secret of new credentials first."""
    return tuple(filter(None, (settings.secret, settings.other_secret)))


def _credential(secret: str, username: str) -> str:
    """base64(HMAC-SHA1(secret, username)): SHA-1 is the scheme's, and as an HMAC it is not known to be
    weak.
    """
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()
