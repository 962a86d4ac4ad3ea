"""Every route and every socket event names its permission; what is public is listed here, and nothing else is."""

from access import ROLE_PERMISSIONS, Permission
from app.openapi import NOWHERE
from app.settings import Settings
from app.wiring import Clinic
from core.http import PUBLIC, permissions_of
from signaling import EVENTS

# Signing in needs nobody signed in; the demo's list of accounts exists in a demo clinic only.
# A guest has no account: a link opens its one visit, and what it is for can be read before it is used.
OPEN_TO_EVERYBODY = {"POST /api/session", "GET /api/demo", "POST /api/invitation", "POST /api/guest"}


def declared() -> dict[str, str]:
    given = {"database_url": NOWHERE, "redis_url": "redis://localhost", "demo": True}
    return dict(permissions_of(Clinic(Settings().model_copy(update=given)).routes()))


def test_every_route_names_a_permission_that_exists() -> None:
    known = {permission.value for permission in Permission}
    unknown = {name: value for name, value in declared().items() if value not in known | {PUBLIC}}
    assert not unknown


def test_only_the_listed_routes_are_public() -> None:
    assert {name for name, permission in declared().items() if permission == PUBLIC} == OPEN_TO_EVERYBODY


def test_every_socket_event_names_a_permission_that_some_role_holds() -> None:
    held = frozenset[Permission]().union(*ROLE_PERMISSIONS.values())
    assert EVENTS
    assert {name for name, rule in EVENTS.items() if rule.permission not in held} == set()


def test_every_permission_is_used_by_a_route_or_an_event() -> None:
    used = {*declared().values(), *(rule.permission.value for rule in EVENTS.values())}
    by_command_line = {Permission.AUDIT_VERIFY.value, Permission.ROOM_JOIN.value}
    inside_an_event = {Permission.SCREEN_SHARE.value}  # media.state with `screen`
    assert {permission.value for permission in Permission} - used - by_command_line - inside_an_event == set()
