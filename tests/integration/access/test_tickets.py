"""Room tickets: one minute, one visit, one use; every other token is refused and lets nobody in."""

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from access import Actor, Role, RoomTickets, TicketExpired, TicketInvalid, TicketUsed, ticket_key
from core.errors import Forbidden
from core.ids import new_id
from tests.integration.access.door import Door

pytestmark = pytest.mark.integration

VISIT = UUID(int=77)
KEY = generate_private_key(SECP256R1())


@pytest.fixture
def tickets(door: Door) -> RoomTickets:
    return RoomTickets(door.access, KEY, door.clock)


async def redeem(door: Door, tickets: RoomTickets, token: str, visit_id: UUID = VISIT) -> Actor:
    async with door.database.transaction() as session:
        return await tickets.redeem(session, token, visit_id)


def claims_for(door: Door, actor: Actor, **changes: object) -> dict[str, object]:
    now = int(door.clock.now().timestamp())
    claims = {
        "iss": "consultroom",
        "sub": str(actor.account_id),
        "sid": str(actor.session_id),
        "aud": f"room:{VISIT}",
        "jti": str(new_id()),
        "iat": now,
        "exp": now + 60,
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def signed(
    claims: dict[str, object],
    *,
    key: EllipticCurvePrivateKey | str = KEY,
    algorithm: str = "ES256",
    typ: str | None = "room-ticket+jwt",
) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"typ": typ})


async def test_a_ticket_lets_its_holder_in_once(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    token, expires_at = tickets.issue(actor, VISIT)
    assert expires_at - door.clock.now() <= timedelta(seconds=60)
    assert await redeem(door, tickets, token) == actor
    with pytest.raises(TicketUsed) as caught:
        await redeem(door, tickets, token)
    assert (caught.value.code, caught.value.status) == ("ticket_used", 401)


async def test_our_own_tokens_pass_the_forging_tool(door: Door, tickets: RoomTickets) -> None:
    """The tests below change one thing each: without a change it must be a good ticket."""
    actor, _ = await door.signed_in(Role.PATIENT)
    assert await redeem(door, tickets, signed(claims_for(door, actor))) == actor


async def test_of_two_at_once_one_comes_in(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    token, _ = tickets.issue(actor, VISIT)
    answers = await asyncio.gather(*(redeem(door, tickets, token) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(Actor) == 1
    assert [type(answer) for answer in answers].count(TicketUsed) == 4


async def test_a_ticket_shown_at_the_wrong_door_is_not_spent(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    token, _ = tickets.issue(actor, VISIT)
    with pytest.raises(TicketInvalid):
        await redeem(door, tickets, token, new_id())
    assert await redeem(door, tickets, token) == actor


async def test_it_expires_after_a_minute_and_the_leeway(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    late, too_late = (tickets.issue(actor, VISIT)[0] for _ in range(2))
    door.clock.advance(timedelta(seconds=64))
    await redeem(door, tickets, late)
    door.clock.advance(timedelta(seconds=1))
    with pytest.raises(TicketExpired):
        await redeem(door, tickets, too_late)
    with pytest.raises(TicketExpired):  # told so although it was also used
        await redeem(door, tickets, late)


async def test_spent_tickets_are_forgotten_once_they_have_expired(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    await redeem(door, tickets, tickets.issue(actor, VISIT)[0])
    door.clock.advance(timedelta(seconds=90))
    await redeem(door, tickets, tickets.issue(actor, VISIT)[0])
    async with door.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM used_ticket")) == 1


async def test_signing_out_makes_an_unused_ticket_worthless(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    token, _ = tickets.issue(actor, VISIT)
    async with door.database.transaction() as session:
        await door.access.sign_out(session, actor)
    with pytest.raises(TicketInvalid):
        await redeem(door, tickets, token)


async def test_a_role_that_lost_the_room_does_not_come_in(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    token, _ = tickets.issue(actor, VISIT)
    async with door.database.transaction() as session:
        await session.execute(text("UPDATE account SET role = 'pharmacist'"))
    with pytest.raises(TicketInvalid):
        await redeem(door, tickets, token)


async def test_a_pharmacist_gets_no_ticket(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PHARMACIST)
    with pytest.raises(Forbidden):
        tickets.issue(actor, VISIT)


WRONG_CLAIMS: list[dict[str, object]] = [
    {"aud": f"room:{new_id()}"},
    {"aud": [f"room:{VISIT}", "room:another"]},
    {"aud": None},
    {"iss": "another-service"},
    {"iss": None},
    {"exp": None},
    {"exp": "soon"},
    {"exp": 10**18},
    {"exp": 10**10},
    {"iat": None},
    {"iat": 10**10, "exp": 10**10 + 60},
    {"jti": None},
    {"jti": "not an id"},
    {"jti": 7},
    {"sid": None},
    {"sid": str(UUID(int=0))},
    {"sid": {"nested": 1}},
    {"sub": str(UUID(int=0))},
]


async def test_a_ticket_with_one_wrong_claim_is_refused(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    for changes in WRONG_CLAIMS:
        with pytest.raises(TicketInvalid) as caught:
            await redeem(door, tickets, signed(claims_for(door, actor, **changes)))
        assert (changes, caught.value.code) == (changes, "ticket_invalid")


async def test_a_ticket_of_another_key_algorithm_or_type_is_refused(door: Door, tickets: RoomTickets) -> None:
    actor, _ = await door.signed_in(Role.PATIENT)
    claims = claims_for(door, actor)
    forged = [
        signed(claims, key=generate_private_key(SECP256R1())),
        signed(claims, typ="JWT"),
        signed(claims, typ=None),
        signed(claims, key="", algorithm="none"),
        confused(claims),
    ]
    for token in forged:
        with pytest.raises(TicketInvalid):
            await redeem(door, tickets, token)


def confused(claims: dict[str, object]) -> str:
    """HMAC with our public key as its secret: the classic algorithm confusion, built by hand."""

    def part(value: bytes) -> str:
        return urlsafe_b64encode(value).rstrip(b"=").decode()

    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = part(json.dumps({"alg": "HS256", "typ": "room-ticket+jwt"}).encode())
    body = head + "." + part(json.dumps(claims).encode())
    return body + "." + part(hmac.digest(public, body.encode(), hashlib.sha256))


async def test_a_ticket_holds_no_name(door: Door, tickets: RoomTickets) -> None:
    await door.person(Role.PATIENT, "Zebulon Quartermain", "z@clinic.test")
    actor, _ = await door.access.sign_in("z@clinic.test", "four words of a demo", "")
    payload = tickets.issue(actor, VISIT)[0].split(".")[1]
    assert b"Zebulon" not in urlsafe_b64decode(payload + "==")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    token=st.one_of(
        st.text(), st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}")
    )
)
def test_any_text_is_a_clear_refusal(tickets: RoomTickets, token: str) -> None:
    with pytest.raises(TicketInvalid):
        tickets._read(token, VISIT)


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first, again = ticket_key(tmp_path), ticket_key(tmp_path)
    assert first.private_numbers() == again.private_numbers()
    path = tmp_path / "room-ticket.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(PermissionError):
        ticket_key(tmp_path)
