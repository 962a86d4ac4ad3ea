"""Settings of the media edge in the media plane's terms."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.media_line import media_settings
from app.settings import Settings
from core.clock import Clock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Noon(Clock):
    def now(self) -> datetime:
        return NOW


def test_a_server_with_addresses_of_its_own_never_knocks_at_loopback() -> None:
    clinic = media_settings(Settings(media_addresses=("10.0.0.5",)), Noon())
    assert (clinic.policy.allow_private, clinic.policy.allow_loopback) == (True, False)
    demo = media_settings(Settings(media_addresses=("127.0.0.1",)), Noon())
    assert (demo.policy.allow_private, demo.policy.allow_loopback) == (True, True)
    public = media_settings(Settings(media_addresses=("127.0.0.1",), media_allow_private=False), Noon())
    assert (public.policy.allow_private, public.policy.allow_loopback) == (False, False)


def test_addresses_ports_and_limits_arrive() -> None:
    settings = Settings(
        media_announced_addresses=("10.0.0.5=203.0.113.7", "10.0.0.5=10.0.0.5"),
        media_port_min=40_000,
        media_port_max=40_100,
        media_rooms=7,
        media_participants=20,
    )
    given = media_settings(settings, Noon())
    assert given.announced == (("10.0.0.5", "203.0.113.7"), ("10.0.0.5", "10.0.0.5"))
    assert (given.ports, given.rooms, given.participants) == ((40_000, 40_100), 7, 20)
    assert given.relay is None


def test_each_connection_has_a_credential_of_its_own_for_half_a_day(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("planted-turn-secret-1")
    secret.chmod(0o600)
    settings = Settings(turn_secret_file=secret, media_relay_url="turns:turn.example:5349")
    relay = media_settings(settings, Noon()).relay
    assert relay is not None
    one, two = relay(), relay()
    assert one.url == "turns:turn.example:5349"
    assert one.username != two.username
    assert int(one.username.partition(":")[0]) - NOW.timestamp() == 12 * 3600
    assert one.credential not in repr(one)


def test_a_relay_without_a_secret_stops_the_start() -> None:
    with pytest.raises(ValueError, match="secret"):
        media_settings(Settings(media_relay_url="turn:turn.example"), Noon())
