"""turnserver.conf: what goes in comes out, what would open the relay does not go in."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turn_config import CoturnServer, TurnConfigInvalid, TurnSettings, read_version, render, secrets_of
from turn_config.coturn import DENIED

SECRETS = ("first-secret-00001", "second-secret-0002")
MEDIA = ("192.0.2.7",)


def options(text: str) -> dict[str, list[str]]:
    """The file read back: {option: values}."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60)
addresses = st.ip_addresses().map(str)


@given(
    st.from_regex(r"[a-z0-9.-]{1,40}", fullmatch=True),
    st.lists(secrets, min_size=1, max_size=2),
    st.lists(addresses, min_size=1, max_size=3),
    st.integers(1, 65535),
    st.tuples(st.integers(1024, 30_000), st.integers(30_001, 65_535)),
)
def test_the_file_says_what_the_settings_say(
    realm: str, keys: list[str], media: list[str], port: int, ports: tuple[int, int]
) -> None:
    read = options(render(CoturnServer(realm, tuple(keys), tuple(media), port=port, relay_ports=ports)))
    assert read["realm"] == [realm]
    assert read["static-auth-secret"] == keys
    assert read["allowed-peer-ip"] == media
    assert read["listening-port"] == [str(port)]
    assert (read["min-port"], read["max-port"]) == ([str(ports[0])], [str(ports[1])])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"realm": "a realm\nno-auth"}, "realm"),
        ({"secrets": ()}, "secrets"),
        ({"secrets": ("short",)}, "secrets"),
        ({"secrets": ("with a blank in the middle",)}, "secrets"),
        ({"secrets": ("line-one-is-long\nallow-loopback-peers",)}, "secrets"),
        ({"media": ()}, "media addresses"),
        ({"media": ("media.example",)}, "address"),
        ({"media": ("10.0.0.0-10.255.255.255",)}, "address"),
        ({"external": "1.2.3.4\nno-auth"}, "address"),
        ({"certificate": Path("c.pem")}, "certificate and key"),
        ({"relay_ports": (50_000, 40_000)}, "relay ports"),
        ({"relay_ports": (80, 40_000)}, "relay ports"),
    ],
)
def test_what_does_not_fit_is_named_and_refused(changes: dict[str, object], named: str) -> None:
    fields: dict[str, object] = {"realm": "clinic", "secrets": SECRETS, "media": MEDIA} | changes
    with pytest.raises(TurnConfigInvalid) as refused:
        CoturnServer(**fields)  # type: ignore[arg-type]  # wrong on purpose
    assert named in refused.value.detail
    assert all(secret not in str(refused.value.problem()) for secret in SECRETS)


def test_a_relay_for_browsers_denies_everybody_but_the_media_server() -> None:
    read = options(render(CoturnServer("clinic", SECRETS, MEDIA)))
    assert read["denied-peer-ip"][0] == "0.0.0.0-255.255.255.255"
    assert read["allowed-peer-ip"] == list(MEDIA)
    assert "allow-loopback-peers" not in read


@pytest.mark.parametrize(
    "private",
    [
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "0.0.0.0",  # noqa: S104
    ],
)
def test_a_relay_for_the_media_server_denies_every_special_range(private: str) -> None:
    read = options(render(CoturnServer("clinic", SECRETS, MEDIA, open_to_participants=True)))
    assert set(DENIED) <= set(read["denied-peer-ip"])
    spans = [span.split("-") for span in DENIED]
    assert any(IPv4Address(low) <= IPv4Address(private) <= IPv4Address(high) for low, high in spans)


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("4.6.1", {"no-cli", "no-dtls", "no-tlsv1", "no-software-attribute", "no-rfc5780"}, set()),
        ("4.9.0", {"no-cli", "no-dtls", "no-tlsv1"}, {"no-software-attribute", "no-rfc5780"}),
        ("4.17.2", {"use-auth-secret", "no-tcp-relay"}, {"no-cli", "no-dtls", "no-tlsv1", "no-rfc5780"}),
    ],
)
def test_options_of_the_version_that_reads_it(version: str, has: set[str], has_not: set[str]) -> None:
    found = set(options(render(CoturnServer("clinic", SECRETS, MEDIA, version=read_version(version)))))
    assert has <= found
    assert not has_not & found


@pytest.mark.parametrize("text", ["", "4", "four.six", "4.6.1; no-auth", "4..6"])
def test_a_version_that_is_none(text: str) -> None:
    with pytest.raises(TurnConfigInvalid):
        read_version(text)


def test_secrets_stay_out_of_a_repr() -> None:
    assert not any(secret in repr(CoturnServer("clinic", SECRETS, MEDIA)) for secret in SECRETS)
    settings = TurnSettings(("turn:x",), secret=SECRETS[0], other_secret=SECRETS[1])
    assert not any(secret in repr(settings) for secret in SECRETS)
    assert secrets_of(settings) == SECRETS


@pytest.mark.parametrize("other", ["short", SECRETS[0]])
def test_the_other_secret_is_another_and_long_enough(other: str) -> None:
    with pytest.raises(ValueError, match="other TURN secret"):
        TurnSettings(("turn:x",), secret=SECRETS[0], other_secret=other)
