import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turn_config import IceServer, TurnSettings, ice_servers_for

FIRST, LAST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2100-01-01")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PARTICIPANT = UUID("018f0000-0000-7000-8000-000000000001")
SECRET = "north-wing-secret-0001"
TURN = TurnSettings(turn_urls=("turn:turn.example:3478?transport=udp",), secret=SECRET)


def test_without_a_turn_server_the_list_is_empty() -> None:
    assert ice_servers_for(PARTICIPANT, NOW, TurnSettings()) == []


def test_the_credential_is_the_hmac_coturn_computes() -> None:
    # The vector: echo -n USERNAME | openssl dgst -sha1 -hmac north-wing-secret-0001 -binary | base64
    [server] = ice_servers_for(PARTICIPANT, NOW, TURN)
    assert server.username == "1795176600:018f0000000070008000000000000001"
    assert server.credential == "aGhzYN6pGL2QWGk3rZO6603uBEk="


def test_stun_needs_no_credential() -> None:
    servers = ice_servers_for(PARTICIPANT, NOW, TurnSettings(stun_urls=("stun:stun.example",)))
    assert servers == [IceServer(("stun:stun.example",))]


def test_the_credential_never_shows_in_a_repr() -> None:
    [server] = ice_servers_for(PARTICIPANT, NOW, TURN)
    assert server.credential not in repr(server)
    assert SECRET not in repr(TURN)


@given(st.uuids(), st.datetimes(FIRST, LAST), st.integers(60, 86_400))
def test_every_credential_verifies_and_names_its_own_expiry(
    participant: UUID, naive: datetime, seconds: int
) -> None:
    now = naive.replace(tzinfo=UTC, microsecond=0)
    settings = TurnSettings(turn_urls=TURN.turn_urls, secret=SECRET, lifetime=timedelta(seconds=seconds))
    [server] = ice_servers_for(participant, now, settings)
    expiry, name = server.username.split(":")
    assert datetime.fromtimestamp(int(expiry), UTC) - now == timedelta(seconds=seconds)
    assert UUID(name) == participant
    expected = hmac.new(SECRET.encode(), server.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"turn_urls": ("http://turn.example",), "secret": SECRET},
        {"turn_urls": ("turn:turn.example",)},
        {"turn_urls": ("turn:turn.example",), "secret": "short"},
        {"lifetime": timedelta(seconds=5)},
        {"lifetime": timedelta(days=2)},
    ],
)
def test_a_wrong_setting_stops_start_up(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TurnSettings(**wrong)  # type: ignore[arg-type]  # wrong on purpose
