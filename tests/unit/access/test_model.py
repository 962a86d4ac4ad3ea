"""Accounts, sessions and addresses as values."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import Account, Actor, EmailUnfit, Lifetimes, PasswordUnfit, Permission, Role, actor_of
from access.model import address_group, check_password, new_token, plain_email, token_hash
from core.errors import Forbidden, Unauthenticated
from core.http import Principal

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)
RULES = Lifetimes()


def an_actor(role: Role) -> Actor:
    return Actor.of(Account(UUID(int=1), role, "Maria Keller"), UUID(int=2))


@dataclass
class Asked:
    principal: Principal | None


def test_an_actor_must_hold_the_permission() -> None:
    doctor = an_actor(Role.DOCTOR)
    doctor.must(Permission.NOTE_SIGN)
    with pytest.raises(Forbidden):
        doctor.must(Permission.AUDIT_VERIFY)


def test_nobody_signed_in_is_no_actor() -> None:
    assert actor_of(Asked(an_actor(Role.NURSE))).role is Role.NURSE
    with pytest.raises(Unauthenticated):
        actor_of(Asked(None))


def test_a_name_does_not_show_in_a_repr() -> None:
    assert "Maria" not in repr(an_actor(Role.PATIENT))
    assert "Maria" not in repr(Account(UUID(int=1), Role.PATIENT, "Maria Keller"))


@pytest.mark.parametrize(
    ("role", "idle_minutes"),
    [(Role.DOCTOR, 15), (Role.NURSE, 15), (Role.ADMINISTRATOR, 10), (Role.PATIENT, 30)],
)
def test_an_unused_session_ends(role: Role, idle_minutes: int) -> None:
    idle = timedelta(minutes=idle_minutes)
    assert RULES.alive(role, NOW, NOW, NOW + idle - timedelta(seconds=1))
    assert not RULES.alive(role, NOW, NOW, NOW + idle)


def test_a_used_session_ends_after_twelve_hours_too() -> None:
    almost = NOW + timedelta(hours=12) - timedelta(seconds=1)
    assert RULES.alive(Role.DOCTOR, NOW, almost, almost)
    assert not RULES.alive(Role.DOCTOR, NOW, almost, NOW + timedelta(hours=12))


def test_use_is_written_down_at_most_every_half_minute() -> None:
    assert not RULES.needs_touch(NOW, NOW + timedelta(seconds=29))
    assert RULES.needs_touch(NOW, NOW + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (" Doctor@Demo.Clinic ", "doctor@demo.clinic"),
        ("ａ@demo.clinic", "a@demo.clinic"),
        ("o'neill+x@demo.clinic", "o'neill+x@demo.clinic"),
    ],
)
def test_spellings_of_one_address_are_one(typed: str, plain: str) -> None:
    assert plain_email(typed) == plain


@pytest.mark.parametrize(
    "typed", ["", "doctor", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\x00", "a@" + "b" * 300]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(EmailUnfit):
        plain_email(typed)


@given(st.text())
def test_any_text_is_an_address_or_a_clear_refusal(typed: str) -> None:
    try:
        plain = plain_email(typed)
    except EmailUnfit:
        return
    assert plain.count("@") == 1


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 257, "Doctor@Demo.Clinic"])
def test_an_unfit_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordUnfit):
        check_password(password, "doctor@demo.clinic")


@pytest.mark.parametrize("password", ["x" * 12, "x" * 256, "consultroom demo", "пароль из слов 🙂"])
def test_length_is_all_that_is_asked(password: str) -> None:
    check_password(password, "doctor@demo.clinic")


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("/run/socket", "unknown"),
    ],
)
def test_an_address_is_what_one_attacker_holds(address: str, group: str) -> None:
    assert address_group(address) == group


def test_a_token_has_256_bits_and_is_stored_as_its_hash() -> None:
    token = new_token()
    assert len(token) == 43
    assert new_token() != token
    assert len(token_hash(token)) == 32
    assert token.encode() not in token_hash(token)
